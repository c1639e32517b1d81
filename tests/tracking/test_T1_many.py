"""T1: many-to-many attributes travel with their record: whenever its set changes, and only then."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from syncapi import offline
from syncapi.checks import check_apps
from syncapi.definition import entity_definition
from syncapi.keys import in_key_order
from syncapi.registry import registry
from syncapi.sync import SyncRequest, sync
from syncapi.testing import FakeDevice
from syncapi.tracking.drift import State, survey
from syncapi.tracking.install import install, remove, required
from syncapi.tracking.retention import purge
from tests.server.rendering import assert_same, by_python_alone, counting_python, entity, outcome
from tests.tracking.field import declared, query
from tests.tracking.writers import writers
from tests.wire.many import Barrel, Crate, Label, Packing, TiedInteger, TiedText, WordBox
from tests.wire.models import Jar

pytestmark = pytest.mark.django_db(transaction=True)

APP = "crates"
LABELS = Crate.labels.through._meta.db_table
sqlite = connection.vendor == "sqlite"


class OwnCrate(offline.LocalEntity):
    model = Crate
    attributes = ["name", "labels", "near", "jars"]
    pattern = offline.ReadWriteWithConflictDetection

    def get_scope(self, user: Any) -> Hashable:
        key: Hashable = user.pk
        return key

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Crate.objects.filter(owner=scope)


class OwnBarrel(OwnCrate):
    model = Barrel
    attributes = ["name", "depth", "labels", "lids"]
    pattern = offline.ReadWriteWithConflictDetection

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Barrel.objects.filter(owner=scope)


class ReadCrate(OwnCrate):
    """Not tracked."""

    pattern = offline.ReadOnly  # type: ignore[assignment]


class BareCrate(OwnCrate):
    """Without sets."""

    attributes = ["name"]


class Words(offline.LocalEntity):
    model = WordBox
    attributes = ["words"]
    pattern = offline.ReadOnlyOptimized


class LocalLabel(offline.LocalEntity):
    model = Label
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized


crates_app = offline.OfflineApp(
    APP, title="Crates", entities=[OwnCrate, OwnBarrel, ReadCrate, BareCrate, Words, LocalLabel]
)


@pytest.fixture(autouse=True)
def app(settings: Any) -> Iterator[None]:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0, "INLINE_ROWS": 1000}
    with declared(crates_app):
        yield


@pytest.fixture
def device(ann: User, bob: User) -> FakeDevice:
    """Crates 1 to 3 and labels 1 to 4, of which 1 and 2 are on all crates; crate 9 is another's; barrel 7."""
    for number in (1, 2, 3, 4):
        Label.objects.create(pk=number, name=f"Label {number}")
        Jar.objects.create(pk=number, name=f"Jar {number}", price=1)
    for number in (1, 2, 3, 9):
        crate = Crate.objects.create(pk=number, name=f"Crate {number}", owner=bob if number == 9 else ann)
        crate.labels.set([2, 1])
        Packing.objects.create(into=crate, what_id=1)
    Barrel.objects.create(pk=7, name="Barrel", owner=ann).labels.set([1])
    device = FakeDevice(ann)
    device.sync(APP)
    return device


def held(device: FakeDevice, name: str = "OwnCrate", attribute: str = "labels") -> dict[Any, list[Any]]:
    key = "crate_ptr" if name == "OwnBarrel" else "id"
    return {row[key]: row[attribute] for row in device.rows(APP, name)}


def check_fresh(device: FakeDevice) -> None:
    """The device has what one has that downloads everything now, and that is what Django finds."""
    fresh = FakeDevice(device.user)
    fresh.sync(APP)
    for name in crates_app.entities:
        assert device.rows(APP, name) == fresh.rows(APP, name), name
    own = Crate.objects.filter(owner__username="ann")
    assert held(device) == {crate.pk: sorted(crate.labels.values_list("pk", flat=True)) for crate in own}


# -- what the values are


def test_T1_values_are_the_keys_of_related_rows(device: FakeDevice) -> None:
    assert held(device) == {1: [1, 2], 2: [1, 2], 3: [1, 2], 7: [1]}
    assert held(device, attribute="jars") == {1: [1], 2: [1], 3: [1], 7: []}
    assert held(device, "OwnBarrel") == {7: [1]}
    assert held(device, "ReadCrate") == held(device)
    check_fresh(device)


KEYS: dict[str, list[Any]] = {
    "integers": [-5, 9, 10, 2**53 + 5],
    "texts": ["", "10", "9", "A", "Z", 'a"b', "ab", "a\\b", "ä", "%s", "日", "\U0001f600", "\uffee"],
    "uuids": [uuid.UUID(int=one) for one in (1, 2**64, 2**127)],
    "dates": [datetime.date(*day) for day in ((1, 1, 1), (999, 2, 3), (2026, 1, 31), (9999, 12, 31))],
    "times": [datetime.time(9, 30), datetime.time(9, 30, 0, 1), datetime.time(23, 59, 59, 999_999)],
    "datetimes": [datetime.datetime(year, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC) for year in (999, 2026)],
    "decimals": ["-1.5000", "0.0000", "10.0000", "9.0000"],
    "floats": [-1.5, 0.1, 1e-7, 1e22, 9.0, 10.0],
    "shouts": ["loud", "louder", "a"],
}
BY_DATABASE = {"integers", "texts", "uuids", "dates", "times", "datetimes"}


@pytest.mark.parametrize("name", KEYS)
def test_T1_keys_of_every_kind_in_key_order_whoever_renders_them(name: str) -> None:
    related: Any = Crate._meta.get_field(name).related_model
    for key in KEYS[name]:
        related._default_manager.create(pk=key)
    some = Crate.objects.create(pk=1, name="a")
    getattr(some, name).add(*reversed(KEYS[name]))
    one = Crate.objects.create(pk=2, name="b")
    getattr(one, name).add(KEYS[name][-1])
    Crate.objects.create(pk=3, name="none")
    local = entity(Crate, name, "name")
    with counting_python() as keys:
        found = outcome(local)
    assert bool(keys) == (name not in BY_DATABASE)
    with by_python_alone():
        assert outcome(local) == found
    assert [text.count(b",") for _, text in found] == [len(KEYS[name]) + 1, 2, 2] or name == "texts"
    assert found[2][1] == b'[3,[],"none"]'


def test_T1_the_order_of_keys_is_that_of_devices() -> None:
    crate = Crate.objects.create(pk=1, name="a")
    for key in KEYS["texts"]:
        TiedText.objects.create(pk=key)
    for number in KEYS["integers"]:
        TiedInteger.objects.create(pk=number)
    crate.texts.set(KEYS["texts"])
    crate.integers.set(KEYS["integers"])
    ((_, text),) = assert_same(entity(Crate, "texts", "integers"))
    assert text.endswith(b',[-5,9,10,"9007199254740997"]]')
    assert json.loads(text)[1] == sorted(KEYS["texts"])


def test_T1_a_table_of_ones_own_may_name_a_row_twice_or_none(device: FakeDevice) -> None:
    for jar in (3, 2, 3, None, 2):
        Packing.objects.create(into_id=1, what_id=jar, proposed_id=4)
    device.sync(APP)
    assert held(device, attribute="jars")[1] == [1, 2, 3]
    assert_same(entity(Crate, "jars"))


def test_T1_related_rows_that_are_no_more_are_named_as_the_table_has_them(device: FakeDevice) -> None:
    if sqlite:  # where nothing keeps a constraint
        with connection.constraint_checks_disabled():
            query(f"INSERT INTO {LABELS} (crate_id, label_id) VALUES (1, 77)")
            device.sync(APP)
            assert held(device)[1] == [1, 2, 77]
            assert_same(entity(Crate, "labels"))
            query(f"DELETE FROM {LABELS} WHERE label_id = 77")
    Label.objects.filter(pk=1).delete()
    device.sync(APP)
    assert held(device)[1] == [2]


if sqlite:

    def test_T1_odd_keys_are_rendered_in_python(device: FakeDevice) -> None:
        with connection.constraint_checks_disabled():
            query(f"INSERT INTO {LABELS} (crate_id, label_id) VALUES (1, 'odd')")
            local = entity(Crate, "labels")
            with counting_python() as keys:
                found = outcome(local)
            assert keys == [1]
            assert found[0] == (1, b'[1,[1,2,"odd"]]')
            assert found[1] == (2, b"[2,[1,2]]")
            query(f"DELETE FROM {LABELS} WHERE label_id = 'odd'")


@pytest.mark.parametrize(
    "rows",
    [
        Crate.objects.filter(labels__in=[1, 2]),
        Crate.objects.filter(labels__in=[1, 2]).distinct(),
        Crate.objects.order_by("name")[:2],
        Crate.objects.select_related("owner"),
    ],
    ids=["joined", "distinct", "sliced", "related"],
)
def test_T1_querysets_of_every_kind(device: FakeDevice, rows: QuerySet[Any]) -> None:
    local = entity(Crate, "name", "labels", "jars", pattern=offline.ReadWrite)
    found = assert_same(local, in_key_order(rows.all(), local))
    assert found[0] == (1, b'[1,1,"Crate 1",[1,2],[1]]')
    assert len({key for key, _ in found}) == len(found)


def test_T1_with_computed_attributes_python_reads_the_sets_in_one_query_each(device: FakeDevice) -> None:
    @offline.attribute(models.CharField("loud"), depends_on=["name"])
    def loud(self: Any, obj: Crate) -> str:
        return obj.name.upper()

    local = entity(Crate, "labels", "loud", "jars", pattern=offline.ReadWrite, loud=loud)
    with CaptureQueriesContext(connection) as captured:
        found = outcome(local)
    assert found[0] == (1, b'[1,1,[1,2],"CRATE 1",[1]]')
    assert len(captured) == 3


# -- when it travels


def _add() -> None:
    Crate.objects.get(pk=1).labels.add(3)


def _add_from_the_other_side() -> None:
    Label.objects.get(pk=3).crates.add(1)


def _remove() -> None:
    Crate.objects.get(pk=1).labels.remove(1)


def _set() -> None:
    Crate.objects.get(pk=1).labels.set([2, 3])


def _clear() -> None:
    Crate.objects.get(pk=1).labels.clear()


def _bulk() -> None:
    through = Crate.labels.through
    through.objects.bulk_create([through(crate_id=1, label_id=3), through(crate_id=1, label_id=4)])


def _update_target() -> None:
    Crate.labels.through.objects.filter(crate=1, label=1).update(label=4)


def _raw_insert() -> None:
    query(f"INSERT INTO {LABELS} (crate_id, label_id) VALUES (1, 3)")


def _raw_delete() -> None:
    query(f"DELETE FROM {LABELS} WHERE crate_id = 1")


def _near() -> None:
    Crate.objects.get(pk=1).near.add(1)


def _pack() -> None:
    Packing.objects.create(into_id=1, what_id=3)


def _unpack() -> None:
    Packing.objects.filter(into=1).update(what=None)


ONE_CRATE = [
    _add, _add_from_the_other_side, _remove, _set, _clear, _bulk, _update_target, _raw_insert, _raw_delete, _near,
    _pack, _unpack,
]  # fmt: skip


@pytest.mark.parametrize("write", ONE_CRATE, ids=lambda write: write.__name__.strip("_"))
def test_T1_a_record_travels_when_its_set_changes(device: FakeDevice, write: Callable[[], None]) -> None:
    before = held(device)
    write()
    result = device.sync(APP)
    found = result.entities["OwnCrate"]
    assert (found.mode, found.changed, found.removed) == ("delta", [1], [])
    assert {key: labels for key, labels in held(device).items() if key != 1} == {2: [1, 2], 3: [1, 2], 7: [1]}
    assert held(device) != before or write in (_near, _pack, _unpack)
    assert result.entities["BareCrate"].mode == "unchanged"
    check_fresh(device)


def test_T1_a_related_row_that_goes_takes_itself_out_of_every_set(device: FakeDevice) -> None:
    Label.objects.filter(pk=1).delete()
    assert sorted(device.sync(APP).entities["OwnCrate"].changed) == [1, 2, 3, 7]
    assert held(device) == {1: [2], 2: [2], 3: [2], 7: []}
    check_fresh(device)


def test_T1_a_row_in_between_may_go_over_to_another_record(device: FakeDevice) -> None:
    Crate.labels.through.objects.filter(crate=1, label=2).update(crate=7)
    assert sorted(device.sync(APP).entities["OwnCrate"].changed) == [1, 7]
    Label.objects.get(pk=2).crates.remove(9)
    Crate.labels.through.objects.filter(crate=2, label=2).update(crate=9)
    assert sorted(device.sync(APP).entities["OwnCrate"].changed) == [2]
    check_fresh(device)


def test_T1_both_sides_of_a_symmetrical_relation_travel(device: FakeDevice) -> None:
    Crate.objects.get(pk=1).near.add(2)
    assert device.sync(APP).entities["OwnCrate"].changed == [1, 2]
    assert held(device, attribute="near") == {1: [2], 2: [1], 3: [], 7: []}
    check_fresh(device)


def test_T1_inherited_sets_and_own_ones(device: FakeDevice) -> None:
    barrel = Barrel.objects.get(pk=7)
    barrel.labels.add(2)
    barrel.lids.add(3)
    result = device.sync(APP)
    assert result.entities["OwnBarrel"].changed == [7]
    assert result.entities["OwnCrate"].changed == [7]
    assert (held(device, "OwnBarrel"), held(device, "OwnBarrel", "lids")) == ({7: [1, 2]}, {7: [3]})
    Crate.objects.get(pk=7).labels.clear()
    assert device.sync(APP).entities["OwnBarrel"].changed == [7]
    check_fresh(device)


def _add_again() -> None:
    Crate.objects.get(pk=1).labels.add(1, 2)


def _set_the_same() -> None:
    Crate.objects.get(pk=1).labels.set([1, 2])


def _update_to_the_same() -> None:
    Crate.labels.through.objects.filter(crate=1, label=1).update(label=1, crate=1)


def _rename_label() -> None:
    Label.objects.update(name="Other")


def _amount() -> None:
    Packing.objects.update(amount=9, proposed=2)


def _ignored() -> None:
    conflict = "OR IGNORE" if sqlite else ""
    after = "" if sqlite else "ON CONFLICT DO NOTHING"
    query(f"INSERT {conflict} INTO {LABELS} (crate_id, label_id) VALUES (1, 1) {after}")


def _other_set() -> None:
    Crate.objects.get(pk=1).above.add(2)


@pytest.mark.parametrize(
    "write", [_add_again, _set_the_same, _update_to_the_same, _rename_label, _amount, _ignored, _other_set],
    ids=lambda write: write.__name__.strip("_"),
)  # fmt: skip
def test_P4_nothing_travels_where_no_set_changed(device: FakeDevice, write: Callable[[], None]) -> None:
    write()
    assert device.sync(APP).entities["OwnCrate"].mode == "unchanged"


def test_S1_sets_of_other_scopes_move_no_row_and_name_none(device: FakeDevice) -> None:
    Crate.objects.get(pk=9).labels.set([3, 4])
    result = device.sync(APP)
    assert result.entities["OwnCrate"].mode == "unchanged"
    assert result.rows_received == 0


def test_C1_a_set_does_not_count_as_a_version(device: FakeDevice) -> None:
    before = {row["id"]: row["_version"] for row in device.rows(APP, "OwnCrate")}
    Crate.objects.get(pk=1).labels.add(3)
    device.sync(APP)
    assert {row["id"]: row["_version"] for row in device.rows(APP, "OwnCrate")} == before


def test_P5_a_stored_snapshot_and_the_sets_that_changed_since(ann: User, settings: Any) -> None:
    settings.HAVERSACK = {"INLINE_ROWS": 5, "PULL_LOG_RETENTION": 0}
    label = Label.objects.create(name="l")
    for number in range(1, 21):
        Crate.objects.create(pk=number, name=f"Crate {number}", owner=ann)
    first, second = FakeDevice(ann), FakeDevice(ann)
    assert first.sync(APP).entities["OwnCrate"].mode == "snapshot"
    Crate.objects.get(pk=8).labels.add(label)
    assert second.sync(APP).entities["OwnCrate"].mode == "snapshot"
    first.sync(APP)
    assert held(first) == held(second)
    assert held(second)[8] == [label.pk]
    check_fresh(second)


def test_T1_keys_that_are_texts() -> None:
    for code in ("12:3", "2:1", "a'b", "ä\n", "%s", "9"):
        WordBox.objects.create(code=code)
        TiedText.objects.create(pk=code)
    anybody = User.objects.create_user("anybody")
    device = FakeDevice(anybody)
    device.sync(APP)
    for box in WordBox.objects.all():
        box.words.add(*TiedText.objects.filter(pk__in=[box.code, "9"]))
        assert device.sync(APP).entities["Words"].changed == [box.code]
    check_words(device)
    TiedText.objects.filter(pk="9").delete()
    assert len(device.sync(APP).entities["Words"].changed) == 6
    check_words(device)


def check_words(device: FakeDevice) -> None:
    assert {row["code"]: row["words"] for row in device.rows(APP, "Words")} == {
        box.code: sorted(box.words.values_list("pk", flat=True)) for box in WordBox.objects.all()
    }


if sqlite:

    @pytest.mark.parametrize(
        ("statement", "expected"),
        [
            ("INSERT OR REPLACE INTO {0} (id, crate_id, label_id) SELECT id, 3, 4 FROM {0} "
             "WHERE crate_id = 1 AND label_id = 1", [1, 3]),
            ("UPDATE OR REPLACE {0} SET id = (SELECT id FROM {0} WHERE crate_id = 1 AND label_id = 1) "
             "WHERE crate_id = 2 AND label_id = 2", [1]),
            ("UPDATE OR REPLACE {0} SET crate_id = 2 WHERE crate_id = 1", [1, 2]),
            ("INSERT OR REPLACE INTO {0} (crate_id, label_id) VALUES (1, 1)", [1]),
        ],
    )  # fmt: skip
    def test_T1_what_replace_deletes_on_sqlite_is_seen(device: FakeDevice, statement: str, expected: list[int]) -> None:
        query(statement.format(LABELS))
        assert sorted(device.sync(APP).entities["OwnCrate"].changed) == expected
        check_fresh(device)


if not sqlite:

    def test_T1_an_emptied_table_is_compared(device: FakeDevice) -> None:
        query(f"TRUNCATE {LABELS}")
        result = device.sync(APP).entities["OwnCrate"]
        assert (result.mode, result.reset) == ("ranges", "tracking")
        assert held(device) == {1: [], 2: [], 3: [], 7: []}


if not sqlite:

    def test_T1_writers_of_the_same_records_do_not_wait_for_each_other(device: FakeDevice) -> None:
        with writers(2) as (one, two):
            for writer, label, crates in ((one, 3, (1, 2)), (two, 4, (2, 1))):
                writer.execute("SET LOCAL lock_timeout = '2s'")
                for crate in crates:
                    writer.execute(f"INSERT INTO {LABELS} (crate_id, label_id) VALUES (%s, %s)", [crate, label])
            one.execute(f"DELETE FROM {LABELS} WHERE label_id = 1")
            two.execute(f"DELETE FROM {LABELS} WHERE label_id = 2")
            one.execute("UPDATE wire_crate SET name = 'by one' WHERE id = 3")
            two.execute(f"INSERT INTO {LABELS} (crate_id, label_id) VALUES (3, 4)")
            two.commit()
            device.sync(APP)
            assert held(device)[1] == [1, 4]
            one.commit()
        device.sync(APP)
        assert held(device)[1] == [3, 4]
        check_fresh(device)


# -- how it is kept up


def test_T1_links_are_installed_beside_the_table_and_looked_after(device: FakeDevice) -> None:
    findings = {one.name: one.state for one in survey(required())}
    name = f"{LABELS}:crate_id:label_id"
    assert findings[name] is State.TRACKED
    assert name not in install().made
    remove([LABELS])
    Crate.objects.get(pk=1).labels.add(4)
    assert {one.name: one.state for one in survey(required())}[name] is State.BROKEN
    result = device.sync(APP).entities["OwnCrate"]
    assert (result.mode, result.reset) == ("ranges", "tracking")
    assert held(device)[1] == [1, 2, 4]
    assert name in install().made
    device.sync(APP)
    Crate.objects.get(pk=1).labels.remove(4)
    assert device.sync(APP).entities["OwnCrate"].mode == "delta"
    check_fresh(device)


def test_T5_what_is_noted_of_sets_is_forgotten_like_tombstones(device: FakeDevice) -> None:
    Crate.objects.get(pk=1).labels.add(3)
    device.sync(APP)
    assert _notes() > 0
    purge(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=100))
    assert _notes() == 0
    Crate.objects.get(pk=1).labels.add(4)
    result = device.sync(APP).entities["OwnCrate"]
    assert (result.mode, result.changed) == ("delta", [1])
    check_fresh(device)


def _notes() -> int:
    ((count,),) = query(
        "SELECT count(*) FROM syncapi_change WHERE source = (SELECT id FROM syncapi_source WHERE name = %s)",
        f"{LABELS}:crate_id:label_id",
    )
    return int(count)


def test_T1_a_table_may_be_followed_and_be_a_link(ann: User) -> None:
    """By a queryset, and as an attribute."""

    class Labelled(OwnCrate):
        def get_queryset(self, scope: Any) -> QuerySet[Any]:
            return Crate.objects.filter(owner=scope, labels__name="in")

    app = offline.OfflineApp("labelled", title="Labelled", entities=[Labelled])
    inside, other = Label.objects.create(name="in"), Label.objects.create(name="other")
    crates = [Crate.objects.create(name=str(number), owner=ann) for number in range(3)]
    crates[0].labels.add(inside)
    with declared(app):
        assert {LABELS, f"{LABELS}:crate_id:label_id"} <= {one.name for one in survey(required())}
        device = FakeDevice(ann)
        device.sync("labelled")
        for step in (
            lambda: crates[1].labels.add(inside),
            lambda: crates[0].labels.add(other),
            lambda: crates[0].labels.remove(inside),
            lambda: Label.objects.filter(name="other").update(name="in"),
        ):
            step()
            device.sync("labelled")
            found = {row["id"]: row["labels"] for row in device.rows("labelled", "Labelled")}
            assert found == {
                crate.pk: sorted(crate.labels.values_list("pk", flat=True))
                for crate in Labelled(app).get_queryset(ann.pk)
            }


def test_P4_each_set_costs_one_query(device: FakeDevice, ann: User) -> None:
    counts = []
    for name in ("BareCrate", "OwnCrate"):
        with CaptureQueriesContext(connection) as captured:
            cursors = {name: str(device.cursor(APP, name))}
            answer = sync(SyncRequest(registry.get(APP), ann, "key", "none", "", [name], cursors))
        answer.close()
        counts.append(len(captured))
    assert counts[1] == counts[0] + 3


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"attributes": ["labels"]}, []),
        ({"attributes": ["name", "labels"], "list_display": ["name", "labels"]}, []),
        ({"attributes": ["name", "labels"], "list_display": ["labels", "name"]}, ["syncapi.E019"]),
        ({"attributes": ["labels"], "search_fields": ["labels"]}, ["syncapi.E019"]),
        ({"attributes": ["labels"], "list_filter": ["labels"]}, []),
        ({"attributes": ["labels"], "ordering": ["-labels"]}, ["syncapi.E019"]),
        ({"attributes": ["labels"], "pictures": ["labels"]}, ["syncapi.E019"]),
        ({"attributes": ["labels__name"]}, ["syncapi.E005"]),
        ({"attributes": ["below"]}, ["syncapi.E005"]),
        ({"attributes": ["suppliers"]}, ["syncapi.E006"]),
    ],
)
def test_T1_declarations_are_checked(options: dict[str, Any], expected: list[str]) -> None:
    cls = type("Checked", (offline.LocalEntity,), {"model": Crate, **options})
    app = offline.OfflineApp("checked", title="Checked", entities=[cls])
    found = [message for message in check_apps([app]) if message.id != "syncapi.W001"]
    assert [message.id for message in found] == expected


def test_T1_the_definition_says_that_there_are_many(device: FakeDevice) -> None:
    described = entity_definition(registry.get(APP).entities["OwnCrate"], registry.get(APP).entities)
    labels = next(one for one in described["attributes"] if one["name"] == "labels")
    found = labels["type"], labels["many"], labels["relation"], labels["null"]
    assert found == ("integer", True, "LocalLabel", False)
    assert described["list_display"] == ["name"]
    assert "many" not in described["attributes"][1]
