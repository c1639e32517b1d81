"""P5: what is made once serves everybody who carries the same; what changed since comes on top of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncapi.models import Part, Snapshot
from syncapi.segments import drafts
from syncapi.testing import FakeDevice
from tests.segments.shelves import INLINE, ROWS, Asked, check_fresh, current, jars, stored, sums
from tests.tracking.field import query
from tests.wire.models import Jar, Shelf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 95


@pytest.fixture
def device(small: None) -> FakeDevice:
    """It caused the snapshot to be made."""
    jars(COUNT)
    device = FakeDevice()
    device.sync("shelves")
    return device


def test_P5_a_large_entity_comes_in_parts_and_a_small_one_inside(device: FakeDevice) -> None:
    Shelf.objects.create(name="Top")
    result = FakeDevice().sync("shelves")
    jar, shelf = result.entities["PartJar"], result.entities["PartShelf"]
    assert (jar.mode, shelf.mode) == ("snapshot", "replace")
    assert result.parts == jar.message["parts"] == -(-COUNT // ROWS)
    assert jar.message["total"] == len(device.rows("shelves", "PartJar")) == COUNT
    check_fresh(device, "shelves", "PartJar")


@pytest.mark.parametrize(("count", "mode"), [(INLINE, "replace"), (INLINE + 1, "snapshot")])
def test_P5_so_many_rows_travel_inside(count: int, mode: str) -> None:
    jars(count)
    assert FakeDevice().sync("shelves").entities["PartJar"].mode == mode
    assert Snapshot.objects.count() == (mode == "snapshot")


def test_P5_a_second_device_causes_no_rendering(device: FakeDevice) -> None:
    second = FakeDevice()
    with Asked() as asked:
        result = second.sync("shelves")
    assert result.parts == 10
    assert asked.of(Jar._meta.db_table) == []
    assert second.rows("shelves", "PartJar") == device.rows("shelves", "PartJar")
    with Asked() as asked:
        assert second.sync("shelves").rows_received == 0
    assert asked.of(Jar._meta.db_table) == []


def test_P5_what_changed_since_comes_on_top(device: FakeDevice) -> None:
    before = sums(stored("PartJar"))
    Jar.objects.filter(pk=500).update(name="Other")
    Jar.objects.create(pk=505, name="New", price=1)
    second = FakeDevice()
    with Asked() as asked:
        result = second.sync("shelves").entities["PartJar"]
    assert (result.mode, result.message["rows"], result.message["gaps"]) == ("snapshot", 2, 0)
    assert sums(stored("PartJar")) == before
    assert len(asked.of(Jar._meta.db_table)) <= 2  # the keys that changed, and their rows
    check_fresh(second, "shelves", "PartJar")
    assert second.sync("shelves").rows_received == 0


def test_P5_a_related_row_changes_what_is_carried(device: FakeDevice) -> None:
    shelf = Shelf.objects.create(name="Top")
    Jar.objects.filter(pk=100).update(shelf=shelf)
    Shelf.objects.update(name="Low")
    second = FakeDevice()
    assert second.sync("shelves").entities["PartJar"].mode == "snapshot"
    assert second.get("shelves", "PartJar", 100) == {
        **(device.get("shelves", "PartJar", 100) or {}),
        "shelf": shelf.pk,
        "shelf__name": "Low",
    }


def test_P5_many_changes_have_it_made_anew_and_what_did_not_change_keeps_its_sum(
    device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncapi.pull.whole.FEW", 3)
    before = sums(stored("PartJar"))
    Jar.objects.filter(pk__gt=100, pk__lte=350).update(price=7)
    packed: list[bytes] = []

    def noted(lines: bytes) -> bytes:
        packed.append(lines)
        return _packed(lines)

    monkeypatch.setattr(drafts, "packed", noted)
    second = FakeDevice()
    result = second.sync("shelves").entities["PartJar"]
    assert (result.message["rows"], result.message["gaps"]) == (0, 0)
    after = sums(stored("PartJar"))
    assert [old == new for old, new in zip(before, after, strict=True)] == [True] + [False] * 3 + [True] * 6
    assert len(packed) == 3  # compressed
    assert current(stored("PartJar")) == set(after)
    assert Part.objects.count() == len(before) + 3  # what fell out is still served
    check_fresh(second, "shelves", "PartJar")


_packed = drafts.packed


def _insert() -> None:
    Jar.objects.create(pk=455, name="New", price=1)


def _append() -> None:
    jars(7, begin=COUNT + 1)


def _delete_bound() -> None:
    Jar.objects.filter(pk=300).delete()


def _fill() -> None:
    Jar.objects.bulk_create(Jar(pk=500 + number, name="x", price=1) for number in range(1, 10))
    Jar.objects.bulk_create(Jar(pk=490 + number, name="x", price=1) for number in range(1, 10))


CHANGES: dict[Callable[[], None], int] = {_insert: 2, _append: 1, _delete_bound: 1, _fill: 6}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_P5_bounds_are_kept(device: FakeDevice, change: Callable[[], None]) -> None:
    before = set(sums(stored("PartJar")))
    change()
    query("DELETE FROM syncapi_history")
    second = FakeDevice()
    second.sync("shelves")
    after = sums(stored("PartJar"))
    assert len(set(after) - before) <= CHANGES[change]
    check_fresh(second, "shelves", "PartJar")


def test_P4_read_only_entities_come_in_parts_too() -> None:
    jars(COUNT)
    device = FakeDevice()
    first = device.sync("whole")
    assert (first.entities["WholeJar"].mode, first.parts) == ("snapshot", 10)
    assert device.sync("whole").entities["WholeJar"].mode == "unchanged"
    Jar.objects.filter(pk=500).update(name="Other")
    again = device.sync("whole")
    assert (again.entities["WholeJar"].mode, again.parts, again.rows_received) == ("snapshot", 1, ROWS)
    check_fresh(device, "whole", "WholeJar")
    writes = Snapshot.objects.get().revision
    assert FakeDevice().sync("whole").parts == 10
    assert Snapshot.objects.get().revision == writes == 2
