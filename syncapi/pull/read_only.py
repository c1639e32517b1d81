"""Pull phase, read-only pattern (P4): renders the rows of an entity into the spool and tells whether they changed."""

import logging
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncapi.cursors import ContentCursor, query_hash
from syncapi.entities import LocalEntity
from syncapi.rows import RowSet, row_text
from syncapi.scopes import canonical_scope
from syncapi.spool import Spool
from syncapi.wire import line

SEGMENT_ROWS = 1000

logger = logging.getLogger("haversack.pull")


@dataclass(frozen=True)
class PulledEntity:
    """The `entity` message of the answer, and the span of the spool that follows it."""

    message: dict[str, Any]
    start: int
    end: int
    rows: int  # that travel; 0 when unchanged
    bytes: int


def pull_read_only(entity: LocalEntity, scope: Hashable, cursor: str | None, spool: Spool) -> PulledEntity:
    """Renders `entity` in `scope`. When the content is what `cursor` names, nothing stays in the spool.

    :raises ScopeError: the scope has no canonical form.
    """
    columns = entity.columns
    query = query_hash(
        entity.name,
        [column.name for column in columns],
        [column.type.name for column in columns],
        canonical_scope(scope, entity.name),
    )
    start = spool.position
    content = RowSet()
    segments = 0
    for segment in _segments(entity, scope):
        _write_segment(segment, segments, content, spool)
        segments += 1
    current = ContentCursor(query, content.digest)
    message = {
        "type": "entity",
        "entity": entity.name,
        "mode": "replace",
        "rows": content.rows,
        "fingerprint": content.fingerprint,
        "cursor": current.encode(),
    }
    if cursor is not None and ContentCursor.decode(cursor) == current:
        spool.truncate(start)
        return PulledEntity(message | {"mode": "unchanged"}, start, start, rows=0, bytes=0)
    message |= {"columns": [column.name for column in columns], "bytes": content.bytes, "segments": segments}
    return PulledEntity(message, start, spool.position, rows=content.rows, bytes=content.bytes)


Segment = list[tuple[Any, bytes]]  # (key on the wire, row text)


def _segments(entity: LocalEntity, scope: Hashable) -> Iterator[Segment]:
    """The rows in key order, cut into segments. A queryset that joins may yield a row twice: it is carried once."""
    encoders = [column.type.encode for column in entity.columns]
    names = [column.name for column in entity.columns]
    values = entity.rows(scope).order_by("pk").values_list(*names)
    segment: Segment = []
    last = None
    for row in values.iterator(chunk_size=SEGMENT_ROWS):
        try:
            wire = [
                value if value is None or encode is None else encode(value)
                for value, encode in zip(row, encoders, strict=True)
            ]
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            wire = _wire_of_odd_row(entity, row)
        if wire[0] == last:
            continue
        last = wire[0]
        segment.append((wire[0], row_text(wire)))
        if len(segment) == SEGMENT_ROWS:
            yield segment
            segment = []
    if segment:
        yield segment


def _wire_of_odd_row(entity: LocalEntity, row: Sequence[Any]) -> list[Any]:
    """A row with a value that its field should not hold, as SQLite allows: the value travels as text.

    One such row must not keep everybody from syncing; the log says which it is.
    """
    wire: list[Any] = []
    for column, value in zip(entity.columns, row, strict=True):
        try:
            wire.append(value if value is None or column.type.encode is None else column.type.encode(value))
        except (TypeError, ValueError, AttributeError, ArithmeticError):
            logger.warning("%s %r: %s is %r, which is no %s", entity, row[0], column.name, value, column.type.name)
            wire.append(str(value))
    return wire


def _write_segment(segment: Segment, number: int, content: RowSet, spool: Spool) -> None:
    spool.write(
        line(
            {
                "type": "segment",
                "number": number,
                "rows": len(segment),
                "bytes": sum(len(text) + 1 for _, text in segment),
                "first": segment[0][0],
                "last": segment[-1][0],
            }
        )
    )
    for _, text in segment:
        content.add(text)
    spool.write(b"".join(text + b"\n" for _, text in segment))
