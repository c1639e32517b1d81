"""Rows whose text Python makes: of entities that compute, with a column that no database renders, and odd ones."""

from __future__ import annotations

import decimal
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import DatabaseError, DataError, models
from django.db.models import F
from django.db.models.functions import Cast
from django.db.models.sql.datastructures import Join

from syncapi.attributes import VERSION, Attribute, through_fields
from syncapi.computed import Computing
from syncapi.entities import LocalEntity
from syncapi.keys import only_keys, with_raw_key
from syncapi.keys.fields import NUMBERS
from syncapi.keys.raw import RawKey
from syncapi.pull.many_text import target_name
from syncapi.rows import row_text
from syncapi.tracking.row_version import row_version
from syncapi.values import value_field

CHUNK = 1000

logger = logging.getLogger("haversack.pull")

Rendered = tuple[Any, bytes]  # (key on the wire, row text)


def by_python(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[tuple[Any, Rendered]]:
    """The rows with their raw keys. Reads them in one query, and the keys of each attribute with many values in one for
    every thousand of them. Where Django cannot read a value, its row is looked for among the rest (`_each`), since such
    a value keeps no other row from travelling."""
    done = 0
    try:
        for found in _read(entity, queryset):
            yield found
            done += 1
    except Exception as thrown:  # noqa: BLE001 (a field's own code may raise anything)
        _demand_unreadable(thrown)
    else:
        return
    rest = list(with_raw_key(queryset).values_list("_raw_key", flat=True))[done:]
    for start in range(0, len(rest), CHUNK):
        yield from _each(entity, queryset, rest[start : start + CHUNK])


def _demand_unreadable(thrown: Exception) -> None:
    """That a value made trouble, and not the database. Called while it is handled, which goes on otherwise."""
    if isinstance(thrown, DatabaseError) and not isinstance(thrown, DataError):
        raise thrown


def _each(entity: LocalEntity, queryset: models.QuerySet[Any], keys: Sequence[Any]) -> Iterator[tuple[Any, Rendered]]:
    """The rows with these raw keys, in their order: in halves, until those are alone that Django cannot read."""
    try:
        found = dict(_read(entity, only_keys(queryset, (), keys)))
    except Exception as thrown:  # noqa: BLE001 (a field's own code may raise anything)
        _demand_unreadable(thrown)
        if len(keys) == 1:
            yield keys[0], unreadable_row(entity, only_keys(queryset, (), keys))
        else:
            half = len(keys) // 2
            yield from _each(entity, queryset, keys[:half])
            yield from _each(entity, queryset, keys[half:])
        return
    for key in keys:
        if key in found:
            yield key, found[key]


def _read(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[tuple[Any, Rendered]]:
    computing = Computing(entity, queryset.db) if entity.computes else None
    versioned = VERSION in entity.row_columns
    many = [column for column in entity.stored_columns if column.many]
    expressions = {f"_own_key_{number}": RawKey(F(target_name(column))) for number, column in enumerate(many)}
    if versioned:
        expressions["_row_version"] = row_version(entity)
    names = ["_raw_key", *expressions, *(column.name for column in entity.stored_columns if not column.many)]
    rows = values_of(with_raw_key(queryset).annotate(**expressions), names).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        keys = [_keys_of(column, [row[1 + n] for row in chunk], queryset.db) for n, column in enumerate(many)]
        for raw_key, *values in chunk:
            arrays = [known.get(own, ()) for known, own in zip(keys, values, strict=False)]
            stored = _together(entity.stored_columns, values[len(expressions) :], arrays)
            yield raw_key, _made(entity, stored, computing, [values[len(many)]] if versioned else [])


def _made(entity: LocalEntity, stored: Sequence[Any], computing: Computing | None, version: list[Any]) -> Rendered:
    row = list(stored) if computing is None else computing.row(stored)
    return rendered_row(entity, [row[0], *version, *row[1:]])


def unreadable_row(entity: LocalEntity, row: models.QuerySet[Any]) -> Rendered:
    """A row that Django cannot read, attribute by attribute. What it cannot read travels as the database writes it: a
    decimal with as many digits as there are, anything else as text, or null where there is none.

    :param row: only this one.
    """
    stored = [
        _many_of(row, column) if column.many else _one_of(entity, row, column) for column in entity.stored_columns
    ]
    version = [_first(row.annotate(_row_version=row_version(entity)), "_row_version")]
    computing = Computing(entity, row.db) if entity.computes else None
    return _made(entity, stored, computing, version if VERSION in entity.row_columns else [])


def _first(row: models.QuerySet[Any], name: str) -> Any:
    return next(iter(values_of(row, [name])), (None,))[0]


def _many_of(row: models.QuerySet[Any], column: Attribute) -> Any:
    own = _first(row.annotate(_own_key=RawKey(F(target_name(column)))), "_own_key")
    return _keys_of(column, [own], row.db).get(own, ())


def _one_of(entity: LocalEntity, row: models.QuerySet[Any], column: Attribute) -> Any:
    try:
        return _first(row, column.name)
    except Exception as thrown:  # noqa: BLE001 (a field's own code may raise anything)
        _demand_unreadable(thrown)
        text = _as_text(row, column)
        key = _as_text(row, entity.columns[0])
        logger.warning("%s %r: %s is %r, which is no %s", entity, key, column.name, text, column.type.name)
    try:
        return decimal.Decimal(text) if column.type.name == "decimal" and text else text
    except decimal.InvalidOperation:
        return text


def _as_text(row: models.QuerySet[Any], column: Attribute) -> str | None:
    try:
        text: str | None = _first(row.annotate(_as_text=Cast(F(column.name), models.TextField())), "_as_text")
    except DatabaseError:  # bytes that are no text
        return None
    return text


def _together(columns: Sequence[Attribute], values: Sequence[Any], arrays: Sequence[Any]) -> list[Any]:
    """In the order of `columns`."""
    one, many = iter(values), iter(arrays)
    return [next(many if column.many else one) for column in columns]


def _keys_of(column: Attribute, own: Sequence[Any], database: str) -> dict[Any, list[Any]]:
    """By the raw key of the record, the keys that it is tied to."""
    record, target = through_fields(column.field)  # type: ignore[arg-type]
    links = only_keys(models.QuerySet(record.model, using=database), (record.name,), list(dict.fromkeys(own)))
    found: dict[Any, list[Any]] = {}
    ties = links.exclude(**{target.attname: None}).order_by().values_list(RawKey(F(record.name)), target.attname)
    for key, tied in ties:
        found.setdefault(key, []).append(tied)
    return found


def values_of(queryset: models.QuerySet[Any], names: Sequence[str]) -> models.QuerySet[Any, Any]:
    """The attributes of every row of `queryset`: a related row that is missing, though it must not, leaves None in its
    attributes. Django would leave the row itself out, and a device could not tell that from a row out of scope."""
    values = queryset.values_list(*names)
    for alias, join in values.query.alias_map.items():
        if alias not in queryset.query.alias_map and isinstance(join, Join):
            values.query.alias_map[alias] = join.promote()
    return values


def rendered_row(entity: LocalEntity, row: Sequence[Any]) -> Rendered:
    """:param row: values of `entity.row_columns`, of those with many values a list of keys."""
    try:
        wire = [_wire(column, value) for column, value in zip(entity.row_columns, row, strict=True)]
        return wire[0], row_text(wire)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        wire = _wire_of_odd_row(entity, row)
        return wire[0], row_text(wire)


def _wire(column: Attribute, value: Any) -> Any:
    encode = column.type.encode
    if column.many:
        return _in_order(column, [one if encode is None else encode(one) for one in value])
    return value if value is None or encode is None else encode(value)


def _in_order(column: Attribute, keys: list[Any]) -> list[Any]:
    """Each once: numbers by their value, all others by the code points of what is sent."""
    related: Any = column.related_model
    place: Any = int if isinstance(value_field(related._meta.pk), NUMBERS) else str
    return sorted(dict.fromkeys(keys), key=place)


def _wire_of_odd_row(entity: LocalEntity, row: Sequence[Any]) -> list[Any]:
    """A row with a value that its field should not hold, as SQLite allows: the value travels as text.

    One such row must not keep everybody from syncing; the log says which it is.
    """
    return [_wire_of(entity, row[0], column, value) for column, value in zip(entity.row_columns, row, strict=True)]


def _wire_of(entity: LocalEntity, key: Any, column: Attribute, value: Any) -> Any:
    if column.many:
        keys = [_wire_of(entity, key, replace(column, many=False), one) for one in value]
        return sorted(dict.fromkeys(keys), key=lambda one: (isinstance(one, str), one))
    try:
        wire = _wire(column, value)
        if not isinstance(wire, bytes):
            return wire
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        wire = value
    logger.warning("%s %r: %s is %r, which is no %s", entity, key, column.name, value, column.type.name)
    return wire.decode(errors="backslashreplace") if isinstance(wire, bytes) else str(wire)
