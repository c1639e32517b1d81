"""S4 against the real server process: bodies that no test client would send."""

import http.client
import json
import uuid

import pytest

from tests.browser.patience import PATIENCE
from tests.browser.site import Site

HEADERS = {
    "Content-Type": "application/json",
    "Haversack-Protocol": "1",
    "Haversack-Definition": "none",
    "Haversack-Replica": str(uuid.uuid4()),
    "Haversack-User": "anonymous",
}


@pytest.fixture
def token(site: Site) -> dict[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.request("GET", "/api/sync/catalog/session/")
    response = connection.getresponse()
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    token: str = json.loads(response.read())["csrf_token"]
    connection.close()
    return {"X-CSRFToken": token, "Cookie": cookie}


def post(site: Site, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.request("POST", "/api/sync/catalog/", body, {**HEADERS, **headers})
    response = connection.getresponse()
    code: str = json.loads(response.read())["error"]["code"]
    connection.close()
    return response.status, code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b" " * (50 << 20), 413, "body_too_large"),
        (b"[" * (1 << 20), 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (json.dumps({"context": "", "mutations": [{}] * 100_000}).encode(), 400, "invalid_request"),
    ],
    ids=["50 MB", "deep", "malformed", "100,000 mutations"],
)
def test_S4_hostile_bodies_get_a_reason(site: Site, token: dict[str, str], body: bytes, status: int, code: str) -> None:
    assert post(site, body, token) == (status, code)
    assert "Traceback" not in site.log


def test_S4_a_compressed_bomb_is_not_unpacked(site: Site, token: dict[str, str]) -> None:
    assert post(site, b"\x1f\x8b" + b"\0" * 1000, {**token, "Content-Encoding": "gzip"}) == (
        415,
        "unsupported_encoding",
    )
