"""A hash of the rows that a queryset asks for, the same in every process."""

from __future__ import annotations

import copy
import datetime
import decimal
import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.lookups import In
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

_PLAIN = (
    bool, int, float, str, decimal.Decimal, uuid.UUID,
    datetime.date, datetime.time, datetime.timedelta, type(None),
)  # fmt: skip


class Unhashable(Exception):
    """A parameter whose text is another in each process."""


def query_hash(queryset: QuerySet[Any, Any]) -> str:
    """SHA-256 of the SQL and its parameters, shortened to 32 digits. What is selected and the order are left out.

    :raises Unhashable:
    """
    sql, parameters = _compiled(queryset)
    text = f"{sql}\n{_texts(parameters)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def statement(queryset: QuerySet[Any, Any]) -> str:
    """The SQL of the rows that a queryset asks for, without its parameters."""
    return _compiled(queryset)[0]


def _compiled(queryset: QuerySet[Any, Any]) -> tuple[str, Iterable[Any]]:
    query = in_stable_order(queryset.order_by().values("pk").query)
    try:
        sql, parameters = query.get_compiler(using=queryset.db).as_sql()
    except EmptyResultSet:
        return "", ()
    return sql, parameters


def in_stable_order(query: Query) -> Query:
    """A query like `query`, in which the values of `IN (…)` are sorted. A set has another order in each process."""
    where = _sorted(query.where)
    annotations = {name: _sorted(one) for name, one in query.annotations.items()}
    joins = {alias: _sorted_join(join) for alias, join in query.alias_map.items()}
    combined = tuple(in_stable_order(part) for part in query.combined_queries)
    same = (
        where is query.where
        and all(one is query.annotations[name] for name, one in annotations.items())
        and all(join is query.alias_map[alias] for alias, join in joins.items())
        and all(new is old for new, old in zip(combined, query.combined_queries, strict=True))
    )
    if same:
        return query
    clone = query.clone()
    clone.where, clone.alias_map, clone.combined_queries = where, joins, combined
    clone.annotations = annotations
    return clone


def _sorted_join(join: Any) -> Any:
    relation = join.filtered_relation
    condition = _sorted(relation.resolved_condition) if relation is not None else None
    if relation is None or condition is relation.resolved_condition:
        return join
    new = join.relabeled_clone({})
    new.filtered_relation = relation.clone()
    new.filtered_relation.resolved_condition = condition
    return new


def _sorted(one: Any) -> Any:
    """The expression itself when there is nothing to sort in it, else a copy."""
    if isinstance(one, Query):
        return in_stable_order(one)
    if isinstance(one, In) and one.rhs_is_direct_value() and not isinstance(one.rhs, str | bytes):
        one = copy.copy(one)
        one.rhs = _in_order(one.rhs)
    if not hasattr(one, "get_source_expressions"):
        return one
    sources = one.get_source_expressions()
    new = [_sorted(source) for source in sources]
    if all(a is b for a, b in zip(new, sources, strict=True)):
        return one
    if isinstance(one, WhereNode):
        clone = one.create(new, one.connector, one.negated)
        clone.resolved = one.resolved
        return clone
    one = copy.copy(one)
    one.set_source_expressions(new)
    return one


def _in_order(values: Iterable[Any]) -> list[Any]:
    values = list(values)
    if any(hasattr(value, "as_sql") for value in values):
        return values
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, _text(value)))


def _texts(parameters: Iterable[Any]) -> str:
    return "[" + ",".join(_text(parameter) for parameter in parameters) + "]"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str.__repr__(value)  # also of members of an enumeration
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"b{bytes(value).hex()}"
    if isinstance(value, list | tuple):
        return _texts(value)
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(map(_text, value)))}}}"
    if isinstance(value, dict):
        return f"{{{','.join(sorted(f'{_text(key)}:{_text(item)}' for key, item in value.items()))}}}"
    if hasattr(value, "obj"):  # the driver's wrapper of JSON, whose own text is cut
        return f"{type(value).__name__}({_text(value.obj)})"
    text = repr(value)
    if " at 0x" in text:
        raise Unhashable(text)
    return text
