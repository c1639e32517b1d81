"""Writing what is nice to have: rather not at all than late."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

LOCK_WAIT = 100  # milliseconds for others' locks
STATEMENT = 2_000  # milliseconds for a statement, PostgreSQL


@contextmanager
def short_waits() -> Iterator[None]:
    """On SQLite nothing inside waits longer than `LOCK_WAIT` for a lock, whatever the project configured."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw: Any = connection.connection  # Django's own cursor would count these among the queries
    configured = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout = {LOCK_WAIT}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(configured)}")


@contextmanager
def brief_transaction() -> Iterator[None]:
    """A transaction that gives up soon. On SQLite use it inside `short_waits()`.

    :raises django.db.OperationalError: somebody else holds a lock for too long.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # both end with the transaction
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)",
                    [f"{LOCK_WAIT}ms", f"{STATEMENT}ms"],
                )
        yield
