"""Cursors: where a device stands with an entity (decision 0002). Opaque to the device, read leniently."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class ContentCursor:
    """Cursor of the read-only pattern: it names the content itself.

    `query` hashes the columns and the scope, `digest` is that of the rows (`syncapi.rows.RowSet.digest`).
    """

    query: str
    digest: str

    def encode(self) -> str:
        text = json.dumps({"k": "content", "q": self.query, "d": self.digest}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Self | None:
        """The cursor, or None when the text means nothing here: then the device gets everything (T4)."""
        try:
            data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if data["k"] != "content":
                return None
            return cls(query=str(data["q"]), digest=str(data["d"]))
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
            return None


def query_hash(entity: str, columns: list[str], types: list[str], scope: str) -> str:
    """What, besides the rows, decides how an entity's rows look: its columns, how they are written, the scope."""
    text = json.dumps([entity, columns, types, scope], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
