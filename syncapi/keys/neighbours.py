"""Gaps: where rows are no more, told by the neighbours that remain (T5, decision 0013)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from syncapi.entities import LocalEntity
from syncapi.keys.fields import NUMBERS, TEXTS, Field, column_type
from syncapi.keys.lookup import only_keys, raw_key_rows
from syncapi.keys.order import key_field, place
from syncapi.keys.raw import CHUNK, Rows, Sql, filterable, raw_text, with_raw_key

MANY = 200  # keys; from here on one walk over the keys between costs less than looking for each one's neighbours

Gap = tuple[Any, Any]


def gaps(entity: LocalEntity, queryset: Rows, raw_keys: Sequence[Any]) -> list[Gap]:
    """Where the keys of `raw_keys` that are not in `queryset` would be: pairs of neighbours that are in it.

    Each pair is the keys before and after as they travel, None at the ends; each pair once, in key order. The entity's
    keys must be ordered (`is_ordered`).
    """
    keys = list(dict.fromkeys(raw_keys))
    if not keys:
        return []
    queryset = filterable(queryset).order_by()
    queryset.query.distinct = False
    search = _Search(entity, queryset)
    try:
        if len(keys) <= MANY and search.is_indexed:
            return search.around_each(keys)
        return list(search.walk(keys))
    except EmptyResultSet:
        return [(None, None)]


@dataclass(frozen=True)
class _Search:
    entity: LocalEntity
    queryset: Rows

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connections[self.queryset.db]

    @property
    def is_indexed(self) -> bool:
        """Whether the index of the primary key has the common order."""
        field = key_field(self.entity)
        if not isinstance(field, TEXTS):
            return True
        return self.connection.vendor == "sqlite" and not field.db_collation

    def around_each(self, keys: Sequence[Any]) -> list[Gap]:
        neighbours = self._neighbours(keys)
        ends = {key for pair in neighbours for key in pair if key is not None}
        found = with_raw_key(only_keys(self.queryset, (), list(ends))).values_list("_raw_key", "pk")
        wire = {raw: self._wire(value) for raw, value in found}
        in_order = sorted(neighbours, key=lambda pair: () if pair[0] is None else (self._rank(pair[0]),))
        return [(wire.get(before), wire.get(after)) for before, after in in_order]

    def _neighbours(self, keys: Sequence[Any]) -> set[Gap]:
        """Raw keys before and after each of `keys` that is not there, in one query."""
        at = place(self.entity, self.queryset)
        key = with_raw_key(self.queryset).values_list("_raw_key")
        before, before_parameters = self._compiled(key.filter(_Beside(at, "<")).order_by(at.desc())[:1])
        after, after_parameters = self._compiled(key.filter(_Beside(at, ">")).order_by(at.asc())[:1])
        there, there_parameters = self._compiled(key.filter(_Beside(at, "=")))
        table, table_parameters = raw_key_rows(self.connection, self._column, keys)
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT ({before}), ({after}) FROM {table} WHERE NOT EXISTS ({there})",  # noqa: S608
                [*before_parameters, *after_parameters, *table_parameters, *there_parameters],
            )
            return set(cursor.fetchall())

    def _compiled(self, queryset: Rows) -> Sql:
        sql: Sql = queryset.query.get_compiler(using=self.queryset.db).as_sql()
        return sql

    def walk(self, keys: Sequence[Any]) -> Iterator[Gap]:
        """One pass over the keys in scope, from the first of `keys` to the last."""
        wanted = self._sorted(keys)
        at = place(self.entity, self.queryset)
        rows = with_raw_key(self.queryset).order_by(at.asc())
        before = None
        if self.is_indexed:
            rows = rows.filter(_Beside(at, ">=", wanted[:1]))
            start = [raw for raw, _ in self._neighbours(wanted[:1]) if raw is not None]
            before = self._wire(only_keys(self.queryset, (), start).values_list("pk", flat=True)[0]) if start else None
        ranks = [self._rank(key) for key in wanted]
        next_wanted = 0
        for raw, value in rows.values_list("_raw_key", "pk").iterator(chunk_size=CHUNK):
            rank = self._rank(raw)
            first = next_wanted
            while next_wanted < len(ranks) and ranks[next_wanted] < rank:
                next_wanted += 1
            key = self._wire(value)
            if next_wanted > first:
                yield before, key
            before = key
            if next_wanted < len(ranks) and ranks[next_wanted] == rank:
                next_wanted += 1
            if next_wanted == len(ranks):
                return
        yield before, None

    def _sorted(self, keys: Sequence[Any]) -> list[Any]:
        if self.connection.vendor == "sqlite":
            return sorted(keys, key=self._rank)
        table, parameters = raw_key_rows(self.connection, self._column, keys)
        text = raw_text("raw.key", column_type(self._column, self.connection))  # as it is read, to be compared
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT {text} FROM {table}", parameters)  # noqa: S608
            return sorted((key for (key,) in cursor.fetchall()), key=self._rank)

    def _rank(self, raw: Any) -> Any:
        """Sorts raw keys as the database does. SQLite may hold numbers in any column, and texts among numbers."""
        if self.connection.vendor == "sqlite":
            return (not isinstance(raw, int | float), isinstance(raw, bytes), raw)
        return int(raw) if isinstance(key_field(self.entity), NUMBERS) else raw

    def _wire(self, value: Any) -> Any:
        encode = self.entity.columns[0].type.encode
        return value if encode is None else encode(value)

    @property
    def _column(self) -> Field:
        field: Field = self.queryset.model._meta.pk
        return field


class _Beside(Expression):
    """Compares a place in the key order with the one key in `keys`, or with `raw.key` of the query around it."""

    conditional = True

    def __init__(self, at: Any, operator: str, keys: Sequence[Any] | None = None) -> None:
        super().__init__(output_field=models.BooleanField())
        self.at = at
        self.operator = operator
        self.keys = keys

    def get_source_expressions(self) -> list[Any]:
        return [self.at]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.at,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        at, parameters = compiler.compile(self.at)
        if self.keys is None:
            beside = f"{at} {self.operator} raw.key"
            if connection.vendor == "sqlite" and self.operator != "=":
                # The first of them is all that is wanted. SQLite does not reckon with that, and would read related
                # tables whole, to know beforehand which rows a join will find.
                beside = f"likelihood({beside}, 0.000001)"
            return beside, parameters
        assert compiler.query.model is not None
        table, table_parameters = raw_key_rows(connection, compiler.query.model._meta.pk, self.keys)
        return f"{at} {self.operator} (SELECT key FROM {table})", [*parameters, *table_parameters]  # noqa: S608
