"""Finding rows by raw keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import WhereNode

from syncapi.keys.fields import Field, cast_type, column_type, has_own_equality
from syncapi.keys.raw import Rows, Sql, filterable, raw_text


def only_keys(queryset: Rows, path: tuple[str, ...], raw_keys: Sequence[Any]) -> Rows:
    """The rows of `queryset` whose key is among `raw_keys`, or that reach a row with such a key along `path`.

    :param path: names of foreign keys from the model on, as in `Followed.path`; `()` is the row's own key.
    :param raw_keys: of the model at the end of the path. Rows need not exist: what pointed at a deleted row is found.
    """
    if not raw_keys:
        return queryset.none()
    queryset = filterable(queryset)
    if not path:
        return _starting_elsewhere(queryset).filter(KeyIn("pk", raw_keys))
    first, *rest = path
    field: Any = queryset.model._meta.get_field(first)
    if not rest and field.target_field.primary_key:
        return _starting_elsewhere(queryset).filter(KeyIn(first, raw_keys))
    # A subquery and no join: it asks nothing of the joins that are there, and the database may start from the keys.
    related: Rows = models.QuerySet(field.remote_field.model)
    reached: Any = models.Q(**{f"{first}__in": only_keys(related, tuple(rest), raw_keys)})
    if not rest and not (field.db_constraint and connections[queryset.db].vendor == "postgresql"):
        # A deleted row can no longer be asked for the value that pointed at it: whatever points nowhere is meant.
        # On SQLite a constraint does not rule that out: it binds only connections that ask for it.
        there = related.filter(**{field.target_field.name: models.OuterRef(field.attname)})
        reached |= models.Q(**{f"{first}__isnull": False}) & ~models.Exists(there)
    return queryset.filter(reached)


def _starting_elsewhere(queryset: Rows) -> Rows:
    """`queryset` whose own conditions no search starts from.

    Without ANALYZE, SQLite takes any index for one that finds ten rows, and would look at each row of a large scope
    to see whether it has one of a few keys.
    """
    if connections[queryset.db].vendor != "sqlite" or not queryset.query.where.children:
        return queryset
    queryset = queryset.all()
    queryset.query.where = WhereNode([_WithoutIndex([queryset.query.where])])
    return queryset


class _WithoutIndex(WhereNode):
    """Conditions that SQLite checks, and never looks for: the sign is what its documentation advises."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        sql, parameters = super().as_sql(compiler, connection)
        return f"+({sql})" if sql else sql, parameters


class KeyIn(Expression):
    """Whether a column has one of many raw keys: one parameter, however many, and the column's index serves."""

    conditional = True

    def __init__(self, column: str, raw_keys: Sequence[Any]) -> None:
        super().__init__(output_field=models.BooleanField())
        self.column: Any = F(column)
        self.raw_keys = raw_keys

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.column,) = exprs

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, parameters = compiler.compile(self.column)
        keys, key_parameters = raw_key_rows(connection, self.column.target, self.raw_keys)
        found = f"{column} IN (SELECT key FROM {keys})"  # noqa: S608
        if not has_own_equality(self.column.target):
            return found, [*parameters, *key_parameters]
        # The column's own collation finds the candidates, then they are told apart.
        exact = f"({found} AND {column} COLLATE BINARY IN (SELECT key FROM {keys}))"  # noqa: S608
        return exact, [*parameters, *key_parameters] * 2

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, parameters = compiler.compile(self.column)
        field = self.column.target
        keys = list(self.raw_keys)
        found = f"{column} = ANY(%s::text[]::{cast_type(field, connection)}[])"
        if not has_own_equality(field):
            return found, [*parameters, keys]
        text = raw_text(column, column_type(field, connection))
        return f'({found} AND ({text}) COLLATE "C" = ANY(%s::text[]))', [*parameters, keys] * 2

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        raise NotImplementedError(f"Keys cannot be looked up on {connection.vendor}.")


def raw_key_rows(connection: BaseDatabaseWrapper, field: Field, raw_keys: Sequence[Any]) -> Sql:
    """SQL for a table `raw` of one column `key` that holds `raw_keys` of `field`, with its parameters."""
    if connection.vendor == "postgresql":
        return f"unnest(%s::text[]::{cast_type(field, connection)}[]) AS raw(key)", [list(raw_keys)]
    if all(type(key) is int or (type(key) is str and "\0" not in key) for key in raw_keys):
        return "(SELECT value AS key FROM json_each(%s)) AS raw", [json.dumps(list(raw_keys), ensure_ascii=False)]
    # JSON has no bytes, and reads floats and NUL in its own way.
    connection.ensure_connection()
    connection.connection.create_function("haversack_raw_key", 1, _read, deterministic=True)
    return "(SELECT haversack_raw_key(value) AS key FROM json_each(%s)) AS raw", [json.dumps([*map(_write, raw_keys)])]


def _write(key: Any) -> str:
    if isinstance(key, bytes | memoryview):
        return "b" + bytes(key).hex()
    if isinstance(key, float):
        return "f" + key.hex()
    return f"i{key}" if isinstance(key, int) else "s" + key.encode().hex()


def _read(text: str) -> Any:
    kind, rest = text[0], text[1:]
    if kind == "b":
        return bytes.fromhex(rest)
    if kind == "f":
        return float.fromhex(rest)
    return int(rest) if kind == "i" else bytes.fromhex(rest).decode()
