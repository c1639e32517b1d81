"""What a change wrote beside its own record: seen in the statements, whatever code of a project's own sent them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from syncapi.entities import LocalEntity

UNKNOWN = ""
"""In the place of a table: a statement that is not understood."""

_QUIET = {"SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "PRAGMA"}
_WRITE = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"([^"]+)"', re.IGNORECASE)
_BY_KEY = re.compile(r'WHERE \(?"([^"]+)"\."([^"]+)" (?:=|IN) (\(?%s(?:, %s)*\)?)\)?\s*$')


@dataclass(frozen=True)
class _Write:
    table: str
    inserts: bool
    keys: tuple[Any, ...] | None = None  # of the rows that it changes, as the database takes them


class Writes:
    """Collects, while it watches, what was written. Statements that changed no row do not count."""

    def __init__(self, entity: LocalEntity) -> None:
        model: Any = entity.model._meta.concrete_model
        self._field = model._meta.pk
        # Inherited attributes are in the tables of the parents, under the same key.
        self._keys = {one._meta.db_table: one._meta.pk.column for one in (model, *model._meta.all_parents)}
        # What many-to-many attributes hold is read each time it is asked for.
        self._unkept = {field.remote_field.through._meta.db_table for field in model._meta.many_to_many}
        self._seen: list[_Write] = []

    @contextmanager
    def watch(self) -> Iterator[None]:
        with connection.execute_wrapper(self._look):
            yield

    @property
    def any(self) -> bool:
        return bool(self._seen)

    def undone(self) -> None:
        """All that was seen is no longer so."""
        self._seen.clear()

    def elsewhere(self, *keys: Any) -> set[str]:
        """The tables in which other rows were written than those of the records with these keys."""
        own = [self._field.get_db_prep_value(key, connection) for key in keys]
        made: set[str] = set()
        found: set[str] = set()
        for write in self._seen:
            if write.table in self._unkept:
                continue
            if write.inserts and write.table in self._keys and write.table not in made:
                made.add(write.table)
            elif write.inserts or write.keys is None or any(key not in own for key in write.keys):
                found.add(write.table)
        return found

    def _look(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        kind = sql.split(maxsplit=1)[0].upper() if sql.strip() else ""
        if kind not in _QUIET and context["cursor"].rowcount != 0:
            self._seen.append(self._write(sql, params, many))
        return result

    def _write(self, sql: str, params: Any, many: bool) -> _Write:
        found = _WRITE.match(sql)
        if found is None:
            return _Write(UNKNOWN, inserts=False)
        table, inserts = found[2], found[1].upper() == "INSERT INTO"
        by_key = _BY_KEY.search(sql)
        if many or inserts or by_key is None or not params:
            return _Write(table, inserts=inserts and not many)
        named = by_key[1] == table and by_key[2] == self._keys.get(table)
        return _Write(table, inserts=False, keys=tuple(params)[-by_key[3].count("%s") :] if named else None)
