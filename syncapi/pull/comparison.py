"""Comparing what a device has with the rows of a scope, range by range (P2, P5, T5; decision 0013)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django.db import models

from syncapi.entities import LocalEntity
from syncapi.errors import InvalidRequest
from syncapi.keys import in_key_order, is_ordered, wire_order
from syncapi.pull.inline import Written
from syncapi.pull.python_rows import Rendered
from syncapi.pull.ranges import Range
from syncapi.pull.rendering import SEGMENT_ROWS, rendered, write_segment
from syncapi.rows import FINGERPRINT_MODULUS, RowSet
from syncapi.spool import Spool

COMPARED_ROWS = 5000  # of one range, which are held in memory until it ends; a longer one is sent


def compare(
    entity: LocalEntity, queryset: models.QuerySet[Any], ranges: Sequence[Range], spool: Spool
) -> Written | None:
    """Writes the ranges that differ, whole. Memory holds one range.

    Keys without a common order are compared as one range; None when that differs, and all is to be sent.

    :raises InvalidRequest: the ranges are not of this entity's keys, or not in their order.
    """
    if not is_ordered(entity):
        return _compare_whole(entity, queryset, ranges)
    order = wire_order(entity)
    bounds = _bounds(entity, order, ranges)
    comparison = _Comparison(ranges, bounds, spool)
    for row in rendered(entity, in_key_order(queryset, entity)):
        comparison.add(row, order(row[0]))
    return comparison.finish()


def _bounds(entity: LocalEntity, order: Callable[[Any], Any], ranges: Sequence[Range]) -> list[Any]:
    """Where each range ends, in the entity's order; None for the last."""
    if not ranges or ranges[-1].last is not None:
        raise _wrong(entity, "The final range ends with null.")
    try:
        bounds = [order(one.last) for one in ranges[:-1]]
        rising = all(a < b for a, b in pairwise(bounds))
    except (TypeError, ValueError, ArithmeticError):
        raise _wrong(entity, "These are no keys of this entity.") from None
    if not rising or any(one.last is None for one in ranges[:-1]):
        raise _wrong(entity, "Ranges come in key order.")
    return [*bounds, None]


def _wrong(entity: LocalEntity, reason: str) -> InvalidRequest:
    return InvalidRequest(fields={"ranges": [f"{entity.name}: {reason}"]})


class _Comparison:
    """Takes the rows one after the other, and writes what the device lacks as soon as that is certain."""

    def __init__(self, ranges: Sequence[Range], bounds: Sequence[Any], spool: Spool) -> None:
        self._ranges = ranges
        self._bounds = bounds
        self._spool = spool
        self._content = RowSet()
        self._rows = self._bytes = self._segments = 0
        self._at = 0
        self._after: Any = None  # the key up to which everything is told or equal
        self._held: list[Rendered] = []
        self._count = self._sum = 0  # of the range so far
        self._differs = False

    def add(self, row: Rendered, place: Any) -> None:
        while (bound := self._bounds[self._at]) is not None and place > bound:
            self._close()
        fingerprint = self._content.add(row[1])
        self._held.append(row)
        self._count += 1
        self._sum = (self._sum + fingerprint) % FINGERPRINT_MODULUS
        if self._count > min(self._ranges[self._at].rows, COMPARED_ROWS):
            self._differs = True
        if self._differs and len(self._held) > SEGMENT_ROWS:
            self._write(self._held[:SEGMENT_ROWS], self._held[SEGMENT_ROWS - 1][0])
            self._held = self._held[SEGMENT_ROWS:]

    def finish(self) -> Written:
        while self._at < len(self._ranges):
            self._close()
        return Written(self._content, self._rows, self._bytes, self._segments)

    def _close(self) -> None:
        """The range ends."""
        told = self._ranges[self._at]
        if self._differs or (self._count, self._sum) != (told.rows, told.fingerprint):
            while len(self._held) > SEGMENT_ROWS:
                self._write(self._held[:SEGMENT_ROWS], self._held[SEGMENT_ROWS - 1][0])
                self._held = self._held[SEGMENT_ROWS:]
            self._write(self._held, told.last)
        self._after = told.last
        self._held = []
        self._count = self._sum = 0
        self._differs = False
        self._at += 1

    def _write(self, rows: Sequence[Rendered], until: Any) -> None:
        self._bytes += write_segment(rows, self._segments, self._spool, after=self._after, until=until)
        self._rows += len(rows)
        self._segments += 1
        self._after = until


def _compare_whole(entity: LocalEntity, queryset: models.QuerySet[Any], ranges: Sequence[Range]) -> Written | None:
    content = RowSet()
    for _, text in rendered(entity, in_key_order(queryset, entity)):
        content.add(text)
    rows = sum(one.rows for one in ranges)
    fingerprint = sum(one.fingerprint for one in ranges) % FINGERPRINT_MODULUS
    equal = (rows, fingerprint) == (content.rows, content.fingerprint)
    return Written(content, 0, 0, 0) if equal else None
