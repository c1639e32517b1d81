"""Figures about change tracking for administrators. Reads only; what could be large is counted up to a limit."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from syncapi.conf import conf
from syncapi.entities import LocalEntity
from syncapi.registry import registry
from syncapi.tracking import moments
from syncapi.tracking.changes import changes
from syncapi.tracking.dependencies import Dependencies
from syncapi.tracking.drift import Finding, State, survey
from syncapi.tracking.install import required
from syncapi.tracking.moments import Moment
from syncapi.tracking.plan import plan
from syncapi.tracking.probe import probed_rows, tolerated
from syncapi.tracking.sources import Source, sources

ROWS = 250_000
LAG = 10_000
TOKENS = 100_000
NEEDS = 100


@dataclass(frozen=True)
class Count:
    """`more`: counting stopped at the limit."""

    value: int
    more: bool = False


@dataclass(frozen=True)
class TableFigures:
    """One table that is tracked, or ought to be.

    `entities`: names with their app, of those that are known to need it. `rows`: what is known of, `tombstones`: of
    them deleted. `waiting`: changes since the newest cursor was handed out; None where there is no cursor yet.
    """

    table: str
    entities: tuple[str, ...]
    state: State
    detail: str
    rows: Count | None = None
    tombstones: Count | None = None
    waiting: Count | None = None


@dataclass(frozen=True)
class CursorFigures:
    """Tokens of cursors: how many, and when the oldest and the newest were handed out."""

    count: Count
    oldest: datetime.datetime | None
    newest: datetime.datetime | None


@dataclass(frozen=True)
class OpenTransaction:
    """`writes`: whether it has changed something. `name`: what it calls itself, or the id of a prepared one."""

    age: datetime.timedelta
    writes: bool
    prepared: bool
    name: str
    pid: int | None
    role: str
    state: str


@dataclass(frozen=True)
class Transactions:
    """`oldest`: None when none is open. `all_visible`: whether those of other roles could be seen."""

    oldest: OpenTransaction | None
    all_visible: bool


@dataclass(frozen=True)
class Need:
    """A column that a pull used. `watched`: since then triggers were installed that watch it."""

    table: str
    column: str
    watched: bool


@dataclass(frozen=True)
class Figures:
    """`transactions` is None on SQLite. `foreign`: the tables were loaded from another database, and not used yet."""

    tables: tuple[TableFigures, ...]
    cursors: CursorFigures
    transactions: Transactions | None
    needs: tuple[Need, ...]
    retention: float  # days
    foreign: bool


def figures() -> Figures | None:
    """None when change tracking is not installed, or the database is neither SQLite nor PostgreSQL."""
    found = sources()
    if found is None:
        return None
    newest = _newest_moment()
    needed_by = _needed_by()
    return Figures(
        tables=tuple(_table(finding, needed_by, newest) for finding in survey(required())),
        cursors=_cursors(),
        transactions=_transactions() if connection.vendor == "postgresql" else None,
        needs=tuple(_needs(found)),
        retention=conf().tracking_retention,
        foreign=_is_foreign(),
    )


def _table(finding: Finding, needed_by: dict[str, list[str]], newest: Moment | None) -> TableFigures:
    entities = tuple(needed_by.get(finding.name, ()))
    if finding.source is None:
        return TableFigures(finding.name, entities, finding.state, finding.detail)
    source = finding.source.id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE deleted) FROM "
            "(SELECT deleted FROM syncapi_change WHERE source = %s LIMIT %s) AS counted",
            [source, ROWS + 1],
        )
        rows, tombstones = cursor.fetchone()
    return TableFigures(
        finding.name,
        entities,
        finding.state,
        finding.detail,
        _count(rows, ROWS),
        Count(tombstones, rows > ROWS),
        _count(len(changes(source, newest, LAG + 1)), LAG) if newest is not None else None,
    )


def _count(found: int, limit: int) -> Count:
    return Count(min(found, limit), found > limit)


def _needed_by() -> dict[str, list[str]]:
    """By table, the tracked entities that are known to need it."""
    found: dict[str, list[str]] = {}
    for app in registry.apps.values():
        for entity in app.entities.values():
            if entity.pattern.tracked:
                for table in sorted(_tables_of(entity)):
                    found.setdefault(table, []).append(f"{app.name}.{entity.name}")
    return found


def _tables_of(entity: LocalEntity) -> set[str]:
    found: set[str] = set()
    with tolerated(entity):
        found |= set(plan(entity, entity.rows(entity.get_scope(AnonymousUser()))).watched)
    if not found:  # an app that nobody uses without signing in may have no scope for such people
        for queryset in probed_rows(entity)[:1]:
            with tolerated(entity):
                found |= set(plan(entity, queryset).watched)
    for name in entity.depends_on:
        with tolerated(entity):
            one = Dependencies()
            one.depend_on(entity.model, name)
            found |= set(one.keys)
    return found


def _newest_moment() -> Moment | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot FROM syncapi_history ORDER BY created DESC LIMIT 1")
        row = cursor.fetchone()
    return Moment(row[0]) if row else None


def _cursors() -> CursorFigures:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(created), max(created) FROM syncapi_history")
        oldest, newest = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM (SELECT 1 FROM syncapi_history LIMIT %s) AS counted", [TOKENS + 1])
        count = cursor.fetchone()[0]
    return CursorFigures(_count(count, TOKENS), _time(oldest), _time(newest))


def _time(created: Any) -> datetime.datetime | None:
    """SQLite has text."""
    if created is None:
        return None
    moment = datetime.datetime.fromisoformat(created) if isinstance(created, str) else created
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _needs(found: dict[str, Source]) -> Iterator[Need]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, column_name FROM syncapi_need ORDER BY name, column_name LIMIT %s", [NEEDS])
        for table, column in cursor.fetchall():
            source = found.get(table)
            watched = source is not None and column in source.watched.columns | {source.watched.key}
            yield Need(table, column, watched)


def _transactions() -> Transactions:
    """The oldest transaction in this database that writes, or that keeps the database from cleaning up.

    A role sees the transactions of its own, unless it may read all statistics.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT * FROM (
                SELECT now() - xact_start AS age, backend_xid IS NOT NULL, false, application_name, pid,
                    usename::text, state
                FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND datname = current_database()
                    AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
                UNION ALL
                SELECT now() - prepared, true, true, gid, NULL, owner::text, 'prepared'
                FROM pg_prepared_xacts WHERE database = current_database()
            ) AS open WHERE age IS NOT NULL ORDER BY age DESC LIMIT 1
            """
        )
        row = cursor.fetchone()
        cursor.execute("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")
        all_visible = bool(cursor.fetchone()[0])
    return Transactions(OpenTransaction(*row) if row else None, all_visible)


def _is_foreign() -> bool:
    try:
        moments.now()
    except moments.ForeignPast:
        return True
    return False
