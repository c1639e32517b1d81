"""T1: triggers are installed once, mended when they drift, and their absence is said."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.testing import FakeDevice
from syncapi.tracking import install as installation
from syncapi.tracking import moments, tables
from syncapi.tracking.changes import barriers_after
from syncapi.tracking.checks import check_tracked, check_tracking
from syncapi.tracking.install import Report, install, remove, required
from syncapi.tracking.sources import Installed, Source, installed, sources
from syncapi.tracking.watched import Watched
from tests.tracking.seen import forget, marks, seen, sql, track, watch
from tests.tracking.writers import writers
from tests.wire.models import Jar, Shelf

JAR = Jar._meta.db_table
WATCHED = watch(Jar, content=["name"], member=["owner_id"])


def source(table: str = JAR) -> Source:
    found = sources()
    assert found is not None
    return found[table]


def barrier(table: str = JAR) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(barrier AS text) FROM syncapi_source WHERE name = %s", [table])
        return str(cursor.fetchone()[0])


def age_the_barrier() -> None:
    """As if it had been set in another transaction."""
    sql("UPDATE syncapi_source SET barrier = '1'")


def drop_one(event: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE %s",
                [JAR, f"haversack_%_{event}_%"],
            )
            cursor.execute(f"DROP TRIGGER {cursor.fetchone()[0]}")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
                [JAR, f"haversack_%_{event}_%"],
            )
            cursor.execute(f"DROP TRIGGER {cursor.fetchone()[0]} ON {JAR}")


def writes(act: Any) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        act()
    reads = ("SELECT", "WITH", "PRAGMA", "SAVEPOINT", "RELEASE", "\n")
    return [query["sql"] for query in queries if not query["sql"].lstrip().startswith(reads)]


def test_T1_the_second_installation_only_reads(db: Any) -> None:
    assert track(WATCHED).made == [JAR]
    assert writes(lambda: track(WATCHED)) == []
    assert source() == source()
    assert source().watched == WATCHED
    assert source().intact


def test_T1_sources_take_two_queries(db: Any) -> None:
    track(WATCHED, watch(Shelf, content=["name"]))
    with CaptureQueriesContext(connection) as queries:
        sources()
    assert len(queries) == 2


@pytest.mark.parametrize("event", ["inserted", "deleted", "updated"])
def test_T1_a_trigger_that_was_dropped_is_reported_and_mended(db: Any, event: str) -> None:
    track(WATCHED)
    age_the_barrier()
    drop_one(event)
    assert not source().intact
    assert track(WATCHED).made == [JAR]
    assert source().intact
    assert barrier() != "1"
    assert seen(lambda: Jar.objects.create(pk=1, name="a", price=1), JAR) == {"1": "changed"}


def test_T1_removed_triggers_cost_no_write_and_come_back_behind_a_barrier(db: Any) -> None:
    track(WATCHED)
    remove([JAR])
    age_the_barrier()
    assert not source().intact
    assert seen(lambda: Jar.objects.create(pk=1, name="a", price=1), JAR) == {}
    assert track(WATCHED).made == [JAR]
    assert barrier() != "1"


def test_T1_more_columns_need_a_barrier_and_fewer_do_not(db: Any) -> None:
    track(WATCHED)
    age_the_barrier()
    fewer = watch(Jar, content=["name"])
    assert track(fewer).replaced == [JAR]
    assert barrier() == "1"
    assert source().watched == fewer
    assert seen(lambda: Jar.objects.create(pk=1, name="a", price=1), JAR) == {"1": "changed"}
    assert seen(lambda: Jar.objects.update(owner=1), JAR) == {}
    assert track(WATCHED).made == [JAR]
    assert barrier() != "1"
    assert seen(lambda: Jar.objects.update(owner=2), JAR) == {"1": "moved"}


def test_T1_what_nobody_needs_is_removed(db: Any) -> None:
    track(WATCHED, watch(Shelf, content=["name"]))
    Jar.objects.create(pk=1, name="a", price=1)
    assert install({"wire_shelf": watch(Shelf, content=["name"])}).removed == [JAR]
    found = sources()
    assert found is not None
    assert JAR not in found
    Jar.objects.update(name="b")
    assert marks(JAR) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM syncapi_change")
        assert cursor.fetchone() == (0,)


def test_T1_tables_of_the_tracker_come_back(db: Any) -> None:
    track(WATCHED)
    sql("DROP TABLE syncapi_source", "DROP TABLE syncapi_change")
    assert sources() is None
    assert track(WATCHED).made == [JAR]
    assert seen(lambda: Jar.objects.create(pk=1, name="a", price=1), JAR) == {"1": "changed"}


def test_T1_a_clock_that_was_lost_goes_on_after_all_it_ever_said(db: Any) -> None:
    track(WATCHED)
    Jar.objects.create(pk=1, name="a", price=1)
    before = moments.now()
    moments.remember("token", before)
    sql("DELETE FROM syncapi_clock")
    if connection.vendor == "sqlite":
        assert not source().intact
    track(WATCHED)
    assert source().intact
    if connection.vendor == "sqlite":
        assert int(moments.now().snapshot) > int(before.snapshot)
        assert source().id in barriers_after(before)
    else:
        assert moments.look_up(["token"]) == {}


def test_T1_a_key_of_another_type_starts_anew(db: Any) -> None:
    sql("CREATE TABLE thing (id integer PRIMARY KEY, v int)", "INSERT INTO thing VALUES (1, 1)")
    track(Watched("thing", "id", content=frozenset({"v"})))
    sql("UPDATE thing SET v = 2")
    assert marks("thing") == {"1": "changed"}
    sql("DROP TABLE thing", "CREATE TABLE thing (id varchar(20) PRIMARY KEY, v int)")
    track(Watched("thing", "id", content=frozenset({"v"})))
    assert marks("thing") == {}


def test_T1_columns_that_are_not_there_yet_are_left_out(db: Any) -> None:
    sql("CREATE TABLE thing (id integer PRIMARY KEY, v int)")
    track(Watched("thing", "id", content=frozenset({"v", "soon"})))
    assert source("thing").watched == Watched("thing", "id", content=frozenset({"v"}))
    assert seen(lambda: sql("INSERT INTO thing VALUES (1, 1)"), "thing") == {"1": "changed"}
    sql("ALTER TABLE thing ADD COLUMN soon int")
    assert track(Watched("thing", "id", content=frozenset({"v", "soon"}))).made == ["thing"]


def test_T1_what_pulls_found_is_watched_after_the_next_installation(db: Any) -> None:
    sql("INSERT INTO syncapi_need (name, column_name) VALUES ('wire_jar', 'state'), ('gone', 'x')")
    needed = required()
    assert "state" in needed[JAR].member
    assert "gone" not in needed
    install()
    assert "state" in source().watched.member


@pytest.mark.parametrize("name", ["Ärzte", "ÄRZTE und Pfleger", "İzmir", "SELECT"])
def test_T1_a_table_of_any_name_is_known_again(db: Any, name: str) -> None:
    """SQLite writes only the letters of English small, Python those of all languages."""
    quoted = connection.ops.quote_name(name)
    sql(f"CREATE TABLE {quoted} (id integer PRIMARY KEY, name text)", f"CREATE UNIQUE INDEX u ON {quoted} (name)")
    watched = Watched(name, "id", frozenset({"name"}))
    assert track(watched).made == [name]
    assert source(name).intact
    assert writes(lambda: track(watched)) == []
    remove([name])
    assert not source(name).intact


def test_T1_another_trigger_or_index_of_the_application_stays(db: Any) -> None:
    track(WATCHED)
    if connection.vendor == "sqlite":
        sql(f"CREATE TRIGGER own AFTER INSERT ON {JAR} BEGIN SELECT 1; END")
    else:
        sql(
            "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            f"CREATE TRIGGER own AFTER INSERT ON {JAR} FOR EACH ROW EXECUTE FUNCTION own()",
        )
    assert source().intact
    remove()
    sql("DROP TRIGGER own" + ("" if connection.vendor == "sqlite" else f" ON {JAR}"))


if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("lock", ["ACCESS SHARE", "ROW EXCLUSIVE"])  # of a dump, of somebody who writes
    def test_T1_a_busy_table_holds_up_neither_the_application_nor_other_tables(
        lock: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(installation, "LOCK_WAIT", "100ms")
        everything = required()
        less = {**everything, JAR: watch(Jar, content=["name"])}
        try:
            with writers(1) as (other,):
                other.execute(f"LOCK TABLE {JAR} IN {lock} MODE")
                report = install({**less, "wire_shelf": watch(Shelf, content=["name"])})
                assert list(report.failed) == [JAR]
                assert "lock timeout" in report.failed[JAR]
                assert report.replaced == ["wire_shelf"]
                assert source().intact
            assert install(less).replaced == [JAR]
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("0",)
        finally:
            install()


@pytest.mark.django_db(transaction=True)
def test_T1_installations_at_once_make_one() -> None:
    for table in tables.NAMES[connection.vendor]:
        sql(f"DROP TABLE {table}")
    together = threading.Barrier(3)

    def one() -> Report:
        together.wait()
        try:
            return install({JAR: WATCHED})
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        reports = [future.result() for future in [pool.submit(one) for _ in range(3)]]
    assert [report.failed for report in reports] == [{}, {}, {}]
    assert sorted(report.made for report in reports) == [[], [], [JAR]]
    assert source().intact
    assert seen(lambda: Jar.objects.create(pk=1, name="a", price=1), JAR) == {"1": "changed"}
    install()


def test_T1_what_another_installation_just_made_is_no_stray(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It commits between two looks of this one: at the sources, and at the triggers."""
    looks = [0]

    def look() -> dict[str, Installed] | None:
        looks[0] += 1
        return {} if looks[0] == 1 else installed()

    track(WATCHED)
    age_the_barrier()
    monkeypatch.setattr(installation, "installed", look)
    assert track(WATCHED) == Report()
    assert looks[0] > 1
    assert source().intact
    assert barrier() == "1"


# -- what each database has of its own


def _a_unique_index_made_by_hand() -> None:
    track(WATCHED)
    age_the_barrier()
    sql(f"CREATE UNIQUE INDEX by_hand ON {JAR} (secret)")
    assert not source().intact
    assert track(WATCHED).made == [JAR]
    assert source().intact
    Jar.objects.create(pk=1, name="a", price=1, secret="s")
    forget()
    sql(f"REPLACE INTO {JAR} (id, name, price, label, state, secret) VALUES (2, 'b', 1, '', 's', 's')")
    assert marks(JAR) == {"1": "gone", "2": "changed"}


def _disabled() -> None:
    track(WATCHED)
    sql(f"ALTER TABLE {JAR} DISABLE TRIGGER USER")
    assert not source().intact
    sql(f"ALTER TABLE {JAR} ENABLE TRIGGER USER")  # as pg_restore does: enabled, but not always
    assert not source().intact
    assert track(WATCHED).made == [JAR]
    assert source().intact


def _partitions_come_and_go() -> None:
    sql("CREATE TABLE parts (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)")
    sql("CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)")
    parts = Watched("parts", "id", content=frozenset({"v"}))
    track(parts)
    assert source("parts").intact
    sql("CREATE TABLE parts_2 (id int PRIMARY KEY, v int)", "INSERT INTO parts_2 VALUES (11, 1)")
    sql("ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (10) TO (20)")
    assert not source("parts").intact  # a row came without being written
    assert track(parts).made == ["parts"]
    assert seen(lambda: sql("UPDATE parts_2 SET v = 2"), "parts") == {"11": "changed"}
    age_the_barrier()
    sql("TRUNCATE parts_2")
    assert barrier("parts") != "1"
    sql("ALTER TABLE parts DETACH PARTITION parts_1", "INSERT INTO parts_1 VALUES (1, 1)")
    sql("ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (10)")
    assert not source("parts").intact


def _deferred_checks_stay_deferred() -> None:
    sql(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE kid (id int PRIMARY KEY DEFERRABLE, p int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO kid VALUES (1, 1)",
    )
    track(Watched("kid", "id", content=frozenset({"p"})))  # with a check pending
    sql("INSERT INTO kid VALUES (2, 2)", "INSERT INTO parent VALUES (2)")
    with pytest.raises(Exception, match="duplicate key"), transaction.atomic():
        sql("INSERT INTO kid VALUES (2, 2)")


OWN = {
    "sqlite": [_a_unique_index_made_by_hand],
    "postgresql": [_disabled, _partitions_come_and_go, _deferred_checks_stay_deferred],
}


@pytest.mark.parametrize("story", OWN[connection.vendor], ids=lambda story: story.__name__.strip("_"))
def test_T1_drift_of_this_database(db: Any, story: Any) -> None:
    story()


# -- checks and the command


class View(models.Model):
    name = models.CharField(max_length=10)

    class Meta:
        app_label = "wire_checks"
        managed = False
        db_table = "wire_view"

    def __str__(self) -> str:
        return self.name


class LocalView(offline.LocalEntity):
    model = View
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized


VIEWS = {
    "sqlite": {
        "a view": "CREATE VIEW wire_view AS SELECT 1 AS id, 'a' AS name",
        "a virtual table": "CREATE VIRTUAL TABLE wire_view USING fts5(id, name)",
        "no column 'id'": "CREATE TABLE wire_view (name text)",
    },
    "postgresql": {
        "a view": "CREATE VIEW wire_view AS SELECT 1 AS id, 'a' AS name",
        "a materialized view": "CREATE MATERIALIZED VIEW wire_view AS SELECT 1 AS id, 'a' AS name",
        "unlogged": "CREATE UNLOGGED TABLE wire_view (id int PRIMARY KEY, name text)",
        "temporary": "CREATE TEMPORARY TABLE wire_view (id int PRIMARY KEY, name text)",
        "inherit from it": "CREATE TABLE wire_view (id int, name text); CREATE TABLE heir () INHERITS (wire_view)",
        "a foreign table": "CREATE EXTENSION IF NOT EXISTS file_fdw; CREATE SERVER f FOREIGN DATA WRAPPER file_fdw; "
        "CREATE FOREIGN TABLE wire_view (id int, name text) SERVER f OPTIONS (filename '/dev/null')",
        "no column 'id'": "CREATE TABLE wire_view (name text)",
    },
}


@pytest.mark.parametrize("what", VIEWS[connection.vendor])
def test_T1_E024_what_cannot_be_tracked_is_refused(db: Any, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = OfflineApp("viewed", title="Viewed", anonymous=True, entities=[LocalView])
    from syncapi.registry import registry

    monkeypatch.setattr(registry, "declared", [app])
    sql(*VIEWS[connection.vendor][what].split("; "))
    report = install()
    assert what in report.refused["wire_view"]
    [message] = check_tracked([app])
    assert message.id == "syncapi.E024"
    assert what in message.msg
    assert "ReadOnly" in str(message.hint)


def test_T1_W001_missing_tables_are_said(db: Any) -> None:
    sql("DROP TABLE syncapi_history")
    [message] = check_tracking(databases=["default"])
    assert message.id == "syncapi.W001"
    assert "syncapi_history" in message.msg


def test_T1_checks_read_the_database_only_when_asked(db: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert check_tracking() == []
    assert len(queries) == 0


def test_T1_W002_and_W003_what_is_not_watched_is_said(db: Any) -> None:
    install()
    assert check_tracking(databases=["default"]) == []
    needed = required()
    table = sorted(needed)[0]
    remove([table])
    assert [message.id for message in check_tracking(databases=["default"])] == ["syncapi.W002"]
    install()
    sql("INSERT INTO syncapi_need (name, column_name) VALUES ('catalog_product', 'reorder_level')")
    assert [message.id for message in check_tracking(databases=["default"])] == ["syncapi.W003"]
    install()
    assert check_tracking(databases=["default"]) == []


def command(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("synctriggers", *arguments, stdout=out, stderr=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_T1_the_command_says_installs_and_removes(db: Any) -> None:
    code, text = command("install")
    assert code == 0, text
    assert command() == command("status")
    code, text = command()
    assert code == 0
    assert all(f"{table} " in text for table in required())
    assert "tracked" in text
    assert command("remove")[0] == 0
    code, text = command()
    assert code == 1
    assert "gone or disabled" in text
    code, text = command("install")
    assert code == 0
    assert "triggers made" in text
    assert command()[0] == 0


def test_T1_the_command_knows_no_other_word(db: Any) -> None:
    with pytest.raises(CommandError):
        command("mend")


@pytest.mark.django_db(transaction=True)
def test_T1_tables_of_another_version_are_made_anew_and_writes_go_on() -> None:
    jar = Jar.objects.create(name="plum", price=1)
    device = FakeDevice(None)
    device.sync("tracked")
    remove()
    sql("ALTER TABLE syncapi_change DROP COLUMN felt")

    install()
    Jar.objects.filter(pk=jar.pk).update(name="fig")

    jars = device.sync("tracked").entities["TrackedJar"]
    assert jars.reset == "history"
    assert [str(key) for key in jars.altered] == [str(jar.pk)]  # a large one travels as text
    Jar.objects.filter(pk=jar.pk).update(name="pear")
    assert device.sync("tracked").entities["TrackedJar"].mode == "delta"
