"""The version of each row of a queryset, out of the tracking rows that belong to it (C1, decisions 0003 and 0029)."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

from syncapi.entities import LocalEntity
from syncapi.keys.raw import RawKey

_VERSION = (
    "coalesce((SELECT haversack_change.version FROM syncapi_change AS haversack_change WHERE haversack_change.source = "
    "(SELECT haversack_source.id FROM syncapi_source AS haversack_source WHERE haversack_source.name = {name}) "
    "AND haversack_change.key = {key}), 0)"
)

_PROVEN = (
    "coalesce((SELECT CASE WHEN haversack_change.position > haversack_source.barrier THEN 1 ELSE 0 END "
    "FROM syncapi_change AS haversack_change JOIN syncapi_source AS haversack_source "
    "ON haversack_source.id = haversack_change.source "
    "WHERE haversack_source.name = {name} AND haversack_change.key = {key}), 0)"
)


def row_version(entity: LocalEntity) -> Any:
    """An expression for querysets of `entity`: how often own attributes of a row changed, 0 where nobody saw it change.

    Inherited attributes are in the tables of the parents, each with a version of its own: their sum grows with each.
    """
    return reduce(add, (_OfTable(_VERSION, RawKey(F(path)), table) for path, table in _own_tables(entity)))


def row_proven(entity: LocalEntity) -> Any:
    """An expression for querysets of `entity`: 1 where equal versions of a row prove that nobody changed it, else 0.

    They do where the row was seen to change after its table's barrier: who knows that version knows the row since then.
    Before the barrier there was a time in which no trigger counted, as in a migration.
    """
    return reduce(mul, (_OfTable(_PROVEN, RawKey(F(path)), table) for path, table in _own_tables(entity)))


def _own_tables(entity: LocalEntity) -> list[tuple[str, str]]:
    """The tables that hold attributes of the entity's own rows, each with the path to its key."""
    meta = (entity.model._meta.concrete_model or entity.model)._meta
    found = {meta.db_table: "pk"}
    for column in entity.stored_columns:
        owner = column.field.model._meta.concrete_model
        if column.hops or owner is None or owner._meta.db_table in found:
            continue
        links = [step.join_field.name for step in meta.get_path_to_parent(owner)]
        found[owner._meta.db_table] = "__".join(links)
    return [(path, table) for table, path in found.items()]


class _OfTable(Func):
    """What is tracked of the row of a table with this raw key."""

    arity = 1

    def __init__(self, sql: str, key: RawKey, table: str) -> None:
        super().__init__(key, output_field=models.BigIntegerField())
        self.sql = sql
        self.table = table

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **context: Any) -> Any:
        (key,) = self.get_source_expressions()
        sql, parameters = compiler.compile(key)
        if connection.vendor == "postgresql":
            sql = f'({sql}) COLLATE "C"'
        name = "'" + self.table.replace("'", "''").replace("%", "%%") + "'"
        return self.sql.format(name=name, key=sql), parameters
