"""Housekeeping: what becomes of devices and their syncs, and when it is done."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.test.utils import modify_settings
from django.utils import timezone
from django_q.models import Schedule

from syncapi import tasks
from syncapi.models import Pull, Replica
from syncapi.tracking import retention
from syncapi.tracking.retention import purge

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.timedelta(days=1)


def make_device(pulls: int = 0, **days: float | None) -> Replica:
    """Ages in days; `last_complete` None: never."""
    ages = {"first_seen": 100.0, "last_seen": 0.0, "last_complete": 0.0, **days}
    times: dict[str, Any] = {name: None if age is None else timezone.now() - age * DAY for name, age in ages.items()}
    replica = Replica.objects.create(
        replica=uuid.uuid4(), app="wire", user_key="anonymous", last_outcome="complete", definition="", **times
    )
    for number in range(pulls):
        Pull.objects.create(replica=replica, started=timezone.now() - number * DAY, duration=1, outcome="complete")
    return replica


def test_pulls_past_retention_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    make_device(pulls=40)
    assert purge().pulls == 10
    assert Pull.objects.count() == 30


def test_the_log_s_retention_is_a_setting(settings: Any) -> None:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 5}
    make_device(pulls=8)
    assert purge().pulls == 3


@pytest.mark.parametrize(
    ("days", "stays"),
    [
        ({"last_seen": 89, "last_complete": 89}, True),
        ({"last_seen": 91, "last_complete": 91}, False),
        ({"last_seen": 0.5, "last_complete": None}, True),
        ({"last_seen": 1.5, "last_complete": None}, False),
        ({"first_seen": 6.01, "last_seen": 6}, True),
        ({"first_seen": 7.51, "last_seen": 7.5}, False),  # came once
        ({"first_seen": 9, "last_seen": 7.5}, True),  # came again
    ],
)
def test_devices_are_kept_as_long_as_they_may_be_of_use(days: dict[str, Any], stays: bool) -> None:
    make_device(pulls=2, **days)
    assert purge().devices == (0 if stays else 1)
    assert Replica.objects.exists() is stays


def test_a_device_of_a_user_who_came_once_is_kept(ann: Any) -> None:
    replica = make_device(first_seen=7.51, last_seen=7.5)
    Replica.objects.filter(pk=replica.pk).update(user=ann, user_key=uuid.uuid4())
    assert purge().devices == 0


# -- by itself


@contextmanager
def no_schedule() -> Iterator[None]:
    ours = Schedule.objects.filter(func__in=[tasks.HOUSEKEEPING, tasks.SNAPSHOTS])
    ours.delete()
    yield
    ours.delete()


def test_snapshots_are_looked_after_every_few_minutes() -> None:
    with no_schedule():
        call_command("migrate", verbosity=0)
        made = Schedule.objects.get(func=tasks.SNAPSHOTS)
        assert (made.schedule_type, made.minutes) == (Schedule.MINUTES, tasks.EVERY)
        module, _, name = tasks.SNAPSHOTS.rpartition(".")
        assert (module, getattr(tasks, name)) == (tasks.__name__, tasks.renew_snapshots)


def test_housekeeping_is_scheduled_every_night_after_migrate() -> None:
    with no_schedule():
        call_command("migrate", verbosity=0)
        made = Schedule.objects.get(func=tasks.HOUSEKEEPING)
        assert made.schedule_type == Schedule.DAILY
        assert timezone.now() < made.next_run <= timezone.now() + DAY
        assert timezone.localtime(made.next_run).time() == tasks.AT

        made.schedule_type = Schedule.WEEKLY
        made.save()
        call_command("migrate", verbosity=0)
        assert Schedule.objects.get(func=tasks.HOUSEKEEPING).schedule_type == Schedule.WEEKLY


def test_what_is_scheduled_is_the_housekeeping() -> None:
    module, _, name = tasks.HOUSEKEEPING.rpartition(".")
    assert (module, getattr(tasks, name)) == (tasks.__name__, tasks.housekeeping)


def test_nothing_is_scheduled_without_django_q() -> None:
    with no_schedule(), modify_settings(INSTALLED_APPS={"remove": "django_q"}):
        tasks.schedule(using="default")
        assert not Schedule.objects.exists()


def test_the_command_does_the_same_by_hand() -> None:
    make_device(last_seen=91)
    said = io.StringIO()
    call_command("syncpurge", stdout=said)
    assert said.getvalue() == (
        "0 cursor tokens, 0 deletions, 0 syncs, 1 devices, 0 snapshots, 0 parts, "
        "0 outcomes, 0 local ids, 0 changes from devices, 0 renditions of pictures deleted\n"
    )
