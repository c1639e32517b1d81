"""Rows that travel inside the answer, in segments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncapi.pull.python_rows import Rendered
from syncapi.pull.rendering import segments, write_segment
from syncapi.rows import RowSet
from syncapi.spool import Spool


@dataclass(frozen=True)
class Written:
    """`content`: all rows of the scope. The rest counts what was written."""

    content: RowSet
    rows: int
    bytes: int
    segments: int


def write_all(rows: Iterator[Rendered], spool: Spool, limit: int | None = None) -> Written | None:
    """Writes all of `rows`. When there are more than `limit`, nothing, and the rest is not looked at: None."""
    start = spool.position
    content = RowSet()
    count = 0
    for segment in segments(rows):
        if limit is not None and content.rows + len(segment) > limit:
            spool.truncate(start)
            return None
        write_segment(segment, count, spool)
        count += 1
        content.extend([text for _, text in segment])
    return Written(content, content.rows, content.bytes, count)
