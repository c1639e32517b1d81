"""Reading what the triggers noted: which rows of a source changed after a moment (T1, T2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from syncapi.tracking.moments import Moment

# On PostgreSQL what came after a snapshot is what it could not see, wherever its number lies; the first condition
# alone is what the index can find. A position that no transaction has had yet was left by another database, when its
# row was locked while this one took over; only an own transaction may be that new. On SQLite, with one
# writer, numbers are in the order of commits.
_SINCE = {
    "sqlite": "{column} > %s",
    "postgresql": (
        "{column} >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot({column}, %s::pg_snapshot) "
        "AND ({column} < pg_snapshot_xmax(pg_current_snapshot()) OR {column} = pg_current_xact_id_if_assigned())"
    ),
}


@dataclass(frozen=True)
class Change:
    """`key`: as the database has it. `moved`: the row may have left a scope. `felt`: something changed that may
    matter to rows that point at it (decision 0012)."""

    key: Any
    moved: bool
    felt: bool


def changes(source: int, since: Moment, limit: int) -> list[Change]:
    """Rows of `source` that changed after `since`, each once, deleted ones too; at most `limit`."""
    condition, parameters = _since("position", since)
    moved, moved_parameters = _since("moved", since)
    felt, felt_parameters = _since("felt", since)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, ({moved}), ({felt}) FROM syncapi_change "  # noqa: S608
            f"WHERE source = %s AND {condition} LIMIT %s",
            [*moved_parameters, *felt_parameters, source, *parameters, limit],
        )
        return [Change(key, bool(moved), bool(moved or felt)) for key, moved, felt in cursor.fetchall()]


# On PostgreSQL a note says `length:key`, and then what tells it from others of the record.
_RECORD = {
    "sqlite": "key",
    "postgresql": "substr(key, strpos(key, ':') + 1, split_part(key, ':', 1)::integer)",
}


def linked(source: int, since: Moment, limit: int) -> list[Change]:
    """Records tied to others than before `since`, each once, by a source that is a link; at most `limit`."""
    condition, parameters = _since("position", since)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {_RECORD[connection.vendor]} FROM syncapi_change "  # noqa: S608
            f"WHERE source = %s AND {condition} LIMIT %s",
            [source, *parameters, limit],
        )
        return [Change(key, moved=False, felt=True) for (key,) in cursor.fetchall()]


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
