"""Retention: what is past it goes, what a token may still ask for stays."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi.models import Replica
from syncapi.testing import FakeDevice
from syncapi.tracking import moments, retention
from syncapi.tracking.changes import changes
from syncapi.tracking.install import install
from syncapi.tracking.retention import Purged, purge
from tests.tracking.writers import Writer, writers
from tests.wire.models import Jar

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
    Replica.objects.create(
        replica=uuid.uuid4(), first_seen=timezone.now() - 200 * DAY, last_seen=timezone.now() - 200 * DAY
    )
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


# -- and the devices


def make_jars(count: int = 3) -> list[Jar]:
    return [Jar.objects.create(name=f"jar {number}", price=1) for number in range(count)]


def names(device: FakeDevice) -> list[str]:
    return [row["name"] for row in device.rows("tracked", "TrackedJar")]


def everybody_ages(days: float) -> None:
    for made in tokens():
        age(made, days)


def test_T5_a_device_that_was_away_for_too_long_compares_and_is_right_again() -> None:
    jars = make_jars()
    device = FakeDevice()
    device.sync("tracked")
    everybody_ages(91)
    jars[0].delete()
    Jar.objects.filter(pk=jars[1].pk).update(name="other")
    assert purge().tokens == 1
    execute("DELETE FROM syncapi_change WHERE deleted")  # and so have its tombstones gone

    result = device.sync("tracked").entities["TrackedJar"]

    assert result.reset == "history"
    assert names(device) == ["other", "jar 2"]


def test_T5_a_device_that_was_away_for_less_is_told_what_changed() -> None:
    jars = make_jars()
    device = FakeDevice()
    device.sync("tracked")
    everybody_ages(89)
    jars[0].delete()
    purge()
    result = device.sync("tracked").entities["TrackedJar"]
    assert (result.mode, result.reset) == ("delta", None)
    assert names(device) == ["jar 1", "jar 2"]


def test_T5_a_purge_between_any_two_syncs_goes_unnoticed() -> None:
    jars = make_jars(6)
    early, late = FakeDevice(), FakeDevice()
    early.sync("tracked")
    everybody_ages(40)
    for round_, jar in enumerate(jars):
        jar.delete()
        purge()
        late.sync("tracked")
        everybody_ages(40 + round_)
        assert late.sync("tracked").entities["TrackedJar"].reset is None
        purge()
    assert early.sync("tracked").entities["TrackedJar"].reset is None
    assert names(early) == names(late) == []


if connection.vendor == "postgresql":

    def test_T5_a_purge_waits_for_nobody_who_writes_the_key_again() -> None:
        """A random history found it waiting."""
        change("gone", "again")
        token(days=2)
        with writers(1) as (writer,):
            writer.execute("UPDATE syncapi_change SET deleted = false WHERE key = 'again'")
            execute("SET lock_timeout = '5ms'")
            try:
                assert purge().tombstones == 1
            finally:
                execute("RESET lock_timeout")
        assert execute("SELECT key FROM syncapi_change WHERE source = %s", [SOURCE]) == [("again",)]
