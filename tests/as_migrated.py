"""The database as `migrate` made it, for each test that commits.

Django's own way is to empty every table and then to tell every app that it was migrated: content types, permissions,
schedules and triggers are made from scratch, which takes longer than most tests. Here rows and triggers are put back
as they were, and so is what the command `flush` leaves alone: the tracker's tables, and triggers that a test changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from syncapi.tracking import tables
from syncapi.tracking.install import install

# Rows of tables that are tracked move the tracker's own: those are put back last.
LAST = tables.NAMES["postgresql"]


@contextmanager
def as_migrated() -> Iterator[Callable[[], None]]:
    """Keeps what is in the database now, and gives what puts it back. No transaction may be open when that is called.

    On SQLite all pages of the file are kept, in memory.
    """
    if connection.vendor == "postgresql":
        yield _Postgresql().restore
        return

    def restore() -> None:
        connection.ensure_connection()
        copy.backup(connection.connection)
        ContentType.objects.clear_cache()

    with closing(sqlite3.connect(":memory:")) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
        yield restore


ENABLED = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}


class Trigger(NamedTuple):
    """A trigger of PostgreSQL with all that makes it."""

    name: str
    table: str
    oid: int  # of the table: another, if that was made anew
    statement: str
    enabled: str
    function: str  # with its signature
    function_statement: str


class _Postgresql:
    """Copies of the tables that have rows, in a schema of their own, and the statements that make the triggers.

    Sequences go on, and those of rows that are put back are never behind them: a test may have set them back.
    """

    def __init__(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA as_migrated")
            cursor.execute(
                "SELECT quote_ident(relname), relname FROM pg_class "
                "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
            )
            found = sorted(cursor.fetchall(), key=lambda names: names[1] in LAST)
            put_back = ["SET CONSTRAINTS ALL DEFERRED;"]
            put_back += [f"DELETE FROM {table};" for table, name in found if name not in LAST]
            for table, name in found:
                if name in LAST:
                    put_back.append(f"DELETE FROM {table};")
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
                if cursor.fetchone()[0]:
                    cursor.execute(f"CREATE TABLE as_migrated.{table} AS TABLE {table}")
                    put_back.append(f"INSERT INTO {table} SELECT * FROM as_migrated.{table};")
                    put_back += self._sequences_after(name)
            # One statement in the end: a hundred of them would be sent and answered one by one.
            self._rows = f"DO $rows$ BEGIN {' '.join(put_back)} END $rows$"
        self._triggers = self._triggers_now()

    @staticmethod
    def _sequences_after(name: str) -> list[str]:
        """Statements that move the sequences of a table to where they are now, if they are behind that."""
        statements = []
        with connection.cursor() as cursor:
            for sequence in connection.introspection.get_sequences(cursor, name):
                quoted = connection.ops.quote_name(sequence["name"])
                cursor.execute(f"SELECT last_value FROM {quoted}")
                (reached,) = cursor.fetchone()
                statements.append(f"PERFORM setval('{quoted}', greatest(last_value, {reached})) FROM {quoted};")
        return statements

    def restore(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self._rows)
            if differences := self._differences():
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while some are pending
                for statement in differences:
                    cursor.execute(statement)
        if differences and self._triggers_now() != self._triggers:
            install()  # a table was made anew, which the tracker knows by its OID
        ContentType.objects.clear_cache()

    def _differences(self) -> list[str]:
        """Statements that make the triggers what they were."""
        now = self._triggers_now()
        superfluous, missing = now - self._triggers, self._triggers - now
        functions = {one.function for one in superfluous} - {one.function for one in self._triggers}
        return [
            *(f"DROP TRIGGER {one.name} ON {one.table}" for one in superfluous),
            *(f"DROP FUNCTION {function}" for function in functions),
            *{one.function_statement for one in missing},
            *(one.statement for one in missing),
            *(f"ALTER TABLE {one.table} {ENABLED[one.enabled]} TRIGGER {one.name}" for one in missing),
        ]

    @staticmethod
    def _triggers_now() -> set[Trigger]:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT quote_ident(t.tgname), t.tgrelid::regclass::text, t.tgrelid::bigint, pg_get_triggerdef(t.oid),
                    t.tgenabled::text, t.tgfoid::regprocedure::text, pg_get_functiondef(t.tgfoid)
                FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relnamespace = current_schema()::regnamespace
                """
            )
            return {Trigger(*row) for row in cursor.fetchall()}
