"""What a device says it has, to be compared."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Range:
    """The keys up to and with `last` (None: all that follow), and what the device has there: `rows`, `fingerprint`."""

    last: Any
    rows: int
    fingerprint: int
