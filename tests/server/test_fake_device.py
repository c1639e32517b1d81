"""The fake device with the real server: people, sessions, errors, and what a user's own tests see."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, TestCase, TransactionTestCase

from syncapi.testing import FakeDevice, ProtocolViolation, SyncCut, SyncRefused
from tests.wire import offline
from tests.wire.models import Jar, Shelf, Specimen

pytestmark = pytest.mark.django_db


def names(device: FakeDevice) -> list[str]:
    return [row["name"] for row in device.rows("own", offline.OwnJar)]


def refused(device: FakeDevice, app: str, *args: Any, **kwargs: Any) -> SyncRefused:
    with pytest.raises(SyncRefused) as caught:
        device.sync(app, *args, **kwargs)
    return caught.value


@pytest.fixture
def jars(ann: User, bob: User) -> list[Jar]:
    return [Jar.objects.create(name=f"{name}'s", price=1, owner=owner) for name, owner in (("Ann", ann), ("Bob", bob))]


def test_an_anonymous_app_needs_nobody() -> None:
    shelf = Shelf.objects.create(name="Étagère")
    device = FakeDevice()
    result = device.sync("wire")
    assert device.rows("wire", offline.LocalShelf) == [{"id": shelf.pk, "name": "Étagère", "picture": ""}]
    assert device.rows(offline.wire_app, "LocalShelf") == device.rows("wire", "LocalShelf")
    assert result.definition["app"] == "wire"
    assert device.sync("wire").unchanged


def test_S1_each_user_carries_their_own(ann: User, bob: User, jars: list[Jar]) -> None:
    device, other = FakeDevice(ann), FakeDevice(bob)
    device.sync("own")
    other.sync("own")
    assert (names(device), names(other)) == (["Ann's"], ["Bob's"])
    assert not any(b"Bob" in answer for answer in device.recording)


def test_S2_another_user_opens_another_database(ann: User, bob: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    device.user = bob
    assert names(device) == []
    device.sync("own")
    assert names(device) == ["Bob's"]
    device.user = ann
    assert names(device) == ["Ann's"]
    assert device.sync("own").entities["OwnJar"].mode == "unchanged"


def test_S2_signing_out_leaves_nothing(ann: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    Shelf.objects.create(name="Top")
    device.sync("wire")
    device.sign_out()
    assert device.user is None
    assert len(device.rows("wire", "LocalShelf")) == 1  # that app knows no users
    assert device.sync("wire").unchanged
    assert names(device) == []
    assert refused(device, "own").code == "sign_in_required"
    device.user = ann
    assert names(device) == []
    assert device.sync("own").entities["OwnJar"].mode == "replace"


def test_S2_a_session_that_ends_leaves_the_data(ann: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    device.client.logout()
    error = refused(device, "own")
    assert (error.code, error.status, error.retry) == ("sign_in_required", 401, False)
    assert str(error) == "sign_in_required (401): Sign in to sync."
    assert names(device) == ["Ann's"]


def test_S2_a_session_of_somebody_else_is_refused(ann: User, bob: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    device.client.force_login(bob)
    assert refused(device, "own").code == "wrong_user"


def test_S3_a_token_that_is_no_longer_good_is_asked_for_anew(ann: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    del device.client.cookies["csrftoken"]
    device.sync("own")
    assert names(device) == ["Ann's"]


def test_refusals_have_their_code(ann: User) -> None:
    device = FakeDevice(ann)
    assert refused(device, "nowhere").code == "unknown_app"
    assert refused(device, "wire", "nowhere").code == "unknown_context"
    assert refused(device, "wire", entities=["Nothing"]).code == "unknown_entity"
    error = refused(device, "wire", trigger="whim")
    assert error.fields == {"trigger": ['"whim" is not a valid choice.']}
    assert "trigger:" in str(error)
    assert device.recording == []


def test_a_copy_goes_on_alone(ann: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    clone = device.copy()
    Jar.objects.filter(owner=ann).update(name="new")
    clone.sync("own")
    assert (names(device), names(clone)) == (["Ann's"], ["new"])
    device.sync("own")
    assert names(device) == ["new"]


def test_contexts_and_entities(ann: User) -> None:
    device = FakeDevice(ann)
    assert list(device.sync("wire", "jars").entities) == ["LocalJar"]
    assert list(device.sync("wire", entities=[offline.LocalShelf]).entities) == ["LocalShelf"]


def test_read_only_rows_that_left_are_told(ann: User) -> None:
    kept, gone = (Jar.objects.create(name=name, price=1, owner=ann) for name in ("kept", "gone"))
    key = gone.pk
    device = FakeDevice(ann)
    device.sync("own")
    gone.delete()
    told = device.sync("own").entities["OwnJar"]
    assert (told.mode, told.changed, told.altered, told.removed) == ("replace", [kept.pk], [], [key])


def test_P2_a_cut_leaves_what_was_there(ann: User) -> None:
    Jar.objects.bulk_create(Jar(name=str(number), price=1, owner=ann) for number in range(1200))
    device = FakeDevice(ann)
    device.cut_after(rows=1100)
    with pytest.raises(SyncCut):
        device.sync("own")
    assert names(device) == []
    device.sync("own")
    assert len(names(device)) == 1200


def test_keys_of_other_kinds() -> None:
    specimen = Specimen.objects.create(char="x")
    Specimen.objects.create(char="y")
    device = FakeDevice()
    device.sync("specimens")
    found = device.get("specimens", offline.LocalSpecimen, specimen.pk)
    assert found
    assert (found["key"], found["char"]) == (str(specimen.pk), "x")
    keys = [row["key"] for row in device.rows("specimens", "LocalSpecimen")]
    assert keys == sorted(keys)


def test_integers_that_travel_as_digits_are_in_order() -> None:
    for key in (2**53 + 1, 5, 2**53 - 1, 2**62):
        Jar.objects.create(pk=key, name="x", price=1)
    device = FakeDevice()
    device.sync("wire", "jars")
    assert [row["id"] for row in device.rows("wire", "LocalJar")] == [
        5, 2**53 - 1, str(2**53 + 1), str(2**62),
    ]  # fmt: skip
    assert device.get("wire", "LocalJar", 2**62)


def test_over_https(ann: User, settings: Any, jars: list[Jar]) -> None:
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", *settings.MIDDLEWARE]
    device = FakeDevice(ann)
    device.sync("own")
    assert names(device) == ["Ann's"]
    device.sign_out()


def test_a_client_of_ones_own(ann: User, jars: list[Jar]) -> None:
    """With headers that a project needs; here a language, in which the definition then is."""
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "de"})
    client.force_login(ann)
    device = FakeDevice(client=client)
    device.sync("own")
    assert names(device) == ["Ann's"]


def test_a_server_that_breaks_its_word_is_caught(ann: User, jars: list[Jar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncapi.rows.row_fingerprint", lambda text: 5)
    with pytest.raises(ProtocolViolation, match=r"OwnJar \(replace\): the fingerprint of what the device then has"):
        FakeDevice(ann).sync("own")


class InTestCase(TestCase):
    """Each test gets a copy of the device that the class made, as of everything in `setUpTestData`."""

    user: User
    device: FakeDevice

    @classmethod
    def setUpTestData(cls) -> None:
        cls.user = User.objects.create_user("carla")
        Jar.objects.create(name="jar", price=1, owner=cls.user)
        cls.device = FakeDevice(cls.user)
        cls.device.sync("own")

    def test_one(self) -> None:
        Jar.objects.update(name="one")
        self.device.sync("own")
        assert names(self.device) == ["one"]

    def test_two(self) -> None:
        assert names(self.device) == ["jar"]
        assert self.device.sync("own").unchanged


class InTransactionTestCase(TransactionTestCase):
    def test_it(self) -> None:
        user = User.objects.create_user("carla")
        Jar.objects.create(name="jar", price=1, owner=user)
        device = FakeDevice(user)
        assert device.sync("own").entities["OwnJar"].rows_received == 1
        assert device.sync("own").rows_received == 0


def test_a_device_copies_like_any_value(ann: User, jars: list[Jar]) -> None:
    device = FakeDevice(ann)
    device.sync("own")
    other = copy.deepcopy(device)
    other.forget()
    assert (names(device), names(other)) == (["Ann's"], [])
    assert other.sync("own").entities["OwnJar"].mode == "replace"


WITHOUT_PYTEST = """
import sys
sys.modules["pytest"] = None  # importing it fails
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "syncapi"])
django.setup()
import syncapi.testing
assert not [name for name in sys.modules if name.partition(".")[0] == "tests"]
"""


def test_a_project_needs_no_pytest_to_use_it() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PYTEST], check=True, cwd=Path(__file__).parents[2])
