"""P3, P4, T4, T5: what travels, and what does not."""

import gzip
import tempfile
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi import spool
from syncapi.cursors import ContentCursor
from syncapi.pull import rendering
from syncapi.rows import RowSet
from syncapi.testing import FakeDevice
from tests.device import Device, parse
from tests.wire import offline
from tests.wire.models import Jar, Shelf


def make_jars(count: int, **more: Any) -> None:
    Jar.objects.bulk_create(Jar(name=f"Jar {number}", price=number, **more) for number in range(count))


def test_P4_everything_arrives_at_first(wire: Device) -> None:
    shelf = Shelf.objects.create(name="Étagère")
    jar = Jar.objects.create(name="Chai", price="18.00", shelf=shelf)

    answer = wire.sync()

    assert answer.rows["LocalJar"] == [[jar.pk, "Chai", "18.00", shelf.pk, "Étagère", "s"]]
    assert answer.rows["LocalShelf"] == [[shelf.pk, "Étagère", ""]]
    assert answer.entities["LocalJar"]["columns"] == ["id", "name", "price", "shelf", "shelf__name", "state"]


def test_P4_nothing_travels_when_nothing_changed(wire: Device) -> None:
    make_jars(50)
    wire.sync()

    answer = wire.sync()

    assert answer.start["rows"] == answer.start["bytes"] == 0
    assert {entity["mode"] for entity in answer.entities.values()} == {"unchanged"}
    assert not any(line.startswith(b"[") for line in answer.lines)
    assert sum(map(len, answer.lines)) < 1000


@pytest.mark.parametrize("write", ["update", "raw", "delete", "cascade", "related", "new"])
def test_P4_any_way_of_writing_is_seen(device: FakeDevice, write: str) -> None:
    shelf = Shelf.objects.create(name="Top")
    jar = Jar.objects.create(name="Chai", price=1, shelf=shelf)
    device.sync("wire")

    match write:
        case "update":
            Jar.objects.update(name="Chang")
        case "raw":
            with connection.cursor() as cursor:
                cursor.execute("UPDATE wire_jar SET name = 'Chang'")
        case "delete":
            jar.delete()
        case "cascade":
            shelf.delete()
        case "related":
            Shelf.objects.update(name="Bottom")
        case "new":
            Jar.objects.create(name="Chang", price=2)

    assert device.sync("wire").entities["LocalJar"].mode == "replace"
    assert [row["name"] for row in device.rows("wire", "LocalJar")] == list(
        Jar.objects.order_by("pk").values_list("name", flat=True)
    )


def test_P4_what_is_not_declared_changes_nothing(device: FakeDevice) -> None:
    Jar.objects.create(name="Chai", price=1)
    device.sync("wire")
    Jar.objects.update(secret="changed")
    assert device.sync("wire").rows_received == 0


def test_P3_totals_are_known_from_the_start(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SEGMENT_ROWS", 10)
    make_jars(25)

    answer = wire.sync()

    rows = [line for line in answer.lines if line.startswith(b"[")]
    assert answer.start["rows"] == len(rows) == 25
    assert answer.start["bytes"] == sum(len(row) + 1 for row in rows)
    assert answer.entities["LocalJar"]["segments"] == 3
    content = RowSet()
    for row in rows:
        content.add(row)
    assert answer.entities["LocalJar"]["fingerprint"] == content.fingerprint


@override_settings(HAVERSACK={"PULL_LOG_RETENTION": 0})  # what is written down afterwards has tests of its own
def test_P3_the_number_of_queries_does_not_follow_the_number_of_rows(wire: Device) -> None:
    wire.session()
    counts = []
    for more in (5, 995):  # as many as travel inside the answer
        make_jars(more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            wire.request().getvalue()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4  # one for each entity, and what opens and closes the snapshot


def test_P3_memory_is_bounded_by_the_spool(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MEMORY", 1000)
    made: list[Any] = []
    original = tempfile.SpooledTemporaryFile

    def remember(*args: Any, **kwargs: Any) -> Any:
        made.append(original(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", remember)
    make_jars(500)
    response = wire.request()
    assert made[0]._rolled  # it went to disk
    assert len(parse(response.getvalue()).rows["LocalJar"]) == 500
    assert made[0].closed


def test_P3_compressed_for_devices_that_take_it(wire: Device) -> None:
    make_jars(300)
    plain = wire.request().getvalue()
    response = wire.request(Accept_Encoding="gzip, br")
    assert response["Content-Encoding"] == "gzip"
    packed = response.getvalue()
    assert len(packed) < len(plain) / 3
    assert parse(gzip.decompress(packed)).rows == parse(plain).rows


def test_a_row_that_a_join_repeats_travels_once(device: FakeDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf.objects.create(name="Top")
    make_jars(3, shelf=shelf)
    monkeypatch.setattr(offline.LocalShelf, "get_queryset", lambda self, scope: Shelf.objects.filter(jar__price__gte=0))
    assert device.sync("wire").entities["LocalShelf"].changed == [shelf.pk]


@pytest.mark.parametrize("kind", ["sliced", "union", "annotated", "reversed", "distinct"])
def test_P4_any_queryset(device: FakeDevice, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name in "abc":
        Shelf.objects.create(name=name)
    shelves = Shelf.objects
    queryset = {
        "sliced": shelves.order_by("name")[:2],
        "union": shelves.filter(name="a").union(shelves.filter(name="b")),
        "annotated": shelves.exclude(name="c").distinct(),
        # DISTINCT ON is PostgreSQL's.
        "distinct": shelves.exclude(name="c").distinct(*(["name"] if connection.vendor == "postgresql" else [])),
        "reversed": shelves.exclude(name="c").order_by("-name").reverse(),
    }[kind]
    monkeypatch.setattr(offline.LocalShelf, "get_queryset", lambda self, scope: queryset)
    device.sync("wire")
    assert [row["name"] for row in device.rows("wire", "LocalShelf")] == ["a", "b"]


@given(
    cursor=st.one_of(
        st.text(st.characters(codec=None), max_size=100), st.binary(max_size=100).map(lambda data: data.hex())
    )
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50, deadline=None
)
def test_T4_a_cursor_nobody_can_read_brings_everything(wire: Device, cursor: str) -> None:
    """Any text: also with NUL, or half a character."""
    Shelf.objects.get_or_create(name="Top")
    response = wire.request({"context": "", "cursors": {"LocalShelf": cursor}})
    assert response.status_code == 200, response.content
    assert parse(response.getvalue()).rows["LocalShelf"]


def test_T4_a_cursor_of_another_kind_brings_everything(wire: Device) -> None:
    Shelf.objects.create(name="Top")
    for cursor in ("eyJrIjoicG9zaXRpb24ifQ", "W10", "MQ", "eyJrIjoiY29udGVudCJ9"):
        assert ContentCursor.decode(cursor) is None
        wire.cursors["LocalShelf"] = cursor
        assert len(wire.sync().rows["LocalShelf"]) == 1


def test_T4_a_database_put_back_to_an_older_copy_is_noticed(device: FakeDevice) -> None:
    jar = Jar.objects.create(name="old", price=1)
    for name in ("old", "new", "old"):  # the last time as a restore would leave it
        Jar.objects.update(name=name)
        assert device.sync("wire").entities["LocalJar"].altered == [jar.pk]
        assert device.rows("wire", "LocalJar")[0]["name"] == name


def test_T5_rows_that_left_the_scope_leave_the_device(ann: User, bob: User) -> None:
    device = FakeDevice(ann)
    make_jars(2, owner=ann)
    device.sync("own")
    assert len(device.rows("own", "OwnJar")) == 2
    make_jars(2, owner=bob)
    Jar.objects.filter(owner=ann).update(owner=None)
    device.sync("own")
    assert device.rows("own", "OwnJar") == []


def test_contexts_narrow_what_is_pulled(device: FakeDevice) -> None:
    make_jars(1)
    assert list(device.sync("wire", "jars").entities) == ["LocalJar"]
    assert list(device.sync("wire", entities=["LocalShelf"]).entities) == ["LocalShelf"]


def test_W7_an_older_definition_brings_the_new_one(wire: Device) -> None:
    first = wire.sync()
    assert first.definition
    assert first.definition["entities"][1]["attributes"][3]["relation"] == "LocalShelf"
    assert wire.sync().definition is None
    wire.definition = "0123456789abcdef"
    assert wire.sync().definition == first.definition


@pytest.fixture
def device(db: Any) -> FakeDevice:
    """Of nobody, for the app `wire`."""
    return FakeDevice()


@pytest.mark.django_db(transaction=True)
def test_P1_all_entities_come_from_one_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes, and commits, while the first entity has been read and the second has not."""
    Shelf.objects.create(name="before")
    Jar.objects.create(name="before", price=1)
    original = offline.LocalJar.get_queryset
    done = threading.Event()

    def write() -> None:
        try:
            Jar.objects.update(name="after")
        finally:
            connection.close()
            done.set()

    def get_queryset(self: Any, scope: Any) -> Any:
        if not done.is_set():
            thread = threading.Thread(target=write)
            thread.start()
            thread.join()
        return original(self, scope)

    monkeypatch.setattr(offline.LocalJar, "get_queryset", get_queryset)
    device = FakeDevice()
    for expected in ("before", "after"):
        device.sync("wire")
        assert [row["name"] for row in device.rows("wire", "LocalJar")] == [expected]
