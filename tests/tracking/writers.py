"""Transactions of other connections, which a test holds open, commits and takes back as it likes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


class Writer:
    """A connection of its own with one transaction."""

    def __init__(self) -> None:
        self.connection: Any = connection.copy()
        self.connection.set_autocommit(False)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def take_number(self) -> None:
        """Has PostgreSQL give the transaction its number, which it otherwise gets with its first write."""
        self.execute("SELECT pg_current_xact_id()")

    def commit(self) -> None:
        self.connection.commit()

    def rollback(self) -> None:
        self.connection.rollback()


@contextmanager
def writers(count: int) -> Iterator[list[Writer]]:
    """So many of them; whatever is still open in the end is taken back."""
    opened: list[Writer] = []
    try:
        opened += [Writer() for _ in range(count)]
        yield opened
    finally:
        for writer in opened:
            writer.rollback()
            writer.connection.close()
