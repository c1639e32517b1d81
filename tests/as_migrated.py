"""The database as `migrate` made it, for each test that commits on SQLite.

Django's own way is to empty every table and then to tell every app that it was migrated: content types, permissions,
schedules and triggers are made from scratch, which takes longer than most tests. Here all pages of the file are put
back, and so is what the command `flush` leaves alone: the tracker's tables, and triggers that a test changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection


@contextmanager
def as_migrated() -> Iterator[Callable[[], None]]:
    """Keeps, in memory, what is in the database now, and gives what puts it back.

    No transaction may be open when that is called.
    """

    def restore() -> None:
        connection.ensure_connection()
        copy.backup(connection.connection)
        ContentType.objects.clear_cache()

    with closing(sqlite3.connect(":memory:")) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
        yield restore
