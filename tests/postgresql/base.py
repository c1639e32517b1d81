"""Django's own backend, but that tests which commit tidy up by DELETE: TRUNCATE makes every file of every table anew,
which on some sixty tables takes a second, and hundreds of tests commit. The `flush` command itself truncates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.color import Style
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(
        self, style: Style, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
    ) -> list[str]:
        if reset_sequences or not tables:
            return super().sql_flush(style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        deletions = " ".join(f"DELETE FROM {self.quote_name(table)};" for table in tables)
        return [f"DO $tidy$ BEGIN SET CONSTRAINTS ALL DEFERRED; {deletions} END $tidy$"]


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class: Any = DatabaseOperations
