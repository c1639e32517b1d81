"""What a pull phase leaves for the orchestrator."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PulledEntity:
    """The `entity` message of the answer, and the span of the spool that follows it."""

    message: dict[str, Any]
    start: int
    end: int
    rows: int  # that travel; 0 when unchanged
    bytes: int
