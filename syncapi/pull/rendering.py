"""Rows of a queryset as they travel, and segments of them in the spool."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models.sql.datastructures import Join

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.rows import row_text
from syncapi.spool import Spool
from syncapi.wire import line

SEGMENT_ROWS = 1000

logger = logging.getLogger("haversack.pull")

Rendered = tuple[Any, bytes]  # (key on the wire, row text)


def rendered(entity: LocalEntity, queryset: models.QuerySet[Any]) -> Iterator[Rendered]:
    """The rows of an ordered queryset. One that joins may yield a row twice, side by side: it is carried once."""
    encoders = [column.type.encode for column in entity.columns]
    names = [column.name for column in entity.columns]
    values = _values(queryset, names)
    last = None
    for row in values.iterator(chunk_size=SEGMENT_ROWS):
        try:
            wire = [
                value if value is None or encode is None else encode(value)
                for value, encode in zip(row, encoders, strict=True)
            ]
            text = row_text(wire)
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            wire = _wire_of_odd_row(entity, row)
            text = row_text(wire)
        if wire[0] == last:
            continue
        last = wire[0]
        yield wire[0], text


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
    segment: list[Rendered] = []
    for row in rows:
        segment.append(row)
        if len(segment) == SEGMENT_ROWS:
            yield segment
            segment = []
    if segment:
        yield segment


def write_segment(segment: Sequence[Rendered], number: int, spool: Spool, **bounds: Any) -> int:
    """Writes a segment with its rows, and returns their size in bytes. `bounds`: what else its message says."""
    size = sum(len(text) + 1 for _, text in segment)
    spool.write(
        line(
            {
                "type": "segment",
                "number": number,
                "rows": len(segment),
                "bytes": size,
                "first": segment[0][0] if segment else None,
                "last": segment[-1][0] if segment else None,
                **bounds,
            }
        )
    )
    spool.write(b"".join(text + b"\n" for _, text in segment))
    return size


def _wire_of_odd_row(entity: LocalEntity, row: Sequence[Any]) -> list[Any]:
    """A row with a value that its field should not hold, as SQLite allows: the value travels as text.

    One such row must not keep everybody from syncing; the log says which it is.
    """
    return [_wire_of(entity, row[0], column, value) for column, value in zip(entity.columns, row, strict=True)]


def _wire_of(entity: LocalEntity, key: Any, column: Attribute, value: Any) -> Any:
    try:
        wire = value if value is None or column.type.encode is None else column.type.encode(value)
        if not isinstance(wire, bytes):
            return wire
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        wire = value
    logger.warning("%s %r: %s is %r, which is no %s", entity, key, column.name, value, column.type.name)
    return wire.decode(errors="backslashreplace") if isinstance(wire, bytes) else str(wire)
