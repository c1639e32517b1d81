"""The tracker's own tables (decision 0012): made by SQL of their own, because as models they would be flushed."""

from __future__ import annotations

from django.db import connection

from syncapi.tracking.identity import IDENTITY
from syncapi.tracking.templates import script

NAMES = {
    "sqlite": (
        *("syncapi_source", "syncapi_change", "syncapi_history", "syncapi_need", "syncapi_clock"),
        "syncapi_displaced",
    ),
    "postgresql": ("syncapi_source", "syncapi_change", "syncapi_history", "syncapi_need", "syncapi_clock"),
}

CHANGE = {"source", "key", "position", "moved", "felt", "version", "deleted"}
"""Columns of `syncapi_change`, as the newest triggers fill them."""


def missing() -> list[str]:
    """Tables that are not there. One query."""
    wanted = NAMES[connection.vendor]
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ({places})", wanted)  # noqa: S608
        else:
            cursor.execute(
                f"SELECT name FROM (SELECT unnest(ARRAY[{places}]) AS name) AS wanted "  # noqa: S608
                "WHERE to_regclass(name) IS NOT NULL",
                wanted,
            )
        found = {name for (name,) in cursor.fetchall()}
    return [name for name in wanted if name not in found]


def clock_is_there() -> bool:
    """Whether the row that positions, or on PostgreSQL the identity, come from is there. The tables must be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM syncapi_clock")
        return bool(cursor.fetchone()[0] == 1)


def of_another_version() -> bool:
    """Whether the tables have other columns than the triggers of today need. The tables must be."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, "syncapi_change")
    return {column.name for column in found} != CHANGE


def create() -> None:
    """Makes what is missing, and all anew when it is of another version: devices compare once then. Inside a
    transaction.

    What was tracked without a clock has no place in time: then every source gets a new barrier.
    """
    if not missing() and of_another_version():
        with connection.cursor() as cursor:
            for name in NAMES[connection.vendor]:
                cursor.execute(f"DROP TABLE {name}")
    begun = not missing()
    kept_time = begun and clock_is_there()
    with connection.cursor() as cursor:
        for statement in script(connection.vendor, "tables_v1"):
            cursor.execute(statement)
        if connection.vendor == "postgresql" and not kept_time:
            cursor.execute("DELETE FROM syncapi_history")
            cursor.execute("DELETE FROM syncapi_clock")
            cursor.execute(f"INSERT INTO syncapi_clock (identity) VALUES ({IDENTITY})")  # noqa: S608
        if not kept_time:
            cursor.execute("UPDATE syncapi_source SET barrier = %s", [barrier()])


def barrier() -> str | int:
    """A position that no cursor handed out so far has seen."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_current_xact_id()::text")
        else:
            cursor.execute("UPDATE syncapi_clock SET position = position + 1 WHERE id = 1")
            cursor.execute("SELECT position FROM syncapi_clock")
        position: str | int = cursor.fetchone()[0]
    return position
