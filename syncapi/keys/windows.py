"""Looking a bounded number of rows around a key for others that are in scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, OuterRef
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from syncapi.keys.fields import TEXTS, Field, column_type
from syncapi.keys.lookup import raw_key_rows
from syncapi.keys.raw import Rows, Sql, filterable, raw_text, with_raw_key
from syncapi.values import value_field

Pair = tuple[Any, Any]

_PATTERN_INDEX = """
SELECT EXISTS (
    SELECT FROM pg_index
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    JOIN pg_opclass ON pg_opclass.oid = indclass[0]
    JOIN pg_am ON pg_am.oid = opcmethod
    WHERE indrelid = %s::regclass AND attname = %s AND indisvalid AND indpred IS NULL
    AND amname = 'btree' AND opcname IN ('text_pattern_ops', 'varchar_pattern_ops')
)
"""


@dataclass(frozen=True)
class _Direction:
    operator: str
    ordering: str


_BY_INDEX = (_Direction("<", "DESC"), _Direction(">", "ASC"))
_BY_PATTERN_INDEX = (_Direction("~<~", "USING ~>~"), _Direction("~>~", "USING ~<~"))  # by bytes, whatever the language


class Windows:
    """Windows over the table of `queryset`, in key order, in which the queryset's own conditions are checked.

    Left to itself, a database may go through any number of rows outside the scope to find the next one inside.
    """

    def __init__(self, queryset: Rows, directions: Sequence[_Direction]) -> None:
        if queryset.query.group_by is not None:
            # What belongs to a group is known of tables only, not of a part of one.
            base: Rows = models.QuerySet(queryset.model, using=queryset.db)
            queryset = base.filter(Exists(queryset.filter(pk=OuterRef("pk"))))
        self._queryset = with_raw_key(queryset).order_by().values_list("_raw_key")
        self._directions = directions

    def around(self, keys: Sequence[Any], steps: int) -> dict[Any, Pair]:
        """The neighbours before and after each of `keys`, None where the table ends.

        Keys whose neighbours are more than `steps` rows of the table away on one side are left out.
        """
        before, after = (self._nearest(direction, steps) for direction in self._directions)
        found = {
            key: (first, last)
            for key, first, last in self._select(f"({before[0]}), ({after[0]})", [*before[1], *after[1]], keys)
        }
        for side, direction in enumerate(self._directions):
            unknown = [key for key, pair in found.items() if pair[side] is None]
            if unknown:
                beyond = f"({self._rows(direction, '1', 1, steps - 1)}) IS NOT NULL"
                for key, is_beyond in self._select(beyond, [], unknown):
                    if is_beyond:
                        del found[key]
        return found

    def _select(self, columns: str, parameters: Sequence[Any], keys: Sequence[Any]) -> list[Any]:
        connection = connections[self._queryset.db]
        table, table_parameters = raw_key_rows(connection, self._key, keys)
        key = "raw.key"
        if connection.vendor == "postgresql":
            key = raw_text(key, column_type(self._key, connection))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key}, {columns} FROM {table}", [*parameters, *table_parameters])  # noqa: S608
            rows: list[Any] = cursor.fetchall()
            return rows

    def _nearest(self, direction: _Direction, steps: int) -> Sql:
        """The first row that is in scope, among so many rows of the table."""
        queryset = self._queryset.all()
        query = queryset.query
        alias = query.get_initial_alias()
        window = _Window(self._queryset.model._meta.db_table, alias)
        window.sql = self._rows(direction, "*", steps)
        query.alias_map[alias] = window
        sql, parameters = query.get_compiler(using=queryset.db).as_sql()
        return f"{sql} ORDER BY {self._quoted(alias, self._column)} {direction.ordering} LIMIT 1", parameters

    def _rows(self, direction: _Direction, columns: str, limit: int, offset: int = 0) -> str:
        table, key = self._quoted(self._queryset.model._meta.db_table), self._quoted(self._column)
        return (
            f"SELECT {columns} FROM {table} WHERE {table}.{key} {direction.operator} raw.key "  # noqa: S608
            f"ORDER BY {table}.{key} {direction.ordering} LIMIT {limit} OFFSET {offset}"
        )

    def _quoted(self, *names: str) -> str:
        return ".".join(map(connections[self._queryset.db].ops.quote_name, names))

    @property
    def _column(self) -> str:
        return str(self._key.column)

    @property
    def _key(self) -> Field:
        field: Field = self._queryset.model._meta.pk
        return field


class _Window(BaseTable):
    """The rows that `sql` selects, in place of the table they are of."""

    table_alias: str
    sql = ""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return f"({self.sql}) {compiler.quote_name_unless_alias(self.table_alias)}", []


def windows(queryset: Rows) -> Windows | None:
    """None where no index has the common order of keys, or conditions can be checked on the whole table only."""
    connection = connections[queryset.db]
    key = queryset.model._meta.pk
    if filterable(queryset) is not queryset:
        return None
    field = value_field(key)
    if not isinstance(field, TEXTS):
        return Windows(queryset, _BY_INDEX)
    if connection.vendor == "sqlite":
        return None if field.db_collation else Windows(queryset, _BY_INDEX)
    with connection.cursor() as cursor:
        cursor.execute(_PATTERN_INDEX, [connection.ops.quote_name(queryset.model._meta.db_table), key.column])
        return Windows(queryset, _BY_PATTERN_INDEX) if cursor.fetchone()[0] else None
