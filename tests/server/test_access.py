"""S1, S2, S3: who gets what, and who does not."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client

from syncapi.models import UserKey
from syncapi.testing import FakeDevice
from tests.device import Device
from tests.wire import offline
from tests.wire.models import Jar, Shelf

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def own(ann: User) -> Device:
    device = Device("own")
    assert device.sign_in("ann").status_code == 200
    return device


@pytest.fixture
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def error(response: Any) -> str:
    code: str = response.json()["error"]["code"]
    return code


def test_S1_rows_of_others_never_travel(ann: User, bob: User) -> None:
    mine = Jar.objects.create(name="mine", price=1, owner=ann)
    Jar.objects.create(name="theirs", price=1, owner=bob)
    Jar.objects.create(name="nobody's", price=1)
    device = FakeDevice(ann)
    assert device.sync("own").entities["OwnJar"].changed == [mine.pk]
    assert not [answer for answer in device.recording if b"theirs" in answer or b"nobody's" in answer]


def test_S1_attributes_not_declared_never_travel(wire: Device) -> None:
    Jar.objects.create(name="Chai", price=1, secret="recipe")
    assert b"recipe" not in wire.request().getvalue()


def test_S1_the_scope_is_asked_at_each_request(ann: User, bob: User) -> None:
    jar = Jar.objects.create(name="mine", price=1, owner=ann)
    device = FakeDevice(ann)
    assert device.sync("own").entities["OwnJar"].changed == [jar.pk]
    Jar.objects.filter(pk=jar.pk).update(owner=bob)
    assert device.sync("own").entities["OwnJar"].removed == [jar.pk]
    assert device.rows("own", "OwnJar") == []


@pytest.mark.usefixtures("_media")
class TestFiles:
    def url(
        self,
        jar: Jar,
        *,
        entity: str = "OwnJar",
        attribute: str = "label",
        key: str | None = None,
        name: str | None = None,
    ) -> str:
        query = {
            "key": str(jar.pk) if key is None else key,
            "name": str(jar.label.name) if name is None else name,
        }
        return f"/api/sync/own/files/{entity}/{attribute}/?{urlencode(query)}"

    @pytest.fixture
    def jar(self, ann: User) -> Jar:
        jar = Jar(name="Chai", price=1, owner=ann)
        jar.label.save("chai.txt", ContentFile(b"strong"))
        return jar

    def test_S1_a_file_in_scope_is_served(self, own: Device, jar: Jar) -> None:
        response = own.client.get(self.url(jar), headers=own.headers())
        assert response.status_code == 200
        assert b"".join(response) == b"strong"
        assert response["Cache-Control"] == "no-store"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith("attachment")
        again = own.client.get(self.url(jar), headers=own.headers(If_None_Match=response["ETag"]))
        assert again.status_code == 304

    def test_S1_a_file_reached_through_a_relation(self, own: Device, jar: Jar) -> None:
        shelf = Shelf(name="Top")
        shelf.picture.save("top.png", ContentFile(PNG))
        Jar.objects.filter(pk=jar.pk).update(shelf=shelf)
        url = self.url(jar, attribute="shelf__picture", name=shelf.picture.name)
        response = own.client.get(url, headers=own.headers())
        assert response["Content-Type"] == "image/png"
        assert b"".join(response) == PNG

    @pytest.mark.parametrize(
        "wrong",
        [
            {"key": "999999"},
            {"key": "x"},
            {"key": "\x00"},
            {"key": "9" * 60},
            {"key": ""},
            {"name": "labels/other.txt"},
            {"name": "../settings/base.py"},
            {"name": ""},
            {"attribute": "name"},
            {"attribute": "secret"},
            {"attribute": "owner__password"},
            {"entity": "LocalJar"},
        ],
    )
    def test_S1_anything_else_is_one_and_the_same_404(self, own: Device, jar: Jar, wrong: dict[str, str]) -> None:
        response = own.client.get(self.url(jar, **wrong), headers=own.headers())
        assert response.status_code == 404
        assert response.json() == {
            "error": {"code": "not_found", "message": "There is nothing at this address.", "retry": False}
        }

    def test_S1_a_file_of_somebody_else_is_not_found(self, own: Device, jar: Jar, bob: User) -> None:
        Jar.objects.filter(pk=jar.pk).update(owner=bob)
        assert own.client.get(self.url(jar), headers=own.headers()).status_code == 404

    def test_S1_a_file_missing_from_storage_is_not_found(self, own: Device, jar: Jar) -> None:
        jar.label.storage.delete(str(jar.label.name))
        assert own.client.get(self.url(jar), headers=own.headers()).status_code == 404

    def test_S1_a_file_wants_the_right_user(self, own: Device, jar: Jar) -> None:
        response = own.client.get(self.url(jar), headers=own.headers(Haversack_User="anonymous"))
        assert error(response) == "wrong_user"
        own.client.logout()
        assert own.client.get(self.url(jar), headers=own.headers()).status_code == 401

    def test_S3_only_apps_for_everybody_may_be_cached(self, wire: Device) -> None:
        shelf = Shelf(name="Top")
        shelf.picture.save("top.png", ContentFile(PNG))
        url = f"/api/sync/wire/files/LocalShelf/picture/?key={shelf.pk}&name={shelf.picture.name}"
        response = wire.client.get(url, headers=wire.headers())
        assert response["Cache-Control"] == "public, max-age=3600"
        response.close()


def test_S2_signed_out_gets_nothing(ann: User) -> None:
    device = Device("own", user=UserKey.of(ann))
    response = device.request()
    assert (response.status_code, error(response)) == (401, "sign_in_required")


def test_S2_a_device_that_speaks_for_another_is_refused(own: Device, bob: User) -> None:
    for wrong in (UserKey.of(bob), "anonymous", "1"):
        response = own.request(Haversack_User=wrong)
        assert (response.status_code, error(response)) == (409, "wrong_user")


def test_S2_sign_in_and_out(own: Device, ann: User) -> None:
    assert own.session()["user"] == {"key": UserKey.of(ann), "name": "Ann Jones"}
    response = own.client.delete(f"{own.api}session/", headers=own.headers())
    assert response.json()["user"] is None
    assert own.session()["user"] is None
    again = own.client.delete(f"{own.api}session/", headers=own.headers())
    assert again.status_code == 200  # told twice is told


def test_S2_signing_out_leaves_the_session_of_another_alone(own: Device, bob: User) -> None:
    response = own.client.delete(f"{own.api}session/", headers=own.headers(Haversack_User=UserKey.of(bob)))
    assert error(response) == "wrong_user"
    assert own.session()["user"] is not None


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("nobody", "secret"), ("ANN", "secret")])
def test_S2_wrong_credentials_say_so_without_saying_which(ann: User, username: str, password: str) -> None:
    response = Device("own").sign_in(username, password)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_credentials"
    assert response.json()["error"]["message"] == "User name or password is wrong."


def test_S2_an_inactive_user_cannot_sign_in(ann: User) -> None:
    User.objects.update(is_active=False)
    assert error(Device("own").sign_in("ann")) == "invalid_credentials"


def test_S2_somebody_the_app_is_not_for(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline.own_app, "has_permission", lambda user: False)
    device = Device("own")
    response = device.sign_in("ann")
    assert (response.status_code, error(response)) == (403, "permission_denied")
    assert device.session()["user"] is None


def test_S2_guessing_is_slowed_down(ann: User) -> None:
    device = Device("own")
    codes = [device.sign_in("ann", f"guess {number}").status_code for number in range(11)]
    assert codes == [400] * 10 + [429]
    response = device.sign_in("ann")
    assert error(response) == "throttled"
    assert response.json()["error"]["retry"] is True
    assert 0 < int(response["Retry-After"]) <= 60
    assert device.sign_in("bob").status_code == 400  # others are not held up


def test_S2_the_key_of_a_user_is_random_and_stays(ann: User, bob: User) -> None:
    key = UserKey.of(ann)
    assert UserKey.of(ann) == key != UserKey.of(bob)
    ann.username = "anna"
    ann.save()
    assert UserKey.of(ann) == key


def test_S2_an_anonymous_app_does_not_know_who_is_signed_in(own: Device) -> None:
    wire = Device("wire", client=own.client)
    assert wire.session()["user"] == {"key": "anonymous", "name": ""}
    assert wire.sync().start["user"] == "anonymous"
    assert error(wire.sign_in("ann")) == "invalid_request"


@pytest.mark.parametrize("token", [None, "", "x" * 64])
def test_S3_writing_methods_want_the_csrf_token(own: Device, token: str | None) -> None:
    for response in (
        own.request(X_CSRFToken=token),
        own.post(f"{own.api}session/", {"username": "ann", "password": "secret"}, X_CSRFToken=token),
        own.client.delete(f"{own.api}session/", headers=own.headers(X_CSRFToken=token)),
    ):
        assert (response.status_code, error(response)) == (403, "csrf_failed")


def test_S3_nothing_private_is_stored_by_caches(own: Device) -> None:
    for response in (own.client.get(f"{own.api}session/"), own.request(), own.request(Haversack_User="x")):
        assert response["Cache-Control"] == "no-store"


def test_S3_a_session_of_the_admin_is_a_session_of_the_app(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert Device("own", client=client).session()["user"]["key"] == UserKey.of(ann)


def hide(monkeypatch: pytest.MonkeyPatch, entity: type[Any], *, of: User) -> None:
    monkeypatch.setattr(entity, "has_view_permission", lambda self, user: user.pk != of.pk)


@pytest.mark.usefixtures("_media")
def test_S1_an_entity_that_a_user_may_not_view_is_none_to_them(
    own: Device, ann: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = Jar.objects.create(name="mine", price=1, owner=ann, label=ContentFile(b"label", name="label.txt"))
    query = urlencode({"key": jar.pk, "name": jar.label.name})

    def file_status() -> int:
        response = own.client.get(f"/api/sync/own/files/OwnJar/label/?{query}", headers=own.headers())
        b"".join(response)  # to its end, which closes the file
        return response.status_code

    hide(monkeypatch, offline.OwnJar, of=bob)
    assert b"mine" in own.request().getvalue()
    assert file_status() == 200
    hide(monkeypatch, offline.OwnJar, of=ann)
    answer = own.request().getvalue()
    assert b"OwnJar" not in answer
    assert b"mine" not in answer
    assert error(own.request({"context": "", "cursors": {}, "entities": ["OwnJar"]})) == "unknown_entity"
    assert file_status() == 404


def test_S1_a_device_drops_what_its_user_may_not_view_any_more(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Jar.objects.create(name="mine", price=1, owner=ann)
    device = FakeDevice(ann)
    device.sync("own")
    assert len(device.rows("own", "OwnJar")) == 1
    hide(monkeypatch, offline.OwnJar, of=ann)
    assert device.sync("own").definition is not None
    assert device.rows("own", "OwnJar") == []
