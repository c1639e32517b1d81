"""What is tracked at present: the sources, and whether all their triggers are in force."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from syncapi.tracking import tables
from syncapi.tracking.relations import PARTITIONS
from syncapi.tracking.watched import Watched


@dataclass(frozen=True)
class Source:
    """`watched`: what the installed triggers watch. `intact`: all of them are there and enabled, and nothing came to
    the table that they would not see (a unique index on SQLite, a partition on PostgreSQL)."""

    id: int
    watched: Watched
    intact: bool


@dataclass(frozen=True)
class Installed(Source):
    """A source with what an installation remembers of it. `found`: triggers that are in force now. `remade`: they are
    on another table of the same name, which may have got its rows before its triggers."""

    names: frozenset[str]
    found: frozenset[str]
    remade: bool
    extent: str
    template: int
    key_type: str


def sources() -> dict[str, Source] | None:
    """By name. None when the tracker's tables are missing. Two queries, three where there are partitioned tables."""
    found = installed()
    return None if found is None else dict(found)


def installed() -> dict[str, Installed] | None:
    """`sources()` with all that is known of them."""
    return _sqlite() if connection.vendor == "sqlite" else _postgresql() if connection.vendor == "postgresql" else None


def _sqlite() -> dict[str, Installed] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, tbl_name FROM sqlite_master WHERE type = 'table' AND name LIKE 'syncapi\\_%' "
            "ESCAPE '\\' OR type = 'trigger' AND name LIKE 'haversack\\_%' ESCAPE '\\' "
            "OR type = 'index' AND sql LIKE 'CREATE UNIQUE %'"
        )
        found = cursor.fetchall()
        if not set(tables.NAMES["sqlite"]) <= {name for kind, name, _ in found if kind == "table"}:
            return None
        cursor.execute("SELECT id, name, columns, triggers, (SELECT count(*) FROM syncapi_clock) FROM syncapi_source")
        rows = cursor.fetchall()
    triggers = _by_table((table, name) for kind, name, table in found if kind == "trigger")
    indexes = _by_table((table, name) for kind, name, table in found if kind == "index")
    made = {}
    for number, name, columns, names, clock in rows:
        watched = json.loads(columns)
        table = _table(name, watched).lower()
        there = triggers.get(table, set()) if clock else set()
        extent = " ".join(sorted(indexes.get(table, ())))
        made[name] = _installed(number, name, watched, json.loads(names), there, "", extent)
    return made


def _postgresql() -> dict[str, Installed] | None:
    if tables.missing():
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.id, s.name, s.columns, s.triggers, array(
                SELECT t.tgname::text FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgenabled = 'A'
            ), coalesce(c.oid::text, ''), c.relkind = 'p'
            FROM syncapi_source AS s LEFT JOIN pg_class AS c
                ON c.oid = to_regclass(s.triggers::json ->> 'relation')
            """
        )
        rows = cursor.fetchall()
    extents = _extents([int(row[5]) for row in rows if row[6]])
    return {
        name: _installed(number, name, json.loads(columns), json.loads(names), set(found), oid, extents.get(oid, ""))
        for number, name, columns, names, found, oid, _ in rows
    }


def _extents(tables: list[int]) -> dict[str, str]:
    """Of partitioned tables, by OID. Asked only where there are some: PostgreSQL expects a thousand partitions of
    each, and finds the query worth compiling, which takes a tenth of a second at every pull."""
    if not tables:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.oid::text, {PARTITIONS} FROM pg_class AS c WHERE c.oid = ANY(%s)",  # noqa: S608
            [tables],
        )
        return dict(cursor.fetchall())


def _by_table(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, name in pairs:
        found.setdefault(table.lower(), set()).add(name)  # not by SQLite, which does so with English letters only
    return found


def _table(name: str, columns: dict[str, Any]) -> str:
    """Said where the source is not called by its table."""
    return str(columns.get("table", name))


def _installed(
    number: int, name: str, columns: dict[str, Any], triggers: dict[str, Any], found: set[str], oid: str, extent: str
) -> Installed:
    names = frozenset(triggers["names"])
    remade = oid != triggers.get("oid", "")
    return Installed(
        id=number,
        watched=Watched(
            _table(name, columns),
            columns["key"],
            content=frozenset(columns.get("content", ())),
            member=frozenset(columns.get("member", ())),
            shared=frozenset(columns.get("shared", ())),
            target=columns.get("target", ""),
        ),
        intact=names <= found and not remade and extent == triggers["extent"],
        names=names,
        found=frozenset(found),
        remade=remade,
        extent=extent,
        template=triggers["template"],
        key_type=columns["type"],
    )
