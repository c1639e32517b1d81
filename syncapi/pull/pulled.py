"""What a pull phase leaves for the orchestrator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from syncapi.segments.manifest import Manifest


@dataclass(frozen=True)
class PulledEntity:
    """The `entity` message of the answer, the parts that it lists, and the span of the spool that follows them."""

    message: dict[str, Any]
    start: int
    end: int
    rows: int  # that travel inside the answer; 0 when unchanged
    bytes: int
    parts: Manifest | None = None

    def with_parts(self, parts: Manifest) -> PulledEntity:
        return replace(self, parts=parts)
