"""Parts in the making: from rows to what is stored. Memory holds two parts, temporary files the rest."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncapi.rows import RowSet
from syncapi.segments.bounds import Bounds
from syncapi.segments.manifest import Manifest, PartInfo
from syncapi.spool import Spool

PART_ROWS = 1000
PART_BYTES = 4 << 20  # of row lines; a part of wide rows ends where it passes this
LEVEL = 6  # of zlib: the higher ones take longer than they save here

Rendered = tuple[Any, bytes]  # (key on the wire, row text)


@dataclass(frozen=True)
class NewPart:
    """A part that may not be stored yet; its body lies in the draft's spool from `start` to `end`."""

    sum: str
    start: int
    end: int


class Draft:
    """Collects the parts of a snapshot. What is in `known` already is neither compressed nor kept again.

    Close it when done.
    """

    def __init__(self, known: Manifest) -> None:
        self.content = RowSet()
        self.new: list[NewPart] = []
        self._known = known
        self._lines = Spool()
        self._bodies = Spool()
        self._parts: list[PartInfo | tuple[PartInfo, int, int]] = []  # new ones with their place in `_lines`

    def add(self, rows: Sequence[Rendered]) -> None:
        """The next part."""
        own = RowSet()
        lines = own.extend([text for _, text in rows])
        self.content.append(own, lines)
        if (known := self._known.by_sum.get(own.digest)) is not None:
            self._parts.append(known)
            return
        start = self._lines.position
        self._lines.write(lines)
        part = PartInfo(own.digest, own.rows, own.bytes, 0, rows[0][0], rows[-1][0], own.fingerprint)
        self._parts.append((part, start, self._lines.position))

    def keep(self, part: PartInfo) -> None:
        """The next part is one that is known, unseen: it does not count in `content`."""
        self._parts.append(part)

    def pack(self) -> Manifest:
        """Compresses what is new. To be called once, at the end."""
        return Manifest(tuple(part if isinstance(part, PartInfo) else self._packed(*part) for part in self._parts))

    def body(self, part: NewPart) -> bytes:
        return b"".join(self._bodies.read(part.start, part.end))

    def close(self) -> None:
        self._lines.close()
        self._bodies.close()

    def _packed(self, part: PartInfo, start: int, end: int) -> PartInfo:
        body = packed(b"".join(self._lines.read(start, end)))
        begin = self._bodies.position
        self._bodies.write(body)
        self.new.append(NewPart(part.sum, begin, self._bodies.position))
        return PartInfo(part.sum, part.rows, part.bytes, len(body), part.first, part.last, part.fingerprint)


def draft(rows: Iterable[Rendered], bounds: Bounds, known: Manifest) -> Draft:
    """A draft of all of `rows`, cut at `bounds` where these serve."""
    made = Draft(known)
    try:
        for piece in pieces(rows, bounds):
            made.add(piece)
    except BaseException:
        made.close()
        raise
    return made


def pieces(rows: Iterable[Rendered], bounds: Bounds) -> Iterator[list[Rendered]]:
    """The rows of each part. A part that grew too large is halved, a small one joined with the next: so that the
    others keep their bounds, and with them their sums."""
    held: list[Rendered] = []
    size = 0
    for row in rows:
        if bounds.passed(row[0]) and len(held) >= PART_ROWS // 4:
            yield from _halves(held)
            held, size = [], 0
        held.append(row)
        size += len(row[1]) + 1
        if len(held) >= (2 * PART_ROWS if bounds.ahead else PART_ROWS) or size >= PART_BYTES:
            yield held[:PART_ROWS]
            held = held[PART_ROWS:]
            size = sum(len(text) + 1 for _, text in held)
    yield from _halves(held)


def _halves(held: list[Rendered]) -> Iterator[list[Rendered]]:
    if len(held) > PART_ROWS:
        middle = (len(held) + 1) // 2
        yield held[:middle]
        held = held[middle:]
    if held:
        yield held


def packed(lines: bytes) -> bytes:
    """Compressed with gzip, the same at any time."""
    compressor = zlib.compressobj(level=LEVEL, wbits=31)  # 31: gzip container, largest window; it names no time
    return compressor.compress(lines) + compressor.flush()


def unpacked(body: bytes) -> bytes:
    """:raises ValueError: this is not what `packed` made."""
    try:
        return zlib.decompress(body, wbits=31)
    except zlib.error as error:
        raise ValueError("A part is damaged.") from error


def sum_of(lines: bytes) -> str:
    """The name of a part with these row lines."""
    return hashlib.sha256(lines).hexdigest()
