"""C1: rows of writable entities travel with their version, whichever way they come and whoever renders them."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models import Count, F, QuerySet
from django.test.utils import CaptureQueriesContext

from syncapi import offline
from syncapi.cursors import PositionCursor
from syncapi.entities import LocalEntity
from syncapi.keys import in_key_order
from syncapi.registry import registry
from syncapi.sync import SyncRequest, sync
from syncapi.testing import FakeDevice
from syncapi.tracking.install import install, remove
from syncapi.tracking.plan import plan
from tests.server.rendering import assert_same, by_python_alone, counting_python, entity, outcome
from tests.tracking.field import declared, query
from tests.tracking.seen import versions
from tests.wire import models as wire
from tests.wire.models import Child, Jar, Shelf, Specimen

pytestmark = pytest.mark.django_db(transaction=True)

APP = "versioned"


class ReadJar(offline.LocalEntity):
    model = Jar
    attributes = ["name", "price", "shelf", "shelf__name"]
    pattern = offline.ReadOnlyOptimized

    def get_scope(self, user: Any) -> Hashable:
        key: Hashable = user.pk
        return key

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Jar.objects.filter(owner=scope)


class VersionedJar(ReadJar):
    pattern = offline.ReadWriteWithConflictDetection


class VersionedChild(offline.LocalEntity):
    """Inherits one of its attributes."""

    model = Child
    attributes = ["name", "width"]
    pattern = offline.ReadWrite


versioned_app = offline.OfflineApp(APP, title="Versioned", entities=[VersionedJar, VersionedChild, ReadJar])
KEYS: dict[type[models.Model], Any] = {
    wire.ByInteger: 2**60,
    wire.ByText: "Ä'%s\"",
    wire.ByUUID: uuid.UUID(int=7),
    wire.ByDate: datetime.date(999, 1, 2),
    wire.ByTime: datetime.time(9, 30),
    wire.ByDateTime: datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC),
    wire.ByDuration: datetime.timedelta(days=1, microseconds=1),
    wire.ByDecimal: "1.5000",
    wire.ByFloat: 0.1,
    wire.ByShout: "loud",
}


@pytest.fixture(autouse=True)
def app(settings: Any) -> Iterator[None]:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0, "INLINE_ROWS": 1000}
    with declared(versioned_app):
        yield


@pytest.fixture
def device(ann: User) -> FakeDevice:
    shelf = Shelf.objects.create(pk=1, name="Top")
    for number in (1, 2, 3):
        Jar.objects.create(pk=number, name=f"Jar {number}", price=number, shelf=shelf, owner=ann)
    Child.objects.create(pk=5, name="Small", width=1)
    device = FakeDevice(ann)
    device.sync(APP)
    return device


def held(device: FakeDevice, name: str = "VersionedJar") -> dict[Any, int]:
    return {row["id" if "id" in row else "shelf_ptr"]: row["_version"] for row in device.rows(APP, name)}


def stored(model: type[models.Model] = Jar) -> dict[int, int]:
    return {int(key): version for key, version in versions(model._meta.db_table).items()}


def cursors(device: FakeDevice, *names: str) -> dict[str, str]:
    return {name: str(device.cursor(APP, name)) for name in names}


def test_C1_the_version_is_the_second_value_of_writable_entities_alone(device: FakeDevice) -> None:
    assert list(device.rows(APP, "VersionedJar")[0]) == ["id", "_version", "name", "price", "shelf", "shelf__name"]
    assert list(device.rows(APP, "VersionedChild")[0]) == ["shelf_ptr", "_version", "name", "width"]
    assert "_version" not in device.rows(APP, "ReadJar")[0]
    assert held(device) == stored() == {1: 1, 2: 1, 3: 1}


def test_C1_it_is_zero_where_nobody_saw_the_row_change(ann: User) -> None:
    remove()
    Jar.objects.create(pk=1, name="Unseen", price=1, owner=ann)
    install()
    device = FakeDevice(ann)
    device.sync(APP)
    assert held(device) == {1: 0}
    Jar.objects.update(name="Seen")
    device.sync(APP)
    assert held(device) == {1: 1}


def test_C1_own_content_raises_it(device: FakeDevice) -> None:
    Jar.objects.filter(pk=1).update(name="Other")
    query("UPDATE wire_jar SET price = 9 WHERE id = 2")
    query("UPDATE wire_jar SET price = 9 WHERE id = 2")  # which changes nothing
    assert device.sync(APP).entities["VersionedJar"].mode == "delta"
    assert held(device) == stored() == {1: 2, 2: 2, 3: 1}
    Jar.objects.filter(pk=1).update(name="Third", shelf=None)
    device.sync(APP)
    assert held(device) == {1: 3, 2: 2, 3: 1}


def test_T3_being_delivered_again_leaves_it_alone(device: FakeDevice, ann: User, bob: User) -> None:
    before = held(device)
    Shelf.objects.update(name="Bottom")
    result = device.sync(APP)
    assert result.entities["VersionedJar"].changed == [1, 2, 3]
    assert held(device) == before
    Jar.objects.filter(pk=1).update(owner=bob)
    device.sync(APP)
    assert held(device) == {2: 1, 3: 1}
    Jar.objects.filter(pk=1).update(owner=ann)
    device.sync(APP)
    assert held(device) == before


def test_C1_a_row_made_again_under_its_key_goes_on_counting(device: FakeDevice, ann: User) -> None:
    Jar.objects.filter(pk=1).delete()
    Jar.objects.create(pk=1, name="Again", price=1, owner=ann)
    device.sync(APP)
    assert held(device) == {1: 3, 2: 1, 3: 1}


def test_C1_inherited_attributes_count_as_much_as_own_ones(device: FakeDevice) -> None:
    assert held(device, "VersionedChild") == {5: 2}  # one of each table
    for change in ({"name": "Middle"}, {"width": 2}):
        before = held(device, "VersionedChild")[5]
        Child.objects.filter(pk=5).update(**change)
        device.sync(APP)
        assert held(device, "VersionedChild")[5] == before + 1, change


def test_P5_a_stored_snapshot_and_what_changed_since_give_the_versions_of_today(ann: User, settings: Any) -> None:
    settings.HAVERSACK = {"INLINE_ROWS": 5, "PULL_LOG_RETENTION": 0}
    shelf = Shelf.objects.create(pk=1, name="Top")
    Jar.objects.bulk_create(
        Jar(pk=number, name=f"Jar {number}", price=number, shelf=shelf, owner=ann) for number in range(1, 31)
    )
    first, second, third = FakeDevice(ann), FakeDevice(ann), FakeDevice(ann)
    assert first.sync(APP).entities["VersionedJar"].mode == "snapshot"
    Jar.objects.filter(pk=7).update(name="Other")
    Jar.objects.filter(pk=8).update(price=F("price") + 1)
    Jar.objects.filter(pk=9).update(secret="that nobody carries")
    assert second.sync(APP).entities["VersionedJar"].mode == "snapshot"
    assert _parts(second) == _parts(first)  # which have the versions of before
    expected = stored()
    assert held(second) == expected
    assert (expected[7], expected[8], expected[9]) == (2, 2, 1)
    Jar.objects.filter(pk=10).delete()  # so that a part is cut
    Jar.objects.filter(pk=8).update(price=F("price") + 1)
    assert third.sync(APP).entities["VersionedJar"].mode == "snapshot"
    assert _parts(third) != _parts(first)
    first.sync(APP)
    second.sync(APP)
    expected = {key: version for key, version in stored().items() if key != 10}
    assert held(first) == held(second) == held(third) == expected
    assert expected[8] == 3


def _parts(device: FakeDevice) -> set[str]:
    found = (json.loads(line) for line in b"\n".join(device.recording).splitlines() if b'"type":"part"' in line)
    return {part["sum"] for part in found}


def test_P5_a_comparison_finds_a_version_that_is_not_right(device: FakeDevice) -> None:
    query(
        "UPDATE syncapi_change SET version = 40 WHERE CAST(key AS text) = '1' "
        "AND source = (SELECT id FROM syncapi_source WHERE name = 'wire_jar')"
    )
    device.sync(APP)
    assert held(device)[1] == 1  # nothing says that it changed
    query("DELETE FROM syncapi_history")
    result = device.sync(APP)
    assert result.entities["VersionedJar"].mode == "ranges"
    assert held(device) == {1: 40, 2: 1, 3: 1}


def test_T4_a_device_from_before_the_entity_was_writable_gets_its_rows_anew(
    device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = registry.get(APP).entities["ReadJar"]
    old = device.cursor(APP, "ReadJar")
    monkeypatch.setattr(type(local), "pattern", offline.ReadWrite)
    monkeypatch.delitem(local.__dict__, "row_columns")
    assert device.sync(APP).entities["ReadJar"].mode == "replace"
    assert held(device, "ReadJar") == stored()
    forms = [PositionCursor.decode(str(one)) for one in (old, device.cursor(APP, "ReadJar"))]
    assert len({one.form for one in forms if one is not None}) == 2


def test_P4_it_costs_no_query(device: FakeDevice, ann: User) -> None:
    Jar.objects.update(name="Other")
    counts = []
    for name, told in (("ReadJar", cursors(device, "ReadJar")), ("VersionedJar", cursors(device, "VersionedJar"))):
        for given in (told, {}):
            with CaptureQueriesContext(connection) as captured:
                answer = sync(SyncRequest(registry.get(APP), ann, "key", "none", "", [name], given))
            content = b"".join(answer)
            answer.close()
            counts.append((len(captured.captured_queries), content.count(b"Other")))
    assert counts[:2] == counts[2:]
    assert {rows for _, rows in counts} == {3}


# -- as the database renders it, and as Python does


def writable(model: type[models.Model], *attributes: str) -> LocalEntity:
    return entity(model, *attributes, pattern=offline.ReadWrite)


@pytest.mark.parametrize("model", KEYS)
def test_C1_rows_by_keys_of_every_kind(model: type[models.Model]) -> None:
    local = writable(model, "name")
    install(plan(local, local.rows(None)).watched)
    model._default_manager.create(pk=KEYS[model], name="a")
    model._default_manager.filter(pk=KEYS[model]).update(name="b")
    ((_, text),) = assert_same(local)
    assert text.endswith(b',2,"b"]')


def test_C1_the_database_renders_it(device: FakeDevice) -> None:
    local = writable(Jar, "name", "price", "shelf__name")
    Jar.objects.filter(pk=2).update(name="Other")
    with counting_python() as keys:
        found = outcome(local)
    assert keys == []
    assert [text for _, text in found] == [
        b'[1,1,"Jar 1","1.00","Top"]',
        b'[2,2,"Other","2.00","Top"]',
        b'[3,1,"Jar 3","3.00","Top"]',
    ]
    with by_python_alone():
        assert outcome(local) == found


def test_C1_rows_that_python_renders_have_it(device: FakeDevice) -> None:
    specimens = writable(Specimen, "json", "shout", "char")
    install(plan(specimens, specimens.rows(None)).watched)
    Specimen.objects.create(json={"a": [1]}, shout="x", char="y")
    ((key, text),) = outcome(specimens)
    assert text == f'["{key}",1,{{"a":[1]}},"x","y"]'.encode()


if connection.vendor == "sqlite":

    def test_C1_an_odd_row_among_others_has_it(device: FakeDevice) -> None:
        query("UPDATE wire_jar SET price = 0.125 WHERE id = 2")
        with counting_python() as keys:
            found = outcome(writable(Jar, "price"))
        assert keys == [2]
        assert [text for _, text in found] == [b'[1,1,"1.00"]', b'[2,2,"0.12"]', b'[3,1,"3.00"]']


@pytest.mark.parametrize(
    "rows",
    [
        Jar.objects.filter(shelf__jar__price__gte=0),
        Jar.objects.filter(shelf__jar__price__gte=0).distinct(),
        Jar.objects.annotate(count=Count("shelf__jar")).filter(count__gte=1),
        Jar.objects.order_by("name")[1:3],
        Jar.objects.extra(select={"version": "1"}),
    ],
    ids=["joined", "distinct", "counted", "sliced", "extra"],
)
def test_C1_in_querysets_of_every_kind(device: FakeDevice, rows: QuerySet[Any]) -> None:
    Jar.objects.filter(pk=2).update(name="Other")
    local = writable(Jar, "name", "shelf__name")
    found = assert_same(local, in_key_order(rows.all(), local))
    assert (2, b'[2,2,"Other","Top"]') in found
    assert len({key for key, _ in found}) == len(found)


def test_C1_computed_attributes_go_beside_it(device: FakeDevice) -> None:
    @offline.attribute(models.CharField("loud"), depends_on=["name"])
    def loud(self: LocalEntity, obj: Jar) -> str:
        return obj.name.upper()

    local = entity(Jar, "name", "loud", pattern=offline.ReadWrite, loud=loud)
    assert next(text for _, text in outcome(local)) == b'[1,1,"Jar 1","JAR 1"]'
