"""What a pull reads: of a million rows no more than what changed, on both databases, with statistics and without.

Read rows are counted where the database reads them. PostgreSQL tells for each scan. SQLite tells how many instructions
its virtual machine ran: some tens for each row that is found by an index, and a scan of the table would be millions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models import QuerySet

from syncapi import offline
from syncapi.cursors import PositionCursor
from syncapi.entities import LocalEntity
from syncapi.keys import gaps, only_keys, with_raw_key
from syncapi.sync import SyncRequest, sync
from syncapi.tracking import moments
from syncapi.tracking.install import install, remove
from tests.tracking.field import declared, query
from tests.wire.models import Jar, Shelf

ROWS = 1_000_000
SHELVES = 100_000  # of ten jars each
OWNERS = 10
SPREAD = 100  # rows that a pull of ten may read
STEPS = 60_000  # instructions of SQLite's machine in a whole pull of ten rows; a scan takes over 3 million

postgresql = connection.vendor == "postgresql"


class AllJars(offline.LocalEntity):
    model = Jar
    attributes = ["name", "shelf__name"]
    pattern = offline.ReadOnlyOptimized


class OwnJars(AllJars):
    """A tenth of all, by a column of their own."""

    def get_scope(self, user: Any) -> Hashable:
        key: Hashable = user.pk
        return key

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Jar.objects.filter(owner=scope)


class JarsOfShelves(AllJars):
    """A half of all, by a column of the row they point at."""

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Jar.objects.filter(shelf__picture="even")


costs_app = offline.OfflineApp("costs", title="Costs", entities=[AllJars, OwnJars, JarsOfShelves])
ENTITIES = list(costs_app.entities)
OWNER = User(pk=4, username="four")
FEW = User(pk=99, username="few")  # owns 99 jars in a million
NOBODY = User(pk=77, username="nobody")  # owns none
_downloaded: dict[tuple[str, Any], str] = {}  # cursors of first downloads, when there were no rows yet


# -- a million rows


NUMBERS = (
    "SELECT i FROM generate_series(1, {0}) AS n(i)"
    if postgresql
    else "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i FROM n"
)
JAR, SHELF = Jar._meta.db_table, Shelf._meta.db_table
FILLED = (JAR, SHELF, "syncapi_change")
MADE = "costs_made"
BIG = (*FILLED, MADE)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def fill() -> None:
    """As if every row had been written once, long ago."""
    execute(
        f"INSERT INTO {SHELF} (id, name, picture) "
        f"SELECT i, 'shelf ' || i, CASE i % 2 WHEN 0 THEN 'even' ELSE 'odd' END "
        f"FROM ({NUMBERS.format(SHELVES)}) AS numbers",
        f"INSERT INTO {JAR} (id, name, price, shelf_id, label, state, owner_id, secret) "
        f"SELECT i, 'jar ' || i, 1, 1 + i % {SHELVES}, '', 's', "
        f"CASE WHEN i % 10007 = 0 THEN 99 ELSE i % {OWNERS} END, '' "
        f"FROM ({NUMBERS.format(ROWS)}) AS numbers",
    )


def fill_tracker() -> None:
    source = dict(query("SELECT name, id FROM syncapi_source"))
    position, key = ("'3'::xid8", "i::text") if postgresql else ("1", "i")
    for table, rows in ((JAR, ROWS), (SHELF, SHELVES)):
        execute(
            f"INSERT INTO syncapi_change (source, key, position, version) SELECT {source[table]}, {key}, {position}, 1 "
            f"FROM ({NUMBERS.format(rows)}) AS numbers"
        )


@contextmanager
def without_constraints() -> Iterator[None]:
    on, off = (
        ("SET session_replication_role = origin", "SET session_replication_role = replica")
        if postgresql
        else ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF")
    )
    execute(off)
    try:
        yield
    finally:
        execute(on)


@pytest.fixture(scope="module")
def million(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), declared(costs_app):
        for user in (OWNER, FEW, NOBODY):
            _downloaded.update({(name, user.pk): pull(name, None, user)[0]["cursor"] for name in ENTITIES})
    with django_db_blocker.unblock(), without_constraints():
        remove()
        if postgresql:  # nobody else gathers statistics meanwhile
            execute(*(f"ALTER TABLE {table} SET (autovacuum_enabled = off)" for table in FILLED))
        fill()
    with django_db_blocker.unblock(), declared(costs_app):
        fill_tracker()
        if not postgresql:
            execute("UPDATE syncapi_clock SET position = position + 1")
        with django_db_blocker.block():
            yield
    with django_db_blocker.unblock(), without_constraints():
        remove()
        if postgresql:
            execute(f"TRUNCATE {', '.join(FILLED)} CASCADE", *(f"ANALYZE {table}" for table in FILLED))
            execute(*(f"ALTER TABLE {table} RESET (autovacuum_enabled)" for table in FILLED))
        else:
            execute(*(f"DELETE FROM {table}" for table in FILLED))
            execute("DELETE FROM sqlite_stat1", "ANALYZE sqlite_schema", "VACUUM")
    with django_db_blocker.unblock():
        install()


@pytest.fixture(scope="module", params=["never analyzed", "analyzed"])
def statistics(request: pytest.FixtureRequest, million: None, django_db_blocker: Any) -> str:
    if request.param == "analyzed":
        with django_db_blocker.unblock():
            execute("ANALYZE")
    return str(request.param)


# -- what a pull reads


class Reads:
    """`rows` read of big tables, `steps` of SQLite's machine, and the `plans` of queries that read the most."""

    def __init__(self) -> None:
        self.queries: list[tuple[str, Any, bool]] = []
        self.rows = self.steps = 0
        self.plans: list[str] = []

    def note(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT") or sql.lstrip().startswith("WITH"):
            self.queries.append((sql, parameters, hasattr(context["cursor"].cursor, "scrollable")))
        return execute(sql, parameters, many, context)

    def step(self) -> int:
        self.steps += 100
        return 0

    def explain(self) -> None:
        for sql, parameters, streamed in self.queries:
            (self._explain_postgresql if postgresql else self._explain_sqlite)(sql, parameters, streamed)

    def _explain_postgresql(self, sql: str, parameters: Any, streamed: bool) -> None:
        declare = "DECLARE explained NO SCROLL CURSOR FOR " if streamed else ""  # planned otherwise than at once
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {declare}{sql}", parameters)
            (plan,) = cursor.fetchone()
        before = self.rows
        self._count((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
        if self.rows > before:
            self.plans.append(f"{self.rows - before} rows: {sql[:2000]}")

    def _count(self, node: dict[str, Any]) -> None:
        if node.get("Relation Name") in BIG:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            self.rows += int((node["Actual Rows"] + removed) * node["Actual Loops"])
        for inner in node.get("Plans", ()):
            self._count(inner)

    def _explain_sqlite(self, sql: str, parameters: Any, streamed: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            plan = [str(row[3]) for row in cursor.fetchall()]
        self.plans.append(f"{plan}: {sql[:1000]}")
        names = {name for table in BIG for name in re.findall(rf'"?{table}"? (?:AS )?(\w+)', sql)} | {*BIG}
        for step in plan:
            scanned = re.match(r"SCAN (\w+)", step)
            window = scanned and {f"CO-ROUTINE {scanned[1]}", f"MATERIALIZE {scanned[1]}"} & {
                *plan
            }  # a part of the table, under its name
            if scanned and scanned[1] in names and "USING" not in step and not window:
                self.rows += ROWS


@contextmanager
def counted() -> Iterator[Reads]:
    reads = Reads()
    connection.ensure_connection()
    raw: Any = connection.connection
    if not postgresql:
        raw.set_progress_handler(reads.step, 100)
    try:
        with connection.execute_wrapper(reads.note):
            yield reads
    finally:
        if not postgresql:
            raw.set_progress_handler(None, 0)
    reads.explain()


def pull(entity: str, cursor: str | None, user: User = OWNER) -> tuple[dict[str, Any], list[bytes]]:
    """The `entity` message, and the rows."""
    cursors = {} if cursor is None else {entity: cursor}
    request = SyncRequest(costs_app, user, "key", "none", "", [entity], cursors)
    answer = sync(request)
    lines = b"".join(answer).splitlines()
    answer.close()
    messages = [json.loads(one) for one in lines if one.startswith(b"{")]
    return next(one for one in messages if one["type"] == "entity"), [one for one in lines if one.startswith(b"[")]


def cursor_of_now(entity: str, user: User = OWNER) -> str:
    """The cursor that a device has after a first download, which is not made again here."""
    token = moments.new_token()
    moments.remember(token, moments.now())
    downloaded = PositionCursor.decode(_downloaded[entity, user.pk])
    assert downloaded
    return replace(downloaded, token=token).encode()


def some(entity: str) -> list[int]:
    """Ten keys in the scope of the entity and of owner 4."""
    return [n * 90_000 + (1 if entity == "JarsOfShelves" else 4) for n in range(1, 11)]


def check(reads: Reads, factor: int = 1) -> None:
    assert reads.rows <= SPREAD * factor, "\n".join(reads.plans)
    assert reads.steps <= STEPS * factor, "\n".join(reads.plans)


def _renamed(entity: str) -> int:
    return Jar.objects.filter(pk__in=some(entity)).update(name="renamed")


def _shelf_renamed(entity: str) -> int:
    """A row that ten others point at."""
    jar = Jar.objects.get(pk=some(entity)[0])
    assert jar.shelf_id
    Shelf.objects.filter(pk=jar.shelf_id).update(name="renamed")
    return 10 if entity != "OwnJars" else Jar.objects.filter(shelf=jar.shelf_id, owner=4).count()


def _deleted(entity: str) -> int:
    Jar.objects.filter(pk__in=some(entity))._raw_delete("default")
    return 0


def _nothing(entity: str) -> int:
    return 0


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("change", [_nothing, _renamed, _shelf_renamed, _deleted], ids=lambda change: change.__name__)
def test_costs_of_a_delta_follow_what_changed(
    statistics: str, db: None, entity: str, change: Callable[[str], int]
) -> None:
    cursor = cursor_of_now(entity)
    rows = change(entity)
    with counted() as reads:
        message, told = pull(entity, cursor)
    assert message["mode"] == ("unchanged" if change is _nothing else "delta")
    assert len(told) == rows
    assert message.get("gaps", 0) == (10 if change is _deleted else 0)
    if change is _deleted and entity == "OwnJars" and postgresql:
        check(reads, factor=3)  # in a tenth of all rows, neighbours are some ten rows away; no index has both columns
    elif postgresql and statistics == "never analyzed" and (change, entity) == (_shelf_renamed, "JarsOfShelves"):
        # As good as it gets: nothing tells PostgreSQL that ten keys are fewer than a table of unknown size.
        assert reads.rows <= SHELVES + SPREAD
    else:
        check(reads)


def test_costs_of_gaps_in_a_scope_of_few_rows(statistics: str, db: None) -> None:
    """Rows that are deleted elsewhere in a large table have their neighbours far away in a small scope."""
    cursor = cursor_of_now("OwnJars", FEW)
    _deleted("OwnJars")
    with counted() as reads:
        message, told = pull("OwnJars", cursor, FEW)
    assert (message["mode"], told) == ("delta", [])
    # The scope is read once. Either look-up of ten keys may go through the scope's rows as well: they are about as few.
    assert reads.rows <= SPREAD + 3 * 99, "\n".join(reads.plans)
    assert reads.steps <= STEPS, "\n".join(reads.plans)


def test_costs_of_gaps_in_an_empty_scope(statistics: str, db: None) -> None:
    cursor = cursor_of_now("OwnJars", NOBODY)
    _deleted("OwnJars")
    with counted() as reads:
        message, told = pull("OwnJars", cursor, NOBODY)
    assert (message["mode"], message["gaps"], told) == ("delta", 1, [])
    check(reads)


def test_costs_of_a_change_elsewhere(statistics: str, db: None) -> None:
    cursor = cursor_of_now("OwnJars", FEW)
    _renamed("OwnJars")
    with counted() as reads:
        message, told = pull("OwnJars", cursor, FEW)
    assert (message["mode"], told) == ("unchanged", [])
    check(reads)


def test_costs_of_a_scan_would_be_noticed(statistics: str, db: None) -> None:
    with counted() as reads:
        query(f"SELECT count(*) FROM {JAR} WHERE name = 'jar 7'")
    assert reads.rows >= ROWS - 10  # PostgreSQL gives means of what its workers read
    assert postgresql or reads.steps >= 3_000_000


# -- by every kind of key


KINDS = {
    "integer": (models.BigIntegerField, "bigint", "i"),
    "uuid": (models.UUIDField, "uuid", "lpad(to_hex(i), 32, '0')::uuid"),
    "text": (models.CharField, "varchar(40)", "'k' || lpad(i::text, 9, '0')"),
}
IN_SQLITE = {
    "integer": ("integer", "i"),
    "uuid": ("char(32)", "printf('%032x', i)"),
    "text": ("varchar(40)", "printf('k%09d', i)"),
}
MADE_ROWS = 100_000


def made(kind: str) -> Any:
    """A model with a table of 100,000 rows by such keys, numbered in their order; `group` 7 has 50 of them, 1 half of
    the others, and 0 the rest; `above` has an index, too, and is true of the last tenth."""
    field, column, key = KINDS[kind]
    if not postgresql:
        column, key = IN_SQLITE[kind]
    meta = type("Meta", (), {"app_label": "costs", "managed": False, "apps": Apps(), "db_table": MADE})
    attributes = {
        "key": field(primary_key=True, **({"max_length": 40} if kind == "text" else {})),
        "number": models.IntegerField(),
        "group": models.IntegerField(db_index=True),
        "above": models.IntegerField(db_index=True),
        "unindexed": models.IntegerField(),
        "parent": models.ForeignKey("self", on_delete=models.DO_NOTHING, null=True, db_constraint=False),
        "Meta": meta,
        "__module__": __name__,
    }
    indexes = {name: f'"{name}"' for name in ("group", "above", "parent_id")}
    if postgresql and kind == "text":
        indexes["key_like"] = "key varchar_pattern_ops"  # as Django makes it
    execute(
        f'CREATE TABLE {MADE} (key {column} PRIMARY KEY, number integer, "group" integer, above integer, '
        f"unindexed integer, parent_id {column})",
        f"INSERT INTO {MADE} SELECT {key}, i, CASE WHEN i % 2000 = 1000 THEN 7 ELSE i % 2 END, i / 90001, "
        f"CASE WHEN i % 2000 = 1000 THEN 7 ELSE i % 2 END, {key} FROM ({NUMBERS.format(MADE_ROWS)}) AS numbers",
        *(f"CREATE INDEX {MADE}_{name} ON {MADE} ({columns})" for name, columns in indexes.items()),
    )
    return type("Made", (models.Model,), attributes)


def made_entity(model: Any) -> LocalEntity:
    cls = type("LocalMade", (offline.LocalEntity,), {"model": model, "attributes": []})
    return offline.OfflineApp("made", title="Made", entities=[cls]).entities["LocalMade"]


@pytest.fixture(params=["never analyzed", "analyzed"])
def gathered(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Gathers statistics, or does not."""
    return (lambda: execute(f"ANALYZE {MADE}")) if request.param == "analyzed" else (lambda: None)


def raw_keys(rows: QuerySet[Any]) -> list[Any]:
    return list(with_raw_key(rows).values_list("_raw_key", flat=True))


@pytest.mark.parametrize("path", [(), ("parent",)], ids=["own", "related"])
@pytest.mark.parametrize("kind", KINDS)
def test_costs_of_looking_up_keys_in_a_large_scope(
    db: None, gathered: Callable[[], None], kind: str, path: tuple[str, ...]
) -> None:
    """Indexes find the scope, which is half of all rows, and the ten keys: the search starts from the keys."""
    model = made(kind)
    gathered()
    keys = raw_keys(model._base_manager.filter(number__in=range(5_001, 100_000, 10_000)))
    with counted() as reads:
        found = only_keys(model._base_manager.filter(group=1), path, keys).values_list("number", flat=True)
        assert sorted(found) == list(range(5_001, 100_000, 10_000))
    assert reads.rows <= 10, "\n".join(reads.plans)
    assert reads.steps <= 1_000, "\n".join(reads.plans)


CASES = {
    # Conditions on the rows in scope, and how many rows ten deletions may read. `few` are 50, `elsewhere` 10,000.
    "dense": ({}, 100),
    "half": ({"group": 1}, 100),
    "few": ({"group": 7}, 150),
    "none": ({"group": 5}, 100),
    # In one place, and the deletions in another: the windows find nothing, and to read the whole scope costs as much.
    "elsewhere": ({"above": 1}, 25_000),
    # No index finds the scope: it takes a scan, but not one for each key.
    "no index": ({"unindexed": 7}, MADE_ROWS + 150),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_costs_of_gaps(db: None, gathered: Callable[[], None], kind: str, case: str) -> None:
    """Ten rows are deleted in the first nine tenths of the table."""
    conditions, most = CASES[case]
    model = made(kind)
    gathered()
    deleted = model._base_manager.filter(number__in=range(4_001, 90_000, 9_000))
    keys = raw_keys(deleted)
    deleted._raw_delete("default")
    scope = model._base_manager.filter(**conditions)
    with counted() as reads:
        told = gaps(made_entity(model), scope, keys)
    assert len(told) == (1 if case in ("none", "elsewhere") else 10)
    scanned = ROWS if case == "no index" and not postgresql else 0  # what is noted for a scan of any table
    assert reads.rows <= (scanned or most), "\n".join(reads.plans)
    assert reads.steps <= 10_000 + 5 * most, "\n".join(reads.plans)
    assert len(reads.queries) <= (16 if case == "elsewhere" else 7)


def test_costs_of_gaps_where_no_index_has_the_order_of_texts(db: None, gathered: Callable[[], None]) -> None:
    """PostgreSQL sorts by language; without the index that Django makes for texts, it reads the scope, unsorted."""
    model = made("text")
    execute(f"DROP INDEX IF EXISTS {MADE}_key_like")
    gathered()
    deleted = model._base_manager.filter(number__in=range(4_001, 90_000, 9_000))
    keys = raw_keys(deleted)
    deleted._raw_delete("default")
    with counted() as reads:
        assert len(gaps(made_entity(model), model._base_manager.filter(group=1), keys)) == 10
    assert reads.rows <= (MADE_ROWS + 100 if postgresql else 100), "\n".join(reads.plans)
    assert not any("ORDER BY" in sql for sql, _, _ in reads.queries) or not postgresql
