"""What happens when nobody waits: snapshots are made anew after bulk changes, and forgotten when nobody asks."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from syncapi import tasks
from syncapi.models import Part, Snapshot, UserKey
from syncapi.pull import whole
from syncapi.segments.cleaning import clean
from syncapi.segments.preparing import prepare, renew
from syncapi.testing import FakeDevice
from tests.segments.shelves import Asked, OwnPart, check_fresh, current, jars, stored, sums
from tests.tracking.field import query, tracked_state
from tests.wire.models import Jar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 95
DAY = datetime.timedelta(days=1)


@pytest.fixture
def ann(small: None) -> User:
    return User.objects.create_user("ann")


def _change_much() -> None:
    Jar.objects.filter(pk__lte=600).update(price=7)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "FEW", 10)


def test_P5_bulk_changes_are_followed_before_a_device_comes() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    asked = stored("PartJar").asked
    _change_much()
    assert tasks.renew_snapshots() == "1 of 1 snapshots made anew"
    assert stored("PartJar").asked == asked
    second = FakeDevice()
    with Asked() as counted:
        assert second.sync("shelves").entities["PartJar"].message["rows"] == 0
    assert counted.of(Jar._meta.db_table) == []
    check_fresh(second, "shelves", "PartJar")


def test_P5_what_is_not_old_is_left_and_nothing_is_written() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    Jar.objects.filter(pk=500).update(name="Other")
    before = tracked_state()
    assert tasks.renew_snapshots() == "0 of 1 snapshots made anew"
    assert (tracked_state(), stored("PartJar").revision) == (before, 1)


def test_P5_for_a_user_it_is_made_as_long_as_they_have_that_scope(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    jars(COUNT, owner=ann)
    device = FakeDevice(ann)
    device.sync("owned")
    assert stored("OwnPart").user == ann
    _change_much()
    with monkeypatch.context() as patched:
        patched.setattr(OwnPart, "get_scope", lambda entity, user: -1)
        assert renew().made == 0
    User.objects.update(is_active=False)
    assert (renew().seen, renew().made) == (0, 0)
    User.objects.update(is_active=True)
    assert renew().made == 1
    fresh = FakeDevice(ann)
    fresh.sync("owned")
    check_fresh(fresh, "owned", "OwnPart")
    _change_much()
    User.objects.all().delete()
    assert (renew().seen, renew().made) == (0, 0)


def test_P5_a_scope_that_fails_does_not_keep_the_others(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    jars(COUNT, owner=ann)
    FakeDevice(ann).sync("owned")
    FakeDevice().sync("shelves")

    def fails(entity: Any, user: Any) -> Any:
        raise RuntimeError("no scope today")

    monkeypatch.setattr(OwnPart, "get_scope", fails)
    _change_much()
    assert renew().made == 1
    assert stored("PartJar").revision == 2


def test_P5_a_run_ends_in_time() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    _change_much()
    assert renew(seconds=-1).seen == 0
    assert renew().made == 1


def test_what_fell_out_goes_after_a_day() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    Jar.objects.filter(pk=500).delete()
    FakeDevice().sync("shelves")
    left = set(sums(stored("PartJar")))
    assert clean().parts == 0
    assert clean(timezone.now() + DAY * 1.01).parts == 1
    assert set(Part.objects.values_list("sum", flat=True)) == left == current(stored("PartJar"))
    device = FakeDevice()
    device.sync("shelves")
    check_fresh(device, "shelves", "PartJar")


def test_what_nobody_asks_for_goes_after_the_retention(settings: Any) -> None:
    settings.HAVERSACK |= {"TRACKING_RETENTION": 10}
    jars(COUNT)
    FakeDevice().sync("shelves")
    FakeDevice().sync("whole")
    Snapshot.objects.filter(entity="WholeJar").update(asked=timezone.now() - DAY * 10.1)
    Snapshot.objects.filter(entity="PartJar").update(asked=timezone.now() - DAY * 9.9)
    assert clean() == type(clean())(1, 10)
    assert [one.entity for one in Snapshot.objects.all()] == ["PartJar"]
    FakeDevice().sync("shelves")
    assert timezone.now() - stored("PartJar").asked < DAY


def test_that_it_is_asked_for_is_written_once_in_a_while() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    with Asked() as asked:
        FakeDevice().sync("shelves")
    assert not [sql for sql in asked.of("syncapi_snapshot") if not sql.startswith("SELECT")]


def test_what_a_maker_left_who_died_goes_too() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    Snapshot.objects.update(cursor="", parts="[]", asked=timezone.now() - DAY * 1.1)
    Part.objects.update(fallen=timezone.now() - DAY * 1.1)
    assert clean() == type(clean())(1, 10)


# -- by hand


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("syncsegments", *arguments, stdout=out)
    return out.getvalue()


def test_prepare_makes_what_is_missing_for_everybody_who_is_known(ann: User) -> None:
    jars(COUNT, owner=ann)
    User.objects.create_user("never came")
    UserKey.of(ann)
    assert re.match(r"\d+ scopes of entities looked at, 6 snapshots made\.", said("prepare"))
    assert set(Snapshot.objects.values_list("entity", "user")) == {
        *(("LocalJar", None), ("TrackedJar", None), ("OwnJar", ann.pk)),  # of other apps of the tests
        ("PartJar", None),
        ("WholeJar", None),
        ("OwnPart", ann.pk),
    }
    with Asked() as asked:
        FakeDevice().sync("shelves")
    assert asked.of(Jar._meta.db_table) == []
    assert prepare().made == 0
    _change_much()
    assert prepare().made == 5  # one does not carry the price


def test_status_says_what_is_stored() -> None:
    assert said().startswith("No snapshots are stored.")
    jars(COUNT)
    FakeDevice().sync("shelves")
    FakeDevice().sync("whole")
    Jar.objects.filter(pk__in=[500, 510]).update(name="Other")
    lines = said().splitlines()
    assert lines[0].split("  ")[0] == "entity"
    assert re.match(r"whole\.WholeJar +null +95 +10 +[\d.]+ KB +0 minutes ago +0 minutes ago +–$", lines[1])
    assert re.match(r"shelves\.PartJar +null +95 +10 +[\d.]+ KB +0 minutes ago +0 minutes ago +2$", lines[2])
    assert re.fullmatch(r"[\d.]+ KB stored, and 0 parts that fell out\.", lines[3])
    query("DELETE FROM syncapi_history")
    assert said().splitlines()[2].endswith("–")


def test_clear_deletes_all_and_devices_have_it_made_again() -> None:
    jars(COUNT)
    FakeDevice().sync("shelves")
    assert said("clear") == "1 snapshots and 10 parts deleted.\n"
    assert (Snapshot.objects.count(), Part.objects.count()) == (0, 0)
    assert FakeDevice().sync("shelves").parts == 10
