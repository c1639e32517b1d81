"""One consistent view of the database for everything a sync reads."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection, connections, transaction
from django.db.utils import DEFAULT_DB_ALIAS


@contextmanager
def read_snapshot() -> Iterator[None]:
    """All queries inside see the database as it was at the first of them; writes by others go on meanwhile.

    PostgreSQL: REPEATABLE READ, READ ONLY. SQLite: a deferred transaction whatever the project's `transaction_mode`
    says, so that reading never waits for a writer. Inside a transaction that is already open, that one is used.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _sqlite_deferred():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _sqlite_deferred() -> Iterator[None]:
    wrapper: Any = connections[DEFAULT_DB_ALIAS]  # SQLite's wrapper has transaction_mode since Django 5.1
    wrapper.ensure_connection()
    configured = wrapper.transaction_mode
    with ExitStack() as stack:
        wrapper.transaction_mode = "DEFERRED"
        try:
            stack.enter_context(transaction.atomic())
        finally:
            wrapper.transaction_mode = configured
        yield
