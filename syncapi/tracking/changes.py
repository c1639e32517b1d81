"""Reading what the triggers noted: which rows of a source changed after a moment (T1, T2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from syncapi.tracking.moments import Moment

# On PostgreSQL what came after a snapshot is what it could not see, wherever its number lies; the first condition
# alone is what the index can find. On SQLite, with one writer, numbers are in the order of commits.
_SINCE = {
    "sqlite": "{column} > %s",
    "postgresql": (
        "{column} >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot({column}, %s::pg_snapshot)"
    ),
}


@dataclass(frozen=True)
class Change:
    """`key`: as the database has it. `moved`: the row may have left a scope (decision 0012)."""

    key: Any
    moved: bool


def changes(source: int, since: Moment, limit: int) -> list[Change]:
    """Rows of `source` that changed after `since`, each once, deleted ones too; at most `limit`."""
    condition, parameters = _since("position", since)
    moved, moved_parameters = _since("moved", since)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, ({moved}) FROM syncapi_change WHERE source = %s AND {condition} LIMIT %s",  # noqa: S608
            [*moved_parameters, source, *parameters, limit],
        )
        return [Change(key, bool(moved)) for key, moved in cursor.fetchall()]


def barriers_after(since: Moment) -> set[int]:
    """Sources of which not every change after `since` is known row by row."""
    condition, parameters = _since("barrier", since)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM syncapi_source WHERE {condition}", parameters)  # noqa: S608
        return {source for (source,) in cursor.fetchall()}


def _since(column: str, since: Moment) -> tuple[str, list[Any]]:
    condition = _SINCE[connection.vendor].format(column=column)
    if connection.vendor == "sqlite":
        return condition, [int(since.snapshot)]
    return condition, [since.snapshot, since.snapshot]
