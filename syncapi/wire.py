"""Messages as lines of the answer."""

import json
from typing import Any

PROTOCOL = 1
NDJSON = "application/x-ndjson"


def line(message: dict[str, Any]) -> bytes:
    """One message, closed by a line feed."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
