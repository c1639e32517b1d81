"""Retention: what is past it goes, what a token may still ask for stays."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import modify_settings
from django.utils import timezone
from django_q.models import Schedule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi import tasks
from syncapi.models import Pull, Replica
from syncapi.tracking import moments, retention
from syncapi.tracking.changes import changes
from syncapi.tracking.install import install
from syncapi.tracking.retention import Purged, purge
from tests.tracking.writers import Writer, writers

pytestmark = pytest.mark.django_db(transaction=True)

SOURCE = 987
DAY = datetime.timedelta(days=1)
INSERT = {
    "sqlite": """INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
        SELECT %s, %s, position, position, 1, %s FROM syncapi_clock""",
    "postgresql": """INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
        VALUES (%s, %s, pg_current_xact_id(), pg_current_xact_id(), 1, %s)""",
}


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    """The tracker's tables with one source, and nothing else in them."""
    install()
    clear()
    zero = "0" if connection.vendor == "sqlite" else "'0'"
    execute(
        f"INSERT INTO syncapi_source (id, name, columns, triggers, barrier) VALUES (%s, 'nothing', %s, %s, {zero})",
        [
            SOURCE,
            '{"key": "id", "type": "integer", "content": [], "member": []}',
            '{"relation": "nothing", "names": [], "extent": "", "template": 1}',
        ],
    )
    yield
    clear()
    execute("DELETE FROM syncapi_source WHERE id = %s", [SOURCE])


def clear() -> None:
    execute("DELETE FROM syncapi_change")
    execute("DELETE FROM syncapi_history")


def execute(sql: str, parameters: Any = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def change(*keys: str, deleted: bool = True, by: Writer | None = None) -> None:
    """Rows with these keys were deleted, or changed; as the triggers note it."""
    run = by.execute if by else execute
    if connection.vendor == "sqlite":
        run("UPDATE syncapi_clock SET position = position + 1")
    for key in keys:
        run(INSERT[connection.vendor], [SOURCE, key, deleted])


def token(days: float = 0) -> str:
    """A cursor of so many days ago, which stands for the moment now."""
    made = moments.new_token()
    moments.remember(made, moments.now())
    age(made, days)
    return made


def age(made: str, days: float) -> None:
    created = (datetime.datetime.now(datetime.UTC) - days * DAY).isoformat()
    execute("UPDATE syncapi_history SET created = %s WHERE token = %s", [created, made])


def tokens() -> set[str]:
    return {name for (name,) in execute("SELECT token FROM syncapi_history")}


def noted(since: str | None = None) -> set[str]:
    """Keys that the tracker knows of, or tells the holder of a token about."""
    if since is None:
        return {str(key) for (key,) in execute("SELECT key FROM syncapi_change WHERE source = %s", [SOURCE])}
    return {str(one.key) for one in changes(SOURCE, moments.look_up([since])[since].moment, 1000)}


# -- tokens


def test_T5_tokens_past_retention_are_deleted() -> None:
    old, young = token(), token()
    change("a", deleted=False)
    age(old, 91)
    age(young, 89)
    assert purge().tokens == 1
    assert tokens() >= {young}
    assert old not in tokens()


def test_T5_retention_is_a_setting(settings: Any) -> None:
    settings.HAVERSACK = {"TRACKING_RETENTION": 10}
    old, young = token(), token()
    change("a", deleted=False)
    age(old, 11)
    age(young, 9)
    purge()
    assert old not in tokens()
    assert young in tokens()


def test_T5_a_token_that_nothing_came_after_stays() -> None:
    """Data that nobody touches for a year: a device that comes back has nothing to compare."""
    change("a")
    old = token(days=365)
    assert purge().tokens == 0
    assert old in tokens()


def test_T5_tokens_are_deleted_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    old = {token(days=100) for _ in range(5)}
    change("a")
    assert purge().tokens == 5
    assert not old & tokens()


# -- tombstones


def test_T5_tombstones_that_every_token_has_seen_are_deleted() -> None:
    change("before")
    change("living", deleted=False)
    first = token(days=30)
    change("between")
    token(days=10)
    change("after")
    assert purge().tombstones == 1
    assert noted() == {"living", "between", "after"}
    assert noted(first) == {"between", "after"}


def test_T5_a_token_past_retention_holds_nothing_back() -> None:
    token(days=91)
    change("a")
    kept = token(days=80)
    assert purge().tombstones == 1
    assert noted() == set()
    assert noted(kept) == set()


def test_T5_one_run_goes_through_all_of_them_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    change(*"abcdefg")  # one transaction, one position
    for key in "hijkl":
        change(key)
        change(f"{key} lives", deleted=False)
    token(days=2)
    change("later")
    assert purge().tombstones == 12
    assert noted() == {"h lives", "i lives", "j lives", "k lives", "l lives", "later"}


def test_T5_a_pull_under_way_finds_what_it_needs() -> None:
    """It has read its moment; rows are deleted; somebody purges; only then does its token get stored."""
    for others in ([], [0.5]):
        clear()
        moment = moments.now()
        change("deleted meanwhile")
        for days in others:
            token(days=days)
        purge()
        late = moments.new_token()
        moments.remember(late, moment)
        assert noted(late) == {"deleted meanwhile"}


def test_T5_where_no_device_syncs_the_next_days_run_deletes() -> None:
    change("a")
    assert purge() == Purged()
    assert noted() == {"a"}
    (left,) = tokens()
    assert purge() == Purged()
    assert tokens() == {left}  # one a day is enough
    age(left, 1.1)
    assert purge().tombstones == 1


def test_T5_without_the_tables_the_rest_is_done() -> None:
    make_device(last_seen=200)
    execute("ALTER TABLE syncapi_source RENAME TO elsewhere")
    try:
        assert purge() == Purged(devices=1)
    finally:
        execute("ALTER TABLE elsewhere RENAME TO syncapi_source")


if connection.vendor == "postgresql":

    def test_T2_a_tombstone_committed_late_waits_for_those_who_have_not_seen_it() -> None:
        """Its transaction has a lower number than the one that committed before the token was made."""
        with writers(1) as (late,):
            change("late", by=late)
            change("early")
            reader = token(days=5)
            late.commit()
        purge()
        assert "late" in noted()
        assert noted(reader) == {"late"}
        age(token(), 5)
        age(reader, 91)
        purge()
        assert noted() == set()

    def test_T4_what_came_from_another_database_waits_until_a_pull_adopts_it() -> None:
        change("a")
        old = token(days=100)
        change("b")
        identity = execute("SELECT identity FROM syncapi_clock")[0][0]
        execute("UPDATE syncapi_clock SET identity = 'another'")
        try:
            assert purge() == Purged()
            assert old in tokens()
        finally:
            execute("UPDATE syncapi_clock SET identity = %s", [identity])


Step = st.one_of(
    st.tuples(st.just("change"), st.sampled_from("abc"), st.booleans()),
    st.tuples(st.sampled_from(["open", "commit", "token", "purge"])),
    st.tuples(st.just("wait"), st.integers(1, 60)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(Step, max_size=30))
def test_T5_whoever_holds_a_token_misses_nothing(steps: list[Any]) -> None:
    """Whatever happens, in whatever order: what was deleted after a token is told to whoever still holds it."""
    clear()
    days: dict[str, float] = {}
    missing: dict[str, set[str]] = {}  # by token, what its holder has not been told
    key = 0
    with writers(1) as (writer,):
        pending: list[str] = []
        writing = False
        for step in steps:
            match step:
                case ("change", _, deleted):
                    if writing and connection.vendor == "sqlite":
                        continue  # one writer
                    key += 1
                    change(str(key), deleted=deleted)
                    for told in missing.values():
                        told.add(str(key))
                case ("open",):
                    if not writing:
                        writing = True
                        key += 1
                        change(str(key), by=writer)
                        pending.append(str(key))
                case ("commit",):
                    writer.commit()
                    for told in missing.values():
                        told.update(pending)
                    pending, writing = [], False
                case ("token",) if not (writing and connection.vendor == "sqlite"):
                    made = token()
                    days[made], missing[made] = 0, set()
                case ("wait", passed):
                    if writing and connection.vendor == "sqlite":
                        continue
                    for made in tokens():
                        days[made] = days.get(made, 0) + passed
                        age(made, days[made])
                case ("purge",) if not (writing and connection.vendor == "sqlite"):
                    purge()
    for made in tokens() & missing.keys():
        assert noted(made) == missing[made]


# -- devices and their pulls


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
    Schedule.objects.filter(func=tasks.HOUSEKEEPING).delete()
    yield
    Schedule.objects.filter(func=tasks.HOUSEKEEPING).delete()


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
    change("a")
    token(days=2)
    said = io.StringIO()
    call_command("syncpurge", stdout=said)
    assert said.getvalue() == "0 cursor tokens, 1 deletions, 0 syncs, 1 devices deleted\n"
