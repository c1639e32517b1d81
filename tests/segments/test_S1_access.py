"""S1, S2, S3, T5: a part is for who has its scope now, and names nobody who left it."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapi.models import Part, Snapshot
from syncapi.testing import FakeDevice
from syncapi.testing.answer import read_answer
from syncapi.testing.messages import Message
from tests.device import Device
from tests.segments.shelves import ROWS, OwnPart, check_fresh, jars, stored, sums
from tests.wire.models import Jar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 35
FOR_EVER = {"public", "max-age=31536000", "immutable"}


def signed_in(name: str, app: str = "owned") -> Device:
    device = Device(app)
    assert device.sign_in(name).status_code == 200
    return device


def listed(device: Device, entity: str) -> list[Message]:
    return read_answer(device.request().getvalue()).entities[entity].parts


def get(device: Device, entity: str, part: str, /, **headers: str | None) -> Any:
    url = f"/api/sync/{device.app}/segments/{entity}/{part}/"
    return device.client.get(url, headers=device.headers(**headers))


def error(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def ann(small: None) -> User:
    user = User.objects.create_user("ann", password="secret")
    jars(COUNT, owner=user)
    return user


@pytest.fixture
def bob(ann: User) -> User:
    user = User.objects.create_user("bob", password="secret")
    jars(COUNT, begin=1000, owner=user)
    return user


def test_S1_a_part_is_what_was_announced(ann: User) -> None:
    device = signed_in("ann")
    parts = listed(device, "OwnPart")
    assert [part["rows"] for part in parts] == [10, 10, 10, 5]
    for part in parts:
        plain = get(device, "OwnPart", part["sum"])
        packed = get(device, "OwnPart", part["sum"], Accept_Encoding="br, gzip")
        assert hashlib.sha256(plain.content).hexdigest() == part["sum"]
        assert gzip.decompress(packed.content) == plain.content
        assert (len(plain.content), len(packed.content)) == (part["bytes"], part["packed"])
        assert (plain["Content-Length"], packed["Content-Length"]) == (str(part["bytes"]), str(part["packed"]))
        assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
        assert plain["Content-Type"] == packed["Content-Type"] == "application/x-ndjson"
        assert plain["ETag"] == packed["ETag"] == f'W/"{part["sum"]}"'


def test_S1_a_part_of_another_user_is_not_found(ann: User, bob: User) -> None:
    mine, theirs = signed_in("ann"), signed_in("bob")
    part = listed(mine, "OwnPart")[0]["sum"]
    other = listed(theirs, "OwnPart")[0]["sum"]
    assert get(mine, "OwnPart", part).status_code == get(theirs, "OwnPart", other).status_code == 200
    refused = get(theirs, "OwnPart", part)
    assert error(refused) == (404, "not_found")
    assert refused["Cache-Control"] == "no-store"
    made_up = get(theirs, "OwnPart", "0" * 64)
    assert refused.content == made_up.content
    assert error(get(theirs, "OwnPart", part, If_None_Match=f'W/"{part}"')) == (404, "not_found")


@pytest.mark.parametrize("part", ["0", "0" * 63, "F" * 64, "g" * 64, "0" * 65, "%00", "é"])
@pytest.mark.parametrize("entity", ["OwnPart", "Nothing", "PartJar"])
def test_S1_what_is_no_part_is_not_found(ann: User, entity: str, part: str) -> None:
    assert error(get(signed_in("ann"), entity, part)) == (404, "not_found")


def test_S1_signed_out_or_without_permission_there_is_nothing(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    monkeypatch.setattr(OwnPart, "get_scope", lambda entity, user: -1)
    assert error(get(device, "OwnPart", part)) == (404, "not_found")
    monkeypatch.undo()
    User.objects.update(is_active=False)
    assert error(get(device, "OwnPart", part)) == (401, "sign_in_required")
    User.objects.update(is_active=True)
    assert error(get(device, "OwnPart", part, Haversack_User="anonymous")) == (409, "wrong_user")
    assert error(get(device, "OwnPart", part, Haversack_Protocol="2")) == (400, "protocol_unsupported")
    device.client.logout()
    assert error(get(device, "OwnPart", part)) == (401, "sign_in_required")


def test_S1_an_app_that_takes_the_permission_away_takes_the_parts(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    monkeypatch.setattr("syncapi.applications.OfflineApp.has_permission", lambda app, user: False)
    assert error(get(device, "OwnPart", part)) == (403, "permission_denied")


def test_S1_parts_of_another_query_or_of_other_attributes_are_not_found(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    with monkeypatch.context() as patched:
        patched.setattr(OwnPart, "get_queryset", lambda entity, scope: Jar.objects.filter(owner=scope, state="o"))
        assert error(get(device, "OwnPart", part)) == (404, "not_found")
    assert get(device, "OwnPart", part).status_code == 200


def test_S3_parts_of_a_user_are_stored_nowhere(ann: User) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    for headers in ({}, {"If_None_Match": f'"{part}"'}):
        response = get(device, "OwnPart", part, **headers)
        assert response["Cache-Control"] == "no-store"
        assert {"Cookie", "Accept-Encoding"} <= set(response["Vary"].split(", "))


def test_S3_parts_of_an_anonymous_app_may_be_cached_by_everybody(ann: User) -> None:
    device = Device("shelves")
    part = listed(device, "PartJar")[0]["sum"]
    signed = signed_in("ann", app="owned")  # a session cookie, which is nobody's business here
    signed.app, signed.user = "shelves", "anonymous"
    for one in (device, signed):
        response = get(one, "PartJar", part, Accept_Language="de")
        assert set(response["Cache-Control"].split(", ")) == FOR_EVER
        assert response["Vary"] == "Accept-Encoding"
        assert not response.cookies
        assert response["X-Content-Type-Options"] == "nosniff"
    kept = get(device, "PartJar", part, If_None_Match=f'"{"0" * 64}", W/"{part}"')
    assert (kept.status_code, kept.content, kept["ETag"]) == (304, b"", f'W/"{part}"')
    assert set(kept["Cache-Control"].split(", ")) == FOR_EVER
    assert get(device, "PartJar", part, If_None_Match='"other"').status_code == 200
    assert "no-store" in get(device, "PartJar", "0" * 64)["Cache-Control"]


def test_T5_who_left_is_not_sent_to_who_comes_now(ann: User, bob: User) -> None:
    FakeDevice(ann).sync("owned")
    before = sums(stored("OwnPart"))
    Jar.objects.filter(pk=150).update(owner=bob, name="Secret")
    Jar.objects.filter(pk__gt=300, owner=ann).delete()
    Jar.objects.filter(pk=10).update(owner=bob)
    device = FakeDevice(ann)
    answer = device.sync("owned").entities["OwnPart"]
    assert (answer.message["gaps"], answer.message["rows"]) == (3, 0)
    assert answer.message["total"] == COUNT - 7
    seen = b"".join(device.recording)
    assert b"[150," not in seen
    assert b"[10," not in seen
    assert b"[310," not in seen
    for part in read_answer(device.recording[0]).entities["OwnPart"].parts:
        assert part["first"] not in (10, 150, 310)
        assert part["last"] not in (10, 150, 310)
    after = sums(Snapshot.objects.get(entity="OwnPart", user=ann))
    assert [part in before for part in after] == [False, False, True]
    check_fresh(device, "owned", "OwnPart")
    writes = Snapshot.objects.get(entity="OwnPart", user=ann).revision
    again = FakeDevice(ann)
    again.sync("owned")
    assert Snapshot.objects.get(entity="OwnPart", user=ann).revision == writes
    Jar.objects.filter(pk=150).update(owner=ann)  # and is back
    for one in (device, again, FakeDevice(ann)):
        one.sync("owned")
        check_fresh(one, "owned", "OwnPart")


def test_P5_a_part_that_fell_out_is_served_for_a_slow_download(ann: User) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    Jar.objects.filter(pk=20).delete()
    assert part not in {one["sum"] for one in listed(device, "OwnPart")}
    assert Part.objects.exclude(fallen=None).count() == 1
    assert get(device, "OwnPart", part).status_code == 200


def test_T5_another_scope_is_another_snapshot(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeDevice(ann)
    device.sync("owned")
    monkeypatch.setattr(OwnPart, "get_scope", lambda entity, user: bob.pk)
    result = device.sync("owned")
    assert result.entities["OwnPart"].reset == "scope"
    monkeypatch.setattr(OwnPart, "get_scope", lambda entity, user: ann.pk)
    fresh = FakeDevice(ann)
    assert fresh.sync("owned").parts == -(-COUNT // ROWS)
    check_fresh(fresh, "owned", "OwnPart")


def test_S1_parts_of_an_entity_that_may_not_be_viewed_are_not_found(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = signed_in("ann")
    part = listed(device, "OwnPart")[0]["sum"]
    assert get(device, "OwnPart", part).status_code == 200
    monkeypatch.setattr(OwnPart, "has_view_permission", lambda entity, user: user.username != "ann")
    assert error(get(device, "OwnPart", part)) == (404, "not_found")
