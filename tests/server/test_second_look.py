"""Faults that a second look found, each under the rule it broke."""

import datetime
import decimal
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection, models
from django.http import Http404
from django.test import AsyncClient, Client
from django.utils.functional import lazy
from django.utils.translation import get_language

from syncapi import offline
from syncapi.api.sync import takes_gzip
from syncapi.api.views import SyncApiView
from syncapi.applications import OfflineApp
from syncapi.checks import check_apps
from syncapi.definition import app_definition
from syncapi.testing import FakeDevice
from tests.device import REPLICA, Device, parse
from tests.wire import offline as declared
from tests.wire.models import Jar, Note, Profile, Shelf, Specimen, Tariff


def app(*entities: Any) -> OfflineApp:
    return OfflineApp("thing", title="Thing", entities=entities)


def entity(name: str, model: type[models.Model], *attributes: str, **options: Any) -> Any:
    return type(name, (offline.LocalEntity,), {"model": model, "attributes": list(attributes), **options})


# -- the definition


def definition_of(app: OfflineApp) -> Any:
    return app_definition(app, AnonymousUser())


def test_choices_in_any_form_of_the_field_are_described(db: Any) -> None:
    described = definition_of(app(entity("LocalTariff", Tariff, "rate", "opens")))["entities"][0]["attributes"]
    assert described[1]["choices"] == [["19", "19 %"], ["7", "7 %"]]
    assert described[2]["choices"] == [["09:30:00.000000", "Half past nine"]]
    assert not list(check_apps([app(entity("LocalTariff", Tariff, "rate", "opens"))]))


def test_a_generated_decimal_has_its_places(db: Any) -> None:
    described = definition_of(app(entity("LocalTariff", Tariff, "doubled")))["entities"][0]["attributes"]
    assert described[1]["decimal_places"] == 2


def test_a_key_to_another_column_is_no_relation(db: Any) -> None:
    """`Note.profile` holds `Profile.person`, which holds a user's key: no key of a profile, however it is followed."""
    described = definition_of(app(entity("LocalNote", Note, "profile"), entity("LocalProfile", Profile, "name")))
    assert "relation" not in described["entities"][0]["attributes"][1]


def test_pk_is_told_by_its_name(db: Any) -> None:
    cls = entity("LocalJar", Jar, "pk", "name", list_display=["pk", "name"], ordering=["-pk"])
    assert not list(check_apps([app(cls)]))
    described = definition_of(app(cls))["entities"][0]
    assert described["list_display"] == ["id", "name"]
    assert described["ordering"] == ["-id"]


def test_json_with_a_decoder_is_refused() -> None:
    assert [message.id for message in check_apps([app(entity("LocalTariff", Tariff, "terms"))])] == ["syncapi.E006"]


def test_W7_the_definition_speaks_the_language_of_the_request(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    title = lazy(lambda: "Gläser" if get_language() == "de" else "Jars", str)()
    monkeypatch.setattr(declared.wire_app, "title", title)
    english = wire.sync()
    german = parse(wire.request(Accept_Language="de").getvalue())
    assert english.definition
    assert german.definition
    assert (english.definition["title"], german.definition["title"]) == ("Jars", "Gläser")
    assert english.start["definition"] != german.start["definition"]


# -- rows


def test_P4_one_odd_row_does_not_stop_the_others(
    db: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Specimen.objects.create(char="odd", decimal=1)
    Specimen.objects.create(char="fine", decimal=2)
    column = declared.specimens_app.entities["LocalSpecimen"].column("decimal")
    assert column
    encode = column.type.encode
    assert encode

    def fail_for_one(value: decimal.Decimal) -> Any:
        if value == 1:
            raise TypeError("not a decimal")
        return encode(value)

    object.__setattr__(column.type, "encode", fail_for_one)
    try:
        with caplog.at_level(logging.WARNING):
            rows = Device("specimens").sync().rows["LocalSpecimen"]
    finally:
        object.__setattr__(column.type, "encode", encode)
    assert len(rows) == 2
    assert any("1.0000000000" in row for row in rows)
    assert "LocalSpecimen" in caplog.text
    assert "decimal" in caplog.text


if connection.vendor == "sqlite":

    @pytest.mark.parametrize("app", ["wire", "tracked"])
    def test_P4_bytes_in_a_column_of_text_travel_as_text(db: Any, app: str, caplog: pytest.LogCaptureFixture) -> None:
        """SQLite keeps them there, whatever wrote them, and Django reads them."""
        jars = [Jar.objects.create(name=str(number), price=1) for number in range(3)]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE wire_jar SET name = x'61ff' WHERE id = %s", [jars[1].pk])
        device = FakeDevice(None)
        device.sync(app)
        entity = "LocalJar" if app == "wire" else "TrackedJar"
        assert [row["name"] for row in device.rows(app, entity)] == ["0", "a\\xff", "2"]
        assert "name is b'a\\xff'" in caplog.text


def test_json_as_deep_as_django_reads_it_travels(db: Any) -> None:
    deep: Any = []
    for _ in range(480):
        deep = [deep]
    Specimen.objects.create(json=deep)
    assert Device("specimens").sync().start["rows"] == 1


def test_what_is_no_queryset_is_named_in_the_log(
    wire: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(declared.LocalJar, "get_queryset", lambda self, scope: [1, 2])
    assert wire.request().status_code == 500
    assert "LocalJar.get_queryset() returned a list" in caplog.text


def test_rows_of_another_model_are_named_in_the_log(
    wire: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(declared.LocalJar, "get_queryset", lambda self, scope: Specimen.objects.all())
    assert wire.request().status_code == 500
    assert "LocalJar.get_queryset() returned rows of wire.Specimen. Return a QuerySet of wire.Jar." in caplog.text


def test_a_locking_queryset_does_not_lock(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    Jar.objects.create(name="Chai", price=1)
    monkeypatch.setattr(declared.LocalJar, "get_queryset", lambda self, scope: Jar.objects.select_for_update())
    assert len(wire.sync().rows["LocalJar"]) == 1


def test_T5_the_scope_is_part_of_the_cursor(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in another scope: the device is told anew, since its cursor speaks of the old scope."""
    Jar.objects.create(name="Chai", price=1)
    monkeypatch.setattr(declared.LocalJar, "get_scope", lambda self, user: "north")
    wire.sync()
    assert wire.sync().entities["LocalJar"]["mode"] == "unchanged"
    monkeypatch.setattr(declared.LocalJar, "get_scope", lambda self, user: "south")
    assert wire.sync().entities["LocalJar"]["mode"] == "replace"


def test_server_time_is_utc_also_without_time_zones(wire: Device, settings: Any) -> None:
    settings.USE_TZ = False
    settings.TIME_ZONE = "Asia/Tokyo"
    told = datetime.datetime.fromisoformat(wire.sync().start["server_time"])
    assert abs(told - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)


# -- access


def test_S1_a_file_of_another_row_is_not_served_by_its_name(
    ann: User, bob: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    mine, theirs = Jar(name="mine", price=1, owner=ann), Jar(name="theirs", price=1, owner=bob)
    mine.label.save("mine.txt", ContentFile(b"mine"))
    theirs.label.save("theirs.txt", ContentFile(b"theirs"))
    device = Device("own")
    device.sign_in("ann")
    url = f"/api/sync/own/files/OwnJar/label/?key={mine.pk}&name={theirs.label.name}"
    assert device.client.get(url, headers=device.headers()).status_code == 404


def test_S1_permission_is_asked_at_each_request(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device("own")
    device.sign_in("ann")
    assert device.request().status_code == 200
    monkeypatch.setattr(declared.own_app, "has_permission", lambda user: False)
    assert device.request().json()["error"]["code"] == "permission_denied"


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(PermissionDenied, 403, "permission_denied"), (Http404, 404, "not_found")],
)
def test_what_hooks_of_django_raise_keeps_its_meaning(
    wire: Device, monkeypatch: pytest.MonkeyPatch, raised: type[Exception], status: int, code: str
) -> None:
    def refuse(self: Any, user: Any) -> Any:
        raise raised

    monkeypatch.setattr(declared.LocalJar, "get_scope", refuse)
    response = wire.request()
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"]["retry"] is False


@pytest.mark.parametrize("spelling", ["ann", " ann", "ann ", "ANN", "\uff41nn"])
def test_S2_another_spelling_is_no_new_account_of_attempts(ann: User, spelling: str) -> None:
    device = Device("own")
    for _ in range(10):
        device.sign_in("ann", "guess")
    assert device.sign_in(spelling, "guess").status_code == 429


def test_S2_a_made_up_address_is_no_new_account_of_attempts(ann: User) -> None:
    device = Device("own")
    device.session()
    codes = [
        device.post(
            f"{device.api}session/", {"username": "ann", "password": "guess"}, X_Forwarded_For=f"10.0.0.{number}"
        ).status_code
        for number in range(11)
    ]
    assert codes == [400] * 10 + [429]


def test_S2_guessing_from_many_addresses_is_slowed_down_too(ann: User, settings: Any) -> None:
    settings.HAVERSACK = {"SIGN_IN_RATE_NAME": "3/hour"}
    codes = []
    for number in range(4):
        device = Device("own", client=Client(enforce_csrf_checks=True, REMOTE_ADDR=f"10.0.0.{number}"))
        codes.append(device.sign_in("ann", "guess").status_code)
    assert codes == [400, 400, 400, 429]


def test_S2_the_sessions_user_stays_the_requests_user(ann: User) -> None:
    from django.contrib.auth.signals import user_logged_out

    left: list[Any] = []

    def note(sender: Any, user: Any, **kwargs: Any) -> None:
        left.append(user)

    user_logged_out.connect(note)
    try:
        device = Device("own")
        device.sign_in("ann")
        device.client.delete(f"{device.api}session/", headers=device.headers())
    finally:
        user_logged_out.disconnect(note)
    assert left == [ann]


def test_S3_a_project_may_name_its_own_csrf_header(wire: Device, settings: Any) -> None:
    settings.CSRF_HEADER_NAME = "HTTP_X_MY_TOKEN"
    assert wire.request().status_code == 200


def test_S4_a_damaged_session_cookie_is_refused(db: Any) -> None:
    response = Client().get("/api/sync/own/session/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaa"'})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_header")


@pytest.mark.parametrize("charset", ["hex", "zlib", "idna", "undefined", "nonsense", "utf-8"])
def test_S4_a_charset_that_is_no_text_is_passed_over(db: Any, charset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from settings.wsgi import application

    started: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/sync/wire/session/",
        "QUERY_STRING": "a=1",
        "CONTENT_TYPE": f"application/json; charset={charset}",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    monkeypatch.setattr("django.core.signals.request_started.receivers", [])  # the test's own connection stays open
    list(application(environ, lambda status, headers: started.append(status)))
    assert started == ["200 OK"]


def test_options_tell_nothing(wire: Device) -> None:
    assert wire.client.options("/api/sync/wire/").status_code == 405


def test_files_have_one_condition_only(wire: Device, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    shelf = Shelf(name="Top")
    shelf.picture.save("top.png", ContentFile(b"png"))
    url = f"/api/sync/wire/files/LocalShelf/picture/?key={shelf.pk}&name={shelf.picture.name}"
    response = wire.client.get(url, headers=wire.headers(If_Match='"zz"'))
    assert response.status_code == 200
    response.close()


# -- servers


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("", False),
    ],
)
def test_gzip_only_where_it_is_taken(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


@pytest.mark.django_db(transaction=True)
def test_P3_an_asynchronous_server_streams_too() -> None:
    """Django warns, and collects everything, where an asynchronous server is given a synchronous body."""
    Shelf.objects.create(name="Top")

    async def ask() -> bytes:
        client = AsyncClient()
        token = (await client.get("/api/sync/wire/session/")).json()["csrf_token"]
        response: Any = await client.post(
            "/api/sync/wire/",
            b'{"context": ""}',
            content_type="application/json",
            headers={
                "Haversack-Protocol": "1",
                "Haversack-Definition": "none",
                "Haversack-Replica": REPLICA,
                "Haversack-User": "anonymous",
                "X-CSRFToken": token,
            },
        )
        assert response.is_async
        return b"".join([chunk async for chunk in response])

    assert len(parse(async_to_sync(ask)()).rows["LocalShelf"]) == 1


def test_a_request_holds_no_transaction_while_it_is_answered() -> None:
    assert "default" in SyncApiView.dispatch._non_atomic_requests  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _columns_are_worked_out_anew() -> Iterator[None]:
    """Tests here change declarations; what was derived from them must not outlive the test."""
    yield
    for application in (declared.wire_app, declared.own_app, declared.specimens_app):
        for local in application.entities.values():
            local.__dict__.pop("columns", None)
