"""Backups, and putting one back: as a file on SQLite; on PostgreSQL the contents of all tables, the tracker's too."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from django.db import connection, transaction

from tests.tracking.stateful.world import TABLES

_TRACKER = ("syncapi_source", "syncapi_change", "syncapi_history", "syncapi_need", "syncapi_clock")
_SNAPSHOTS = ("syncapi_snapshot", "syncapi_part")
_AHEAD = 1_000_000_000


class Backup:
    """The database as it is now."""

    def __init__(self) -> None:
        if connection.vendor == "sqlite":
            self._file = sqlite3.connect(":memory:")
            _file_of_connection().backup(self._file)
        else:
            with connection.cursor() as cursor:
                self._rows = {table: _rows(cursor, table) for table in (*TABLES, *_TRACKER, *_SNAPSHOTS, "auth_user")}

    def restore(self, elsewhere: bool) -> None:
        """:param elsewhere: as a dump of another server would be; on SQLite there is no difference."""
        if connection.vendor == "sqlite":
            self._file.backup(_file_of_connection())
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            for table in reversed(TABLES):
                _fill(cursor, table, self._rows[table])
            columns, people = self._rows["auth_user"]
            for person in people:
                at = dict(zip(columns, person, strict=True))
                cursor.execute("UPDATE auth_user SET is_staff = %s WHERE id = %s", [at["is_staff"], at["id"]])
            for table in (*_SNAPSHOTS, *_TRACKER):  # after all that triggers noted
                cursor.execute(f"DELETE FROM {table}")
                _fill(cursor, table, self._rows[table])
            if elsewhere:
                _as_of_another_server(cursor)


def _file_of_connection() -> Any:
    connection.ensure_connection()
    return connection.connection


def _as_of_another_server(cursor: Any) -> None:
    """One whose transactions have far higher numbers."""
    cursor.execute("UPDATE syncapi_clock SET identity = 'another server'")
    for table, column in (("change", "position"), ("change", "moved"), ("source", "barrier")):
        higher = f"({column}::text::bigint + {_AHEAD})::text::xid8"
        cursor.execute(f"UPDATE syncapi_{table} SET {column} = {higher} WHERE {column} <> '0'")
    cursor.execute("SELECT token, snapshot FROM syncapi_history")
    for token, snapshot in cursor.fetchall():
        higher = re.sub(r"\d+", lambda number: str(int(number[0]) + _AHEAD), snapshot)
        cursor.execute("UPDATE syncapi_history SET snapshot = %s WHERE token = %s", [higher, token])


def _rows(cursor: Any, table: str) -> tuple[list[str], list[Any]]:
    cursor.execute(
        "SELECT attname FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
    return columns, cursor.fetchall()


def _fill(cursor: Any, table: str, content: tuple[list[str], list[Any]]) -> None:
    columns, rows = content
    if rows:
        places = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
