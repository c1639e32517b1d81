"""Rows of a queryset as they travel, and segments of them in the spool."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import models
from django.db.models.sql.datastructures import Join

from syncapi.attributes import VERSION, Attribute
from syncapi.computed import Computing
from syncapi.entities import LocalEntity
from syncapi.keys import only_keys, with_raw_key
from syncapi.keys.raw import RawKey
from syncapi.pull.database_text import database_text
from syncapi.rows import row_text
from syncapi.spool import Spool
from syncapi.tracking.row_version import row_version
from syncapi.wire import line

SEGMENT_ROWS = 1000

logger = logging.getLogger("haversack.pull")

Rendered = tuple[Any, bytes]  # (key on the wire, row text)

_first_value = json.JSONDecoder().raw_decode


def rendered(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[Rendered]:
    """The rows of an ordered queryset. One that joins may yield a row twice, side by side: it is carried once.

    The database makes their texts where it can (decision 0023), and Python the others.
    """
    last = None
    for key, text in _with_repetitions(entity, queryset):
        if key != last:
            last = key
            yield key, text


def _with_repetitions(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[Rendered]:
    if not entity.computes:
        values = _values(queryset, [column.name for column in entity.columns])
        columns = values.query.select
        text = database_text(entity, columns, values.db) if len(columns) == len(entity.columns) else None
        if text is not None:
            return _by_database(entity, queryset, values.values_list(RawKey(columns[0]), text))
    return (row for _, row in _by_python(entity, queryset))


def _by_database(
    entity: LocalEntity, queryset: models.QuerySet[Any], texts: models.QuerySet[Any, Any]
) -> Iterator[Rendered]:
    """:param texts: raw key and text of each row of `queryset`; the text is NULL where Python is to make it."""
    rows = texts.iterator(chunk_size=SEGMENT_ROWS)
    while piece := list(islice(rows, SEGMENT_ROWS)):
        odd_keys = [raw_key for raw_key, text in piece if text is None]
        odd = dict(_by_python(entity, only_keys(queryset, (), odd_keys))) if odd_keys else {}
        for raw_key, text in piece:
            if text is not None:
                yield _first_value(text, 1)[0], text.encode()
            elif raw_key in odd:  # outside a snapshot it may be gone by now
                yield odd[raw_key]


def _by_python(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[tuple[Any, Rendered]]:
    """The rows with their raw keys."""
    names = ["_raw_key", *(column.name for column in entity.stored_columns)]
    computing = Computing(entity, queryset.db) if entity.computes else None
    versioned = VERSION in entity.row_columns
    if versioned:
        queryset = queryset.annotate(_row_version=row_version(entity))
        names.append("_row_version")
    for raw_key, *values in _values(with_raw_key(queryset), names).iterator(chunk_size=SEGMENT_ROWS):
        version = [values.pop()] if versioned else []
        row = values if computing is None else computing.row(values)
        yield raw_key, _rendered_row(entity, [row[0], *version, *row[1:]])


def _rendered_row(entity: LocalEntity, row: Sequence[Any]) -> Rendered:
    try:
        wire = [
            value if value is None or column.type.encode is None else column.type.encode(value)
            for column, value in zip(entity.row_columns, row, strict=True)
        ]
        return wire[0], row_text(wire)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        wire = _wire_of_odd_row(entity, row)
        return wire[0], row_text(wire)


def _values(queryset: models.QuerySet[Any], names: Sequence[str]) -> models.QuerySet[Any, Any]:
    """The attributes of every row of `queryset`: a related row that is missing, though it must not, leaves None in its
    attributes. Django would leave the row itself out, and a device could not tell that from a row out of scope."""
    values = queryset.values_list(*names)
    for alias, join in values.query.alias_map.items():
        if alias not in queryset.query.alias_map and isinstance(join, Join):
            values.query.alias_map[alias] = join.promote()
    return values


def segments(rows: Iterator[Rendered]) -> Iterator[list[Rendered]]:
    """The rows in pieces of `SEGMENT_ROWS`."""
    while segment := list(islice(rows, SEGMENT_ROWS)):
        yield segment


def write_segment(segment: Sequence[Rendered], number: int, spool: Spool, **bounds: Any) -> int:
    """Writes a segment with its rows, and returns their size in bytes. `bounds`: what else its message says."""
    lines = b"".join([text + b"\n" for _, text in segment])
    spool.write(
        line(
            {
                "type": "segment",
                "number": number,
                "rows": len(segment),
                "bytes": len(lines),
                "first": segment[0][0] if segment else None,
                "last": segment[-1][0] if segment else None,
                **bounds,
            }
        )
    )
    spool.write(lines)
    return len(lines)


def _wire_of_odd_row(entity: LocalEntity, row: Sequence[Any]) -> list[Any]:
    """A row with a value that its field should not hold, as SQLite allows: the value travels as text.

    One such row must not keep everybody from syncing; the log says which it is.
    """
    return [_wire_of(entity, row[0], column, value) for column, value in zip(entity.row_columns, row, strict=True)]


def _wire_of(entity: LocalEntity, key: Any, column: Attribute, value: Any) -> Any:
    try:
        wire = value if value is None or column.type.encode is None else column.type.encode(value)
        if not isinstance(wire, bytes):
            return wire
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        wire = value
    logger.warning("%s %r: %s is %r, which is no %s", entity, key, column.name, value, column.type.name)
    return wire.decode(errors="backslashreplace") if isinstance(wire, bytes) else str(wire)
