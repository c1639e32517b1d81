"""The form of each line of an answer: messages and rows, every one by itself.

Whatever has not the form that `docs/protocol.md` gives it raises `ProtocolViolation`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from syncapi.testing.errors import violated

PROTOCOL = 1
SEGMENT_ROWS = 1000
FINGERPRINT_MODULUS = 2**48

Message = dict[str, Any]

OUTCOMES: dict[str, set[str]] = {
    "applied": {"key", "version"},
    "conflict": {"theirs", "version", "attributes"},
    "gone": set(),
    "rejected": {"error"},
    "waiting": {"for"},
    "error": {"error"},
    "doubt": set(),
}
"""What a change may end as, and what is said of it then."""

COUNTS = {
    "replace": ("rows", "bytes", "fingerprint", "segments"),
    "unchanged": (),
    "delta": ("rows", "bytes", "segments", "gaps"),
    "snapshot": ("parts", "total", "size", "packed", "fingerprint", "rows", "bytes", "segments", "gaps"),
    "reset": (),
    "ranges": ("rows", "bytes", "segments", "total", "fingerprint"),
}
"""What an entity counts in each mode, and announces before it comes."""


@dataclass(frozen=True)
class Row:
    """One row as it came: its key on the wire, and its line without the line feed."""

    key: Any
    text: bytes

    @cached_property
    def fingerprint(self) -> int:
        """The first 48 bits of SHA-256 over the line (decision 0004)."""
        return int.from_bytes(hashlib.sha256(self.text).digest()[:6], "big")

    @property
    def values(self) -> list[Any]:
        """The row's values, in the order of the entity's columns."""
        values: list[Any] = json.loads(self.text)
        return values


def read_message(line: bytes) -> Message:
    message = _json(line)
    if isinstance(message, list):
        violated(f"a row that no segment announced: {_shown(line)}")
    if not isinstance(message, dict):
        violated(f"a line that is neither a message nor a row: {_shown(line)}")
    return message


def check_start(message: Message) -> None:
    if message.get("type") != "start":
        violated(f"the first message is not 'start' but {message!r}")
    if message.get("protocol") != PROTOCOL:
        violated(f"the answer speaks protocol {message.get('protocol')!r}, not {PROTOCOL}")
    for name in ("definition", "user", "server_time"):
        text(message, name, "start")
    for name in ("rows", "bytes"):
        count(message, name, "start")
    if "fetch" in message:
        if not isinstance(message["fetch"], dict):
            violated(f"start: 'fetch' is {message['fetch']!r}, not an object")
        for name in ("rows", "bytes"):
            count(message["fetch"], name, "start.fetch")


def check_pushed(message: Message) -> None:
    """Of the outcome of a change."""
    status = message.get("status")
    if not isinstance(status, str) or status not in OUTCOMES:
        violated(f"a change cannot end as {status!r}")
    text(message, "id", "an outcome")
    if lacking := OUTCOMES[status] - set(message):
        violated(f"an outcome without {', '.join(sorted(lacking))}: {message!r}")


def check_outcome(message: Message) -> None:
    """Of the outcome of an action."""
    status = message.get("status")
    if status not in {"done", "refused", "error"}:
        violated(f"an action cannot end as {status!r}")
    if ("output" if status == "done" else "error") not in message:
        violated(f"an outcome that does not say what came of it: {message!r}")
    text(message, "id", "an outcome")


def check_entity(message: Message) -> None:
    name = text(message, "entity", "entity")
    mode = message.get("mode")
    if not isinstance(mode, str) or mode not in COUNTS:
        violated(f"{name}: unknown mode {mode!r}")
    for counted in COUNTS[mode]:
        count(message, counted, name)
    if mode == "unchanged" and ("rows" in message or "fingerprint" in message):
        count(message, "rows", name)
        count(message, "fingerprint", name)
    if message.get("fingerprint", 0) >= FINGERPRINT_MODULUS:
        violated(f"{name}: a fingerprint has 48 bits, not {message['fingerprint'].bit_length()}")
    if mode == "reset":
        text(message, "reason", name)
        if "cursor" in message:
            violated(f"{name}: a reset has no cursor")
    else:
        text(message, "cursor", name)
    if "segments" in COUNTS[mode]:
        columns = message.get("columns")
        if not isinstance(columns, list) or not columns or not all(isinstance(column, str) for column in columns):
            violated(f"{name}: columns are a list of names, not {columns!r}")
        if len(set(columns)) < len(columns):
            violated(f"{name}: a column is there twice: {columns!r}")


def check_part(message: Message, where: str) -> None:
    if not re.fullmatch("[0-9a-f]{64}", text(message, "sum", where)):
        violated(f"{where}: 'sum' is {message['sum']!r}, not a SHA-256 in hexadecimal digits")
    if not 0 < count(message, "rows", where) <= SEGMENT_ROWS:
        violated(f"{where}: {message['rows']} rows; a part has 1 to {SEGMENT_ROWS}")
    count(message, "bytes", where)
    count(message, "packed", where)
    if not {"first", "last"} <= set(message):
        violated(f"{where}: it does not name its first and last key")


def check_bounds(message: Message, rows: list[Row], mode: str, where: str) -> None:
    """Of a segment: that the keys which it names are those of its rows."""
    if mode == "ranges" and not {"after", "until"} <= set(message):
        violated(f"{where}: a segment of 'ranges' names 'after' and 'until'")
    if not rows and mode != "ranges":
        violated(f"{where}: a segment without rows")
    first, last = (rows[0].key, rows[-1].key) if rows else (None, None)
    for name, key in (("first", first), ("last", last)):
        if message.get(name) != key or (rows and name not in message):
            violated(f"{where}: '{name}' is {message.get(name)!r}, but that row has the key {key!r}")


def read_row(line: bytes, columns: int, where: str) -> Row:
    """A row of a segment or a part."""
    values = _json(line)
    if not isinstance(values, list):
        violated(f"{where}: fewer rows than were announced; instead comes {_shown(line)}")
    if len(values) != columns:
        violated(f"{where}: a row of {len(values)} values where there are {columns} columns: {_shown(line)}")
    return Row(values[0], line)


def read_rows(content: bytes, columns: int, where: str) -> list[Row]:
    """The rows of a part."""
    *lines, rest = content.split(b"\n")
    if rest or not lines:
        violated(f"{where}: it does not end with a line feed")
    return [read_row(line, columns, where) for line in lines]


def _json(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        violated(f"a line that is not UTF-8: {_shown(line)}")
    except ValueError as error:
        violated(f"a line that is not JSON ({error}): {_shown(line)}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def count(message: Message, name: str, where: str) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        violated(f"{where}: '{name}' is {value!r}, not a count")
    return value


def text(message: Message, name: str, where: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        violated(f"{where}: '{name}' is {value!r}, not a text")
    return value


def _shown(line: bytes) -> str:
    shown = line.decode("utf-8", "backslashreplace")
    return shown if len(shown) <= 200 else f"{shown[:200]}…"
