"""T4, T5: a stored snapshot is judged as a device is. Where that cannot be told what changed, it is made anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from syncapi.models import Part, Snapshot
from syncapi.testing import FakeDevice
from syncapi.tracking.install import install, remove
from tests.segments.shelves import ROWS, check_fresh, jars, stored, sums
from tests.tracking.databases import copy_of_file, load_file_back
from tests.tracking.field import query
from tests.wire.models import Jar, Shelf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 95


@pytest.fixture(autouse=True)
def _made(small: None) -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")


def _purged() -> None:
    query("DELETE FROM syncapi_history")


def _untracked() -> None:
    remove()
    Jar.objects.filter(pk=500).update(name="Unseen")
    assert not install().failed


def _tables_gone() -> None:
    """A restore that left the parts out."""
    Part.objects.all().delete()


def _one_part_gone() -> None:
    Part.objects.filter(sum=sums(stored("PartJar"))[3]).delete()


@pytest.mark.parametrize("change", [_purged, _untracked, _tables_gone, _one_part_gone], ids=lambda one: one.__name__)
def test_T4_it_is_made_anew(change: Callable[[], None]) -> None:
    change()
    Jar.objects.filter(pk=20).update(name="Seen")
    device = FakeDevice()
    result = device.sync("shelves")
    assert (result.entities["PartJar"].mode, result.parts) == ("snapshot", 10)
    assert result.entities["PartJar"].message["rows"] == 0
    assert stored("PartJar").revision == 2
    check_fresh(device, "shelves", "PartJar")


def test_T4_only_the_part_that_is_gone_is_stored_again() -> None:
    before = set(Part.objects.values_list("pk", flat=True))
    _one_part_gone()
    FakeDevice().sync("shelves")
    assert len(set(Part.objects.values_list("pk", flat=True)) - before) == 1
    assert Part.objects.count() == 10


if connection.vendor == "sqlite":

    def test_T4_a_restored_database_brings_its_own_parts() -> None:
        backup = copy_of_file()
        Jar.objects.filter(pk=500).update(name="Later")
        Jar.objects.filter(pk=510).delete()
        ahead = FakeDevice()
        ahead.sync("shelves")
        load_file_back(backup)
        Jar.objects.filter(pk=20).update(name="After")
        for device in (ahead, FakeDevice()):
            device.sync("shelves")
            check_fresh(device, "shelves", "PartJar")
        assert stored("PartJar").revision == 1


def test_T5_rows_that_leave_by_a_related_row_are_taken_out() -> None:
    shelf = Shelf.objects.create(name="Top")
    Jar.objects.filter(pk__in=[200, 210]).update(shelf=shelf)
    device = FakeDevice()
    device.sync("shelves")
    Jar.objects.filter(shelf=shelf).update(state="h")
    fresh = FakeDevice()
    fresh.sync("shelves")
    assert b"[200," not in b"".join(fresh.recording)
    for one in (device, fresh):
        one.sync("shelves")
        check_fresh(one, "shelves", "PartJar")


def test_P5_it_shrinks_until_it_travels_inside() -> None:
    Jar.objects.filter(pk__gt=120).delete()
    device = FakeDevice()
    assert device.sync("shelves").entities["PartJar"].mode == "snapshot"  # pruned to two parts
    assert sum(len(one) for one in device.recording) < 3000
    check_fresh(device, "shelves", "PartJar")
    again = FakeDevice()
    assert again.sync("shelves").entities["PartJar"].mode == "replace"
    check_fresh(again, "shelves", "PartJar")


def test_P5_everything_is_gone() -> None:
    Jar.objects.all().delete()
    device = FakeDevice()
    device.sync("shelves")
    assert device.rows("shelves", "PartJar") == []
    check_fresh(device, "shelves", "PartJar")


def test_T5_cursors_of_it_serve_devices() -> None:
    """The cursor that comes with a snapshot is one like any other."""
    device = FakeDevice()
    device.sync("shelves")
    Jar.objects.filter(pk=500).update(name="Other")
    result = device.sync("shelves").entities["PartJar"]
    assert (result.mode, result.changed) == ("delta", [500])
    assert Snapshot.objects.count() == 1
    assert len(set(sums(stored("PartJar")))) == ROWS
