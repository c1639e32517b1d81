"""Devices and their pulls, as they are written down: outcomes, bounds, and never at a sync's expense."""

import asyncio
import datetime
import gzip
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, User
from django.core.asgi import get_asgi_application
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syncapi import devices
from syncapi.api.envelope import Envelope
from syncapi.devices import PullNote
from syncapi.models import Pull, Replica, UserKey
from syncapi.pull import PulledEntity
from tests.device import REPLICA, Device, parse
from tests.wire import offline
from tests.wire.models import Jar, Shelf


def pulls() -> list[str]:
    """Outcomes, oldest first."""
    return list(Pull.objects.order_by("pk").values_list("outcome", flat=True))


def ago(**span: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)


def an_hour_passes() -> None:
    """For what was written down so far."""
    hour = datetime.timedelta(hours=1)
    for pull in Pull.objects.all():
        Pull.objects.filter(pk=pull.pk).update(started=pull.started - hour)
    for replica in Replica.objects.all():
        Replica.objects.filter(pk=replica.pk).update(
            last_seen=replica.last_seen - hour, first_seen=replica.first_seen - hour
        )


def note_of(device: Device) -> PullNote:
    """Of a request that `device` might send."""
    app = {"wire": offline.wire_app, "own": offline.own_app}[device.app]
    user = AnonymousUser() if app.anonymous else UserKey.objects.get(key=device.user).user
    note = PullNote(app, user, Envelope(definition=device.definition, replica=uuid.UUID(REPLICA), user=device.user))
    note.asked(device.user, "", "manual")
    return note


def pulled(entity: str, mode: str, **more: str) -> PulledEntity:
    return PulledEntity({"entity": entity, "mode": mode, **more}, 0, 0, rows=0, bytes=0)


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else is writing, and takes their time."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("LOCK TABLE syncapi_replica IN SHARE MODE")
        yield
    finally:
        other.rollback()
        other.close()


@pytest.fixture
def own(ann: User) -> Device:
    device = Device("own")
    assert device.sign_in("ann").status_code == 200
    return device


# -- outcomes


def test_a_first_sync_is_complete(wire: Device) -> None:
    shelf = Shelf.objects.create(name="Top")
    Jar.objects.create(name="Chai", price=1, shelf=shelf)
    before = timezone.now()

    content = wire.request({"context": "", "trigger": "start"}, Accept_Encoding="gzip").getvalue()

    replica = Replica.objects.get()
    pull = Pull.objects.get()
    answer = parse(gzip.decompress(content))
    assert str(replica.replica) == REPLICA
    assert (replica.app, replica.user_key, replica.user) == ("wire", "anonymous", None)
    assert before <= replica.first_seen == replica.last_seen <= timezone.now()
    assert replica.last_complete == replica.last_seen
    assert (replica.definition, replica.language) == (answer.start["definition"], "en")
    assert (pull.replica, pull.context, pull.trigger, pull.outcome) == (replica, "", "start", "complete")
    assert before <= pull.started <= replica.last_seen
    assert pull.duration <= 60_000
    assert pull.rows == 2
    assert pull.bytes == len(content)
    assert pull.modes == {"LocalShelf": {"mode": "replace", "rows": 1}, "LocalJar": {"mode": "replace", "rows": 1}}


def test_bytes_are_those_that_were_sent(wire: Device) -> None:
    Shelf.objects.create(name="Top")
    plain = wire.request().getvalue()
    assert Pull.objects.get().bytes == len(plain)


def test_a_sync_of_a_signed_in_user_names_them(own: Device, ann: User) -> None:
    own.sync()
    replica = Replica.objects.get()
    assert (replica.user, replica.user_key) == (ann, own.user)
    assert Pull.objects.get().user == ann


def test_a_sync_without_news_is_unchanged(wire: Device) -> None:
    wire.sync()
    wire.sync(context="jars", trigger="interval")
    first, second = Pull.objects.order_by("pk")
    assert (second.outcome, second.context, second.trigger) == ("unchanged", "jars", "interval")
    assert second.replica == first.replica
    assert Replica.objects.get().last_complete == Replica.objects.get().last_seen


@pytest.mark.django_db(transaction=True)  # a response that is closed early closes the connection
def test_an_answer_that_is_not_read_to_its_end_is_cut() -> None:
    Shelf.objects.create(name="Top")
    wire = Device("wire")
    wire.session()
    response: Any = wire.client.post(
        wire.api, b'{"context": ""}', content_type="application/json", headers=wire.headers()
    )
    chunks = iter(response.streaming_content)
    first = next(chunks)
    next(chunks)
    response.close()

    assert pulls() == ["cut"]
    assert Pull.objects.get().bytes == len(first)  # the second was on its way when the device went
    replica = Replica.objects.get()
    assert (replica.last_complete, replica.definition) == (None, "none")


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_nobody_reads_is_cut() -> None:
    wire = Device("wire")
    wire.session()
    response: Any = wire.client.post(
        wire.api, b'{"context": ""}', content_type="application/json", headers=wire.headers()
    )
    response.close()
    response.close()  # servers may do it twice
    assert pulls() == ["cut"]
    assert Pull.objects.get().bytes == 0


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_server_writes_down_too() -> None:
    Shelf.objects.create(name="Top")
    device = Device("wire")
    device.session()
    scope = {
        "type": "http",
        "method": "POST",
        "path": device.api,
        "query_string": b"",
        "headers": [
            *((name.lower().encode(), value.encode()) for name, value in device.headers().items()),
            (b"host", b"testserver"),
            (b"cookie", f"csrftoken={device.client.cookies['csrftoken'].value}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", b"15"),
        ],
    }

    async def ask(leaves: bool) -> None:
        asked, gone = asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not asked.is_set():
                asked.set()
                return {"type": "http.request", "body": b'{"context": ""}'}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if leaves and message["type"] == "http.response.body":
                gone.set()
                await asyncio.Event().wait()  # nobody takes it

        await get_asgi_application()(scope, receive, send)

    async_to_sync(ask)(leaves=False)
    async_to_sync(ask)(leaves=True)
    assert pulls() == ["complete", "cut"]
    assert Pull.objects.order_by("pk").values_list("bytes", flat=True)[1] == 0


def test_a_device_that_must_compare_is_told_apart(wire: Device) -> None:
    note_of(wire).sent([pulled("LocalShelf", "unchanged"), pulled("LocalJar", "reset", reason="history")], 5, True, "d")
    assert pulls() == ["reset"]
    assert Pull.objects.get().modes["LocalJar"] == {"mode": "reset", "rows": 0, "reason": "history"}
    assert Replica.objects.get().last_complete is None


def test_errors_of_known_devices_are_written_down(wire: Device) -> None:
    wire.sync()
    wire.request({"context": "nowhere"})
    wire.request(b"{")
    wire.request(Haversack_User=str(uuid.UUID(int=7)))
    assert pulls() == ["complete", "unknown_context", "invalid_json", "wrong_user"]
    assert Pull.objects.filter(context="nowhere").count() == 1
    assert Replica.objects.get().definition == wire.definition


def test_a_server_error_is_written_down(own: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, scope: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(offline.OwnJar, "get_queryset", broken)
    assert own.request().status_code == 500
    assert pulls() == ["server_error"]


def test_somebody_else_s_session_is_written_down_at_the_device_it_happened_to(
    own: Device, ann: User, bob: User
) -> None:
    own.sync()
    anns = own.user
    assert own.sign_in("bob").status_code == 200
    own.user = anns
    assert own.request().status_code == 409
    assert Replica.objects.get().user == ann
    assert Pull.objects.get(outcome="wrong_user").user == bob


def test_permission_denied_is_written_down_of_known_people(own: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    own.sync()
    monkeypatch.setattr(offline.own_app, "has_permission", lambda user: False)
    assert own.request().status_code == 403
    assert pulls() == ["complete", "permission_denied"]


def test_a_device_id_of_somebody_else_leads_to_a_device_of_one_s_own(own: Device, ann: User, bob: User) -> None:
    own.sync()
    other = Device("own")
    other.sign_in("bob")
    other.sync()  # with the same replica id
    assert {replica.user for replica in Replica.objects.all()} == {ann, bob}


# -- what strangers can do


def test_strangers_leave_no_trace(db: Any) -> None:
    """Nobody signed in, no token, no id, or an anonymous app and nothing but errors."""
    stranger = Device("own")
    stranger.session()
    assert stranger.request().status_code == 401
    visitor = Device("wire")
    visitor.session()
    assert visitor.request({"context": "nowhere"}).status_code == 400
    assert visitor.request(Haversack_Replica="x").status_code == 400
    assert visitor.request(X_CSRFToken="x").status_code == 403
    assert Replica.objects.count() == Pull.objects.count() == 0


def test_invented_devices_are_taken_in_up_to_a_number_an_hour(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "STRANGERS", 3)
    for number in range(5):
        wire.request({"context": ""}, Haversack_Replica=str(uuid.UUID(int=number)))
    assert Replica.objects.count() == 3
    an_hour_passes()
    wire.request({"context": ""}, Haversack_Replica=str(uuid.UUID(int=9)))
    assert Replica.objects.count() == 4


def test_a_full_hour_does_not_keep_known_devices_out(
    wire: Device, own: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "STRANGERS", 1)
    wire.sync()
    own.sync()
    wire.sync(context="jars", cursors={})
    assert Pull.objects.count() == 3


def test_pulls_of_a_device_are_kept_up_to_a_number(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "PULLS", 3)
    for context in ("", "jars", "", "jars", ""):
        wire.request({"context": context})
    assert list(Pull.objects.order_by("pk").values_list("context", flat=True)) == ["", "jars", ""]


def test_a_device_that_never_rests_is_written_down_up_to_a_number_a_minute(
    wire: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "PER_MINUTE", 3)
    for _ in range(5):
        wire.request({"context": ""})
    assert Pull.objects.count() == 3
    an_hour_passes()
    wire.request({"context": ""})
    assert Pull.objects.count() == 4


def test_a_poll_without_news_is_one_query(own: Device) -> None:
    own.sync()
    own.sync()
    note = note_of(own)
    with CaptureQueriesContext(connection) as queries:
        note.sent([pulled("OwnJar", "unchanged")], 100, True, own.definition)
    assert len(queries) == 1
    assert pulls() == ["complete", "unchanged"]

    an_hour_passes()
    own.sync()
    assert pulls() == ["complete", "unchanged", "unchanged"]
    assert Replica.objects.get().last_seen > ago(minutes=1)


def test_a_new_definition_is_written_down_at_once(wire: Device) -> None:
    wire.sync()
    wire.sync()
    Replica.objects.update(definition="older")
    wire.sync()
    assert Replica.objects.get().definition == wire.definition


def test_nothing_is_written_down_where_the_project_wants_none(wire: Device, settings: Any) -> None:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0}
    wire.sync()
    assert Replica.objects.count() == 0


def test_a_device_that_was_forgotten_comes_back(wire: Device) -> None:
    wire.sync()
    Replica.objects.all().delete()
    wire.sync()
    assert pulls() == ["unchanged"]


# -- never at a sync's expense


@pytest.mark.django_db(transaction=True)
def test_a_database_that_somebody_else_locks_delays_no_sync(caplog: pytest.LogCaptureFixture) -> None:
    device = Device("wire")
    device.sync()  # whatever a first sync has to write
    device.sync()
    an_hour_passes()
    with locked():
        began = time.monotonic()
        with caplog.at_level(logging.WARNING, "haversack.devices"):
            answer = device.sync()
        took = time.monotonic() - began
    assert answer.lines[-1] == b'{"type":"end"}'
    assert took < 20  # the project's own timeout, which would have been waited for
    assert "was not written down" in caplog.text
    assert pulls() == ["complete", "unchanged"]
    device.sync()
    assert pulls() == ["complete", "unchanged", "unchanged"]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 20_000  # others wait as configured


def test_a_failure_is_logged_and_the_sync_goes_on(
    wire: Device, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(devices, "PER_MINUTE", 0)  # no such row: the query itself is refused
    wire.sync()
    assert wire.request().status_code == 200
    assert "was not written down" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_two_first_pulls_of_one_device_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find the device unknown; it is entered once."""
    barrier = threading.Barrier(2, timeout=120)
    original = PullNote._may_enter

    def together(self: PullNote, *args: Any) -> bool:
        barrier.wait()
        return original(self, *args)

    monkeypatch.setattr(PullNote, "_may_enter", together)

    def pull() -> None:
        try:
            note_of(Device("wire", definition="d")).sent([pulled("LocalJar", "replace")], 1, True, "d")
        finally:
            connection.close()

    threads = [threading.Thread(target=pull) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Replica.objects.count() == 1
    assert len(pulls()) >= 1
