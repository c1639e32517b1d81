"""Putting triggers in force, and taking them off (T1, decision 0012)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction

from syncapi.registry import registry
from syncapi.tracking import tables
from syncapi.tracking.drift import Finding, State, examine, home, survey
from syncapi.tracking.plan import declared_watch
from syncapi.tracking.relations import relation
from syncapi.tracking.sources import installed
from syncapi.tracking.templates import VENDORS, VERSION
from syncapi.tracking.triggers import PREFIX, names_on_table, render
from syncapi.tracking.watched import Watched, union

LOCK_WAIT = "10s"  # for a busy table, PostgreSQL; less if the project says so
_LOCK = 0x68617665727361  # of PostgreSQL: one installation at a time
_NUMBER = re.compile(rf"{PREFIX}(\d+)_")


@dataclass
class Report:
    """Sources by name, mostly that of their table, by what became of them.

    `made`: triggers are new, and so is the barrier. `replaced`: triggers are new, and nothing passed unseen between
    the old and the new. `removed`: no longer tracked. `absent`: there is no such table, perhaps not yet. `refused`:
    cannot be tracked, and why. `failed`: the database did not let us, and its words.
    """

    made: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def required() -> dict[str, Watched]:
    """What triggers must watch: all that is declared, and what pulls noted in `syncapi_need`."""
    return union([*declared_watch(registry.apps.values()).values(), *_needs()])


def _needs() -> Iterator[Watched]:
    if connection.vendor not in VENDORS or "syncapi_need" in tables.missing():
        return
    keys = {
        model._meta.db_table: model._meta.pk.column
        for model in apps.get_models(include_auto_created=True)
        if model._meta.pk is not None and model._meta.pk.column
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, column_name FROM syncapi_need")
        for table, column in cursor.fetchall():
            if (key := keys.get(table)) is not None:
                yield Watched(table, key, member=frozenset({column} - {key}))


_declared = required


def install(required: Mapping[str, Watched] | None = None) -> Report:
    """Makes what is missing and removes what is superfluous, each source in a transaction of its own.

    Safe to repeat, and in several processes at once. When all is there it only reads. A source whose triggers are made
    gets a new barrier, except where triggers that saw all this gave way to others under one lock.
    """
    report = Report()
    if connection.vendor not in VENDORS:
        return report
    if tables.missing() or not tables.clock_is_there() or tables.of_another_version():
        with exclusively():
            tables.create()
    _drop_strays()
    for finding in survey(_declared() if required is None else required):
        if finding.state is State.REFUSED:
            report.refused[finding.name] = finding.detail
        if finding.state is State.ABSENT:
            report.absent.append(finding.name)
        if finding.state in (State.TRACKED, State.REFUSED, State.ABSENT):
            continue
        try:
            with exclusively():
                _mend(finding, report)
        except DatabaseError as error:
            report.failed[finding.name] = str(error).strip()
    return report


def remove(tables: Collection[str] | None = None) -> None:
    """Takes off the triggers of some tables, or of all. What was tracked stays; pulls compare until `install()`."""
    if connection.vendor not in VENDORS:
        return
    known = installed()
    if known is None:
        return
    wanted = {name.lower() for name in tables} if tables is not None and connection.vendor == "sqlite" else tables
    for source in known.values():
        table = source.watched.table
        if source.found and (wanted is None or (table.lower() if connection.vendor == "sqlite" else table) in wanted):
            with exclusively():
                _drop(source.id)


@contextmanager
def exclusively() -> Iterator[None]:
    """A transaction that no other installation shares the time with."""
    if connection.vendor == "postgresql":
        if connection.in_atomic_block:
            _settle()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            yield
        return
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.ensure_connection()
    configured, wrapper.transaction_mode = wrapper.transaction_mode, "IMMEDIATE"
    try:
        with transaction.atomic():
            wrapper.transaction_mode = configured
            yield
    finally:
        wrapper.transaction_mode = configured


def _settle() -> None:
    """Runs deferred checks now: PostgreSQL alters no table while some are pending. Later ones are deferred as before.

    Django's `check_constraints()` would defer also those that are declared immediate.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT string_agg(DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.conname), ', ') "
            "FROM pg_constraint AS c JOIN pg_namespace AS n ON n.oid = c.connamespace "
            "WHERE c.condeferred AND c.conparentid = 0"
        )
        if names := cursor.fetchone()[0]:
            cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")


def _mend(finding: Finding, report: Report) -> None:
    """Looks again, now that nobody else installs, and does what is to be done."""
    known = (installed() or {}).get(finding.name)
    if finding.state is State.SUPERFLUOUS:
        if known is not None:
            _forget(known.id)
            report.removed.append(finding.name)
        return
    assert finding.watched is not None
    _lock(finding.watched.table, replacing=known is not None)
    known = (installed() or {}).get(finding.name)
    finding = examine(finding.watched, known, home())
    if finding.state is State.TRACKED:
        return
    if _make(finding):
        report.made.append(finding.name)
    else:
        report.replaced.append(finding.name)


def _lock(table: str, replacing: bool) -> None:
    """Nobody writes from here to the end of the transaction. SQLite has one writer anyway.

    Behind a lock that waits, say for the end of a dump, the whole application waits. So it gives up after a while.
    """
    there = relation(table)
    if connection.vendor == "postgresql" and there is not None:
        mode = "ACCESS EXCLUSIVE" if replacing else "SHARE ROW EXCLUSIVE"  # no second, stronger lock later
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            configured = cursor.fetchone()[0]
            if configured == "0":
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            cursor.execute(f"LOCK TABLE {there.qualified} IN {mode} MODE")
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [configured])


def _make(finding: Finding) -> bool:
    """Returns whether there may be changes that nobody saw, so that a barrier was set."""
    source, watched, there = finding.source, finding.watched, finding.relation
    assert watched is not None
    assert there is not None
    key_type = there.columns[watched.key]
    same_key = source is not None and (source.watched.key, source.key_type) == (watched.key, key_type)
    seamless = (
        source is not None
        and source.intact
        and source.template == VERSION
        and same_key
        and source.watched.covers(watched)
    )
    number = _next_number() if source is None else source.id
    if source is not None:
        _drop(number)
    made = render(number, watched, there, home())
    with connection.cursor() as cursor:
        if source is not None and not same_key:
            cursor.execute("DELETE FROM syncapi_change WHERE source = %s", [number])  # keys that mean nothing now
        for trigger in made:
            for statement in trigger.statements:
                cursor.execute(statement)
        now = relation(watched.table)  # the triggers on partitions are new
        assert now is not None
        columns = {
            "key": watched.key,
            "type": key_type,
            "content": sorted(watched.content),
            "member": sorted(watched.member),
            "shared": sorted(watched.shared),
            **({"table": watched.table, "target": watched.target} if watched.target else {}),
        }
        triggers = {
            "relation": now.qualified,
            "names": sorted(names_on_table(made, there)),
            "oid": now.oid,
            "extent": now.extent,
            "template": VERSION,
        }
        if seamless:
            cursor.execute(
                "UPDATE syncapi_source SET columns = %s, triggers = %s WHERE id = %s",
                [json.dumps(columns), json.dumps(triggers), number],
            )
        else:
            cursor.execute(
                "INSERT INTO syncapi_source (id, name, columns, triggers, barrier) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (id) DO UPDATE SET columns = excluded.columns, triggers = excluded.triggers, "
                "barrier = excluded.barrier",
                [number, finding.name, json.dumps(columns), json.dumps(triggers), tables.barrier()],
            )
    return not seamless


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 + coalesce(max(id), 0) FROM syncapi_source")
        return int(cursor.fetchone()[0])


def _forget(number: int) -> None:
    _drop(number)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_change WHERE source = %s", [number])
        cursor.execute("DELETE FROM syncapi_source WHERE id = %s", [number])


def _drop(number: int) -> None:
    """All triggers and functions of one source, of whatever version."""
    with connection.cursor() as cursor:
        for statement in (
            *(f"DROP TRIGGER IF EXISTS {name} ON {table}" for _, name, table in _triggers_there(number) if table),
            *(f"DROP TRIGGER IF EXISTS {name}" for _, name, table in _triggers_there(number) if not table),
            *(f"DROP FUNCTION IF EXISTS {function}" for function in _functions_there(number)),
        ):
            cursor.execute(statement)


def _drop_strays() -> None:
    """Triggers whose source is not known: the tracker's tables were dropped, or loaded from elsewhere."""
    if not _strays():
        return
    with exclusively():
        for number in _strays():  # or others were just installing
            _drop(number)


def _strays() -> set[int]:
    known = {source.id for source in (installed() or {}).values()}
    return {number for number, _, _ in _triggers_there()} - known


def _triggers_there(number: int | None = None) -> list[tuple[int, str, str]]:
    """Number of the source, name, and the table where the name needs it; triggers of this project only."""
    pattern = f"{PREFIX}%" if number is None else f"{PREFIX}{number}\\_%"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, '' FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE '\\'", [pattern]
            )
        else:
            cursor.execute(
                """
                SELECT t.tgname, quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_trigger AS t
                JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
                JOIN pg_proc AS p ON p.oid = t.tgfoid
                WHERE t.tgparentid = 0 AND t.tgname LIKE %s AND p.pronamespace = (
                    SELECT relnamespace FROM pg_class WHERE oid = to_regclass('syncapi_change')
                )
                """,
                [pattern],
            )
        return [(int(match[1]), name, table) for name, table in cursor.fetchall() if (match := _NUMBER.match(name))]


def _functions_there(number: int) -> list[str]:
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE %s AND prorettype = 'trigger'::regtype "
            "AND pronamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('syncapi_change'))",
            [f"{PREFIX}{number}\\_%"],
        )
        return [function for (function,) in cursor.fetchall()]
