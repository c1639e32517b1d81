"""S4, W7: whatever arrives, the answer is a 4xx with a reason."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.device import Device

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=10,
)
FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100, deadline=None
)


def assert_refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["retry"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"context": NaN}', "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"a":' * 50_000, "invalid_json"),
        (b"1" * 5000, "invalid_json"),
        (b"null", "invalid_request"),
        (b"[]", "invalid_request"),
        (b'"text"', "invalid_request"),
        (b"{}", "invalid_request"),
        (b'{"context": null}', "invalid_request"),
        (b'{"context": {"a": 1}}', "invalid_request"),
        (b'{"context": "", "trigger": "whim"}', "invalid_request"),
        (b'{"context": "", "trigger": {}}', "invalid_request"),
        (b'{"context": "", "cursors": []}', "invalid_request"),
        (b'{"context": "", "cursors": {"LocalJar": {"a": 1}}}', "invalid_request"),
        (b'{"context": "", "entities": "LocalJar"}', "invalid_request"),
        (b'{"context": "", "surprise": 1}', "invalid_request"),
        (b'{"context": "\\ud800"}', "invalid_request"),
        (b'{"context": "\\u0000"}', "invalid_request"),
        (b'{"context": "nowhere"}', "unknown_context"),
        (b'{"context": "", "entities": ["Nothing"]}', "unknown_entity"),
        (b'{"context": "jars", "entities": ["LocalShelf"]}', "unknown_entity"),
        (b'{"context": "", "mutations": [{"id": "x"}]}', "invalid_request"),
        (b'{"context": "", "mutations": [[]]}', "invalid_request"),
        (b'{"context": "", "mutations": {"id": "00000000-0000-0000-0000-000000000001"}}', "invalid_request"),
    ],
)
def test_S4_bodies(wire: Device, body: bytes, code: str) -> None:
    assert_refused(wire.request(body), 400, code)


def test_S4_errors_name_the_field(wire: Device) -> None:
    response = wire.request({"context": 1 << 70, "cursors": {"LocalJar": []}, "trigger": "whim"})
    assert set(response.json()["error"]["fields"]) == {"cursors", "trigger"}
    assert response.json()["error"]["fields"]["trigger"] == ['"whim" is not a valid choice.']


def test_S4_bytes_are_counted(wire: Device, settings: Any) -> None:
    settings.HAVERSACK = {"MAX_BODY": 1000}
    body = json.dumps({"context": "", "cursors": {"LocalJar": "x" * 1000}}).encode()
    assert_refused(wire.request(body), 413, "body_too_large")
    settings.HAVERSACK = {"MAX_BODY": len(body)}
    assert wire.request(body).status_code == 200
    assert_refused(wire.request(b" " * (5 << 20)), 413, "body_too_large")


@pytest.mark.parametrize(
    ("headers", "content_type", "status", "code"),
    [
        ({}, "text/plain", 415, "unsupported_media_type"),
        ({}, "multipart/form-data; boundary=x", 415, "unsupported_media_type"),
        ({}, "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ({}, "", 415, "unsupported_media_type"),
        ({"Content-Encoding": "gzip"}, "application/json", 415, "unsupported_encoding"),
        ({"Haversack-Protocol": "2"}, "application/json", 400, "protocol_unsupported"),
        ({"Haversack-Protocol": ""}, "application/json", 400, "invalid_header"),
        ({"Haversack-Replica": "nonsense"}, "application/json", 400, "invalid_header"),
        ({"Haversack-Replica": "x" * 9000}, "application/json", 400, "invalid_header"),
        ({"Haversack-User": ""}, "application/json", 400, "invalid_header"),
        ({"Haversack-Definition": ""}, "application/json", 400, "invalid_header"),
    ],
)
def test_W7_S4_headers(wire: Device, headers: dict[str, str], content_type: str, status: int, code: str) -> None:
    wire.session()
    response = wire.client.post(
        wire.api, b'{"context": ""}', content_type=content_type, headers={**wire.headers(), **headers}
    )
    assert_refused(response, status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/sync/nowhere/session/", 404, "unknown_app"),
        ("post", "/api/sync/nowhere/", 404, "unknown_app"),
        ("post", "/api/sync/%00/", 404, "unknown_app"),
        ("get", "/api/sync/", 404, "not_found"),
        ("post", "/api/sync/wire", 404, "not_found"),
        ("get", "/api/sync/wire/nothing/", 404, "not_found"),
        ("post", "/api/sync/wire/nothing/else", 404, "not_found"),
        ("get", "/api/sync/wire/", 405, "method_not_allowed"),
        ("put", "/api/sync/wire/", 405, "method_not_allowed"),
        ("post", "/api/sync/wire/files/LocalShelf/picture/", 405, "method_not_allowed"),
    ],
)
def test_S4_addresses(wire: Device, method: str, path: str, status: int, code: str) -> None:
    wire.session()
    response = getattr(wire.client, method)(
        path, **({} if method == "get" else {"data": b"{}", "content_type": "application/json"}), headers=wire.headers()
    )
    assert_refused(response, status, code)


def test_S4_whatever_is_accepted_the_answer_is_json(wire: Device) -> None:
    wire.session()
    for accept in ("text/html", "image/png", "nonsense"):
        response = wire.request({"context": "nowhere"}, Accept=accept)
        assert_refused(response, 400, "unknown_context")


@given(body=JSON)
@FUZZ
def test_S4_any_json(wire: Device, body: Any) -> None:
    response = wire.request(json.dumps(body).encode())
    assert 400 <= response.status_code < 500, response.content


@given(body=st.binary(max_size=300))
@FUZZ
def test_S4_any_bytes(wire: Device, body: bytes) -> None:
    response = wire.request(body)
    assert 400 <= response.status_code < 500, response.content


@given(
    context=JSON,
    trigger=JSON,
    cursors=JSON,
    entities=JSON,
    kept=st.sets(st.sampled_from(["trigger", "cursors", "entities"])),
)
@FUZZ
def test_S4_any_values_in_the_right_places(wire: Device, kept: set[str], **values: Any) -> None:
    body = {"context": values["context"], **{name: values[name] for name in kept}}
    response = wire.request(json.dumps(body).encode())
    assert response.status_code < 500, response.content


@given(username=JSON, password=JSON)
@FUZZ
def test_S4_any_credentials(db: Any, username: Any, password: Any) -> None:
    device = Device("own")
    device.session()
    response = device.post(f"{device.api}session/", json.dumps({"username": username, "password": password}).encode())
    assert response.status_code in {400, 429}, response.content


def test_S4_an_unexpected_error_is_logged_and_told_as_retryable(
    wire: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.wire import offline

    def fail(self: Any, scope: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(offline.LocalJar, "get_queryset", fail)
    response = wire.request()
    assert response.status_code == 500
    assert response.json()["error"]["retry"] is True
    assert b"secret" not in response.content
    assert "secret detail" in caplog.text
