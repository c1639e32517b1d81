"""Columns found late: a pull's queryset uses them, and no trigger watches them yet (decision 0012)."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger("haversack.tracking")
_warned: set[tuple[str, str]] = set()  # by this process: once is enough for a log


def note(needs: Collection[tuple[str, str]]) -> None:
    """Stores `(table, column)` pairs for the next installation, and says in the log how to be rid of them.

    Never fails: until they are watched, pulls compare the keys in scope instead.
    """
    new = sorted(set(needs) - _warned)
    if not new:
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO syncapi_need (name, column_name) VALUES (%s, %s) ON CONFLICT DO NOTHING", new
            )
    except DatabaseError:
        logger.exception("What tracking needs could not be noted: %s", new)
        return
    _warned.update(new)
    for table, column in new:
        logger.warning(
            "Rows of an offline app depend on %s.%s, which no trigger watches: pulls read all keys in scope. "
            "Name the field in depends_on of the entity, or just run: manage.py synctriggers install",
            table,
            column,
        )


def forget() -> None:
    """This process notes everything anew, for a database that was put in the place of another."""
    _warned.clear()
