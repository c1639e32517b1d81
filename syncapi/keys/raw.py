"""Reading raw keys."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

from syncapi.keys.fields import column_type

Rows = models.QuerySet[Any, Any]
Sql = tuple[str, Sequence[Any]]

CHUNK = 2000  # keys read at once


class RawKey(Func):
    """A column's raw key. On SQLite the sign keeps the driver from converting by declared type."""

    arity = 1
    template = "%(expressions)s"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=models.Field())  # a field without converters

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Sql:
        (column,) = self.get_source_expressions()
        sql, parameters = compiler.compile(column)
        return raw_text(sql, column_type(column.target, connection)), parameters


def raw_text(column: str, kind: str) -> str:
    """PostgreSQL: SQL for the raw key in `column`, whatever time zone and date style the session has.

    :param column: SQL without placeholders.
    :param kind: name of its type in the database.
    """
    kind = kind.partition("(")[0].strip().lower()
    # JSON knows only ISO dates. What else differs from plain text is the T, and the offset, which is known in UTC.
    if kind == "date":
        return f"to_json({column}) #>> '{{}}'"
    if kind in ("timestamp with time zone", "timestamptz"):
        iso = f"replace(to_json({column} AT TIME ZONE 'UTC') #>> '{{}}', 'T', ' ')"
        return f"CASE WHEN isfinite({column}) THEN {iso} || '+00' ELSE {column}::text END"
    if kind in ("timestamp without time zone", "timestamp"):
        return f"replace(to_json({column}) #>> '{{}}', 'T', ' ')"
    if kind == "bytea":
        return f"'\\x' || encode({column}, 'hex')"
    return f"({column})::text"


def with_raw_key(queryset: Rows) -> Rows:
    """`queryset` with `_raw_key`, the raw key of each row."""
    rows: Rows = queryset.annotate(_raw_key=RawKey(F("pk")))
    return rows


def filterable(queryset: Rows) -> Rows:
    """`queryset` in a form in which further conditions cannot change what its own conditions find."""
    query = queryset.query
    if query.where.contains_over_clause or query.is_sliced or query.combinator or query.distinct_fields:
        base: Rows = models.QuerySet(queryset.model, using=queryset.db)
        return base.filter(pk__in=queryset.values("pk"))
    return queryset


def members_hash(queryset: Rows) -> str:
    """SHA-256 over the raw keys of `queryset`, each once, in hexadecimal digits. Streams them in the index's order."""
    digest = hashlib.sha256()
    last = None
    keys = with_raw_key(filterable(queryset)).order_by(F("pk").asc()).values_list("_raw_key", flat=True)
    for key in keys.iterator(chunk_size=CHUNK):
        if key != last:
            digest.update(repr(key).encode() + b"\n")
            last = key
    return digest.hexdigest()
