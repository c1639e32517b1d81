"""Canonical row text, fingerprints and content digests (decision 0004)."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from syncapi.values import encode_json

FINGERPRINT_MODULUS = 2**48

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def row_text(values: Sequence[Any]) -> bytes:
    """The canonical text of one row of wire values: UTF-8, no line feed."""
    try:
        return _encoder.encode(values).encode()
    except ValueError as error:
        if not isinstance(error, UnicodeEncodeError):  # NaN or the like inside a JSON column
            return row_text(encode_json(values))
        # A lone surrogate, which a JSON column may hold, has no UTF-8; escaped it survives.
        return json.dumps(values, separators=(",", ":")).encode()


def row_fingerprint(text: bytes) -> int:
    """The first 48 bits of SHA-256 over the text of a row."""
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


class RowSet:
    """Count, size, fingerprint and content digest of rows added in key order.

    `bytes` counts the texts with one line feed each, as they are sent and stored.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.bytes = 0
        self.fingerprint = 0
        self._digest = hashlib.sha256()

    def add(self, text: bytes) -> int:
        """Takes a row, and returns its fingerprint."""
        fingerprint = row_fingerprint(text)
        self.rows += 1
        self.bytes += len(text) + 1
        self._digest.update(text + b"\n")
        self.fingerprint = (self.fingerprint + fingerprint) % FINGERPRINT_MODULUS
        return fingerprint

    def extend(self, texts: Sequence[bytes]) -> bytes:
        """Takes rows, and returns their lines."""
        lines = b"".join([text + b"\n" for text in texts])
        self.rows += len(texts)
        self.bytes += len(lines)
        self._digest.update(lines)
        self.fingerprint = (self.fingerprint + sum(map(row_fingerprint, texts))) % FINGERPRINT_MODULUS
        return lines

    def append(self, others: "RowSet", lines: bytes) -> None:
        """Takes the rows of another set, whose lines these are."""
        self.rows += others.rows
        self.bytes += others.bytes
        self._digest.update(lines)
        self.fingerprint = (self.fingerprint + others.fingerprint) % FINGERPRINT_MODULUS

    @property
    def digest(self) -> str:
        """SHA-256 of everything added, in hexadecimal digits."""
        return self._digest.hexdigest()
