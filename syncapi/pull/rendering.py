"""Rows of a queryset as they travel, and segments of them in the spool."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import models

from syncapi.entities import LocalEntity
from syncapi.keys import only_keys
from syncapi.keys.raw import RawKey
from syncapi.pull.database_text import database_text
from syncapi.pull.python_rows import Rendered, by_python, values_of
from syncapi.spool import Spool
from syncapi.wire import line

SEGMENT_ROWS = 1000

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
        names = [column.name for column in entity.columns if not column.many]
        values = values_of(queryset, names)
        columns = values.query.select
        text = database_text(entity, columns, values.db) if len(columns) == len(names) else None
        if text is not None:
            return _by_database(entity, queryset, values.values_list(RawKey(columns[0]), text))
    return (row for _, row in by_python(entity, queryset))


def _by_database(
    entity: LocalEntity, queryset: models.QuerySet[Any], texts: models.QuerySet[Any, Any]
) -> Iterator[Rendered]:
    """:param texts: raw key and text of each row of `queryset`; the text is NULL where Python is to make it."""
    rows = texts.iterator(chunk_size=SEGMENT_ROWS)
    while piece := list(islice(rows, SEGMENT_ROWS)):
        odd_keys = [raw_key for raw_key, text in piece if text is None]
        odd = dict(by_python(entity, only_keys(queryset, (), odd_keys))) if odd_keys else {}
        for raw_key, text in piece:
            if text is not None:
                yield _first_value(text, 1)[0], text.encode()
            elif raw_key in odd:  # outside a snapshot it may be gone by now
                yield odd[raw_key]


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
