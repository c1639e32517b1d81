"""Cursors: where a device stands with an entity (decision 0002). Opaque to the device, read leniently."""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Self

TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class ContentCursor:
    """Cursor of the read-only pattern: it names the content itself.

    `query` hashes the columns and the scope, `digest` is that of the rows (`syncapi.rows.RowSet.digest`).
    """

    query: str
    digest: str

    def encode(self) -> str:
        return _encode({"k": "content", "q": self.query, "d": self.digest})

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """The cursor, or None when the text means nothing here: then the device gets everything (T4)."""
        data = _decode(text, "content")
        return cls(query=str(data["q"]), digest=str(data["d"])) if data and {"q", "d"} <= data.keys() else None


@dataclass(frozen=True)
class PositionCursor:
    """Cursor of tracked patterns: it names a moment of the server's history.

    `token`: under which the moment is kept. `form` hashes the columns and how they are written, `scope` the scope,
    `query` the compiled query. `members`: a hash of the keys in scope, or "" where changes tell all (decision 0013).
    """

    token: str
    form: str
    scope: str
    query: str
    members: str = ""

    def encode(self) -> str:
        data = {"k": "position", "h": self.token, "f": self.form, "c": self.scope, "q": self.query}
        return _encode(data | {"m": self.members} if self.members else data)

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """The cursor, or None when the text means nothing here: then the device compares (T4)."""
        data = _decode(text, "position")
        if not data or not {"h", "f", "c", "q"} <= data.keys() or not TOKEN.fullmatch(str(data["h"])):
            return None
        return cls(*(str(data.get(name, "")) for name in ("h", "f", "c", "q", "m")))


def short_hash(value: Any) -> str:
    """128 bits of SHA-256 over the JSON of `value`, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()[:32]


def _encode(data: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(text: str, kind: str) -> dict[str, Any] | None:
    try:
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return None
    return data if isinstance(data, dict) and data.get("k") == kind else None


def query_hash(entity: str, columns: list[str], types: list[str], scope: str) -> str:
    """What, besides the rows, decides how an entity's rows look: its columns, how they are written, the scope."""
    return short_hash([entity, columns, types, scope])
