"""What a snapshot consists of: its parts by name, without their bodies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from typing import Any, Self

from syncapi.rows import FINGERPRINT_MODULUS


@dataclass(frozen=True)
class PartInfo:
    """`bytes` of row lines, `packed` as they travel; `first` and `last`: keys on the wire."""

    sum: str
    rows: int
    bytes: int
    packed: int
    first: Any
    last: Any
    fingerprint: int

    def message(self, number: int) -> dict[str, Any]:
        """The line of the protocol that announces the part."""
        return {
            "type": "part",
            "number": number,
            "sum": self.sum,
            "rows": self.rows,
            "bytes": self.bytes,
            "packed": self.packed,
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True)
class Manifest:
    """The parts of a snapshot, in key order where keys have one."""

    parts: tuple[PartInfo, ...] = ()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def size(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def packed(self) -> int:
        return sum(part.packed for part in self.parts)

    @property
    def fingerprint(self) -> int:
        return sum(part.fingerprint for part in self.parts) % FINGERPRINT_MODULUS

    @cached_property
    def by_sum(self) -> dict[str, PartInfo]:
        return {part.sum: part for part in self.parts}

    def encode(self) -> str:
        """As it is kept in the database."""
        return json.dumps([astuple(part) for part in self.parts], separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> Self:
        parts: Sequence[Sequence[Any]] = json.loads(text)
        return cls(tuple(PartInfo(*part) for part in parts))
