"""Reads the answer of a sync: its form, and that what was announced is what came. Knows of no device."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from syncapi.testing.errors import ProtocolViolation

PROTOCOL = 1
SEGMENT_ROWS = 1000
FINGERPRINT_MODULUS = 2**48

Message = dict[str, Any]


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


@dataclass(frozen=True)
class Segment:
    """A segment that came whole. `message` is its announcement."""

    message: Message
    rows: list[Row]


@dataclass
class EntityAnswer:
    """What came for one entity. `message` is the `entity` line, `parts` are the lines of its parts; `complete` says
    that all it announced is here. `fetched`: the rows of parts that the device had to fetch."""

    name: str
    mode: str
    message: Message
    parts: list[Message] = field(default_factory=list)
    gaps: list[Message] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    fetched: list[tuple[Row, ...]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        came = {"parts": len(self.parts), "gaps": len(self.gaps), "segments": len(self.segments)}
        return all(count == _announced(self, name) for name, count in came.items())

    @property
    def rows(self) -> list[Row]:
        return [row for segment in self.segments for row in segment.rows]


@dataclass
class Answer:
    """A parsed answer. `rows_received` also counts rows of a segment that was cut; `complete`: `end` was there.

    `pushed`: what came of mutations, `outcomes`: of actions.
    """

    start: Message = field(default_factory=dict)
    definition: Message | None = None
    pushed: list[Message] = field(default_factory=list)
    outcomes: list[Message] = field(default_factory=list)
    entities: dict[str, EntityAnswer] = field(default_factory=dict)
    rows_received: int = 0
    complete: bool = False


def read_answer(content: bytes, *, cut: bool = False) -> Answer:
    """Parses an answer that must be complete; with `cut`, what there is of one that breaks off anywhere.

    :raises ProtocolViolation: it has not the form that `docs/protocol.md` gives it, or not what it announced.
    """
    reader = _Reader(content)
    reader.read()
    if not reader.answer.complete and not cut:
        violated("the answer ends without an 'end' message")
    return reader.answer


class _Reader:
    """Goes through the lines of an answer once."""

    def __init__(self, content: bytes) -> None:
        *self._lines, self._rest = content.split(b"\n")
        self._at = 0
        self.answer = Answer()
        self._entity: EntityAnswer | None = None

    def read(self) -> None:
        while (message := self._message()) is not None:
            kind = message.get("type")
            if not self.answer.start:
                self.answer.start = _start(message)
            elif kind == "start":
                violated("a second 'start' message")
            elif kind == "definition":
                self._definition(message)
            elif kind == "outcome":
                self._pushed(message)
            elif kind == "action":
                self._outcome(message)
            elif kind == "entity":
                self._begin(message)
            elif kind == "part":
                self._part(message)
            elif kind == "gap":
                self._gap(message)
            elif kind == "segment":
                if not self._segment(message):
                    return
            elif kind == "end":
                self._end()
                return
            elif not isinstance(kind, str):
                violated(f"a message without a type: {message!r}")

    def _line(self) -> bytes | None:
        if self._at == len(self._lines):
            return None
        self._at += 1
        return self._lines[self._at - 1]

    def _message(self) -> Message | None:
        line = self._line()
        if line is None:
            return None
        message = _json(line)
        if isinstance(message, list):
            violated(f"a row that no segment announced: {_shown(line)}")
        if not isinstance(message, dict):
            violated(f"a line that is neither a message nor a row: {_shown(line)}")
        return message

    def _definition(self, message: Message) -> None:
        if self.answer.definition is not None or self.answer.entities:
            violated("a definition comes once, and before the first entity")
        if message.get("version") != self.answer.start["definition"]:
            violated("the version of the definition is not the one that 'start' names")
        definition = message.get("definition")
        if not isinstance(definition, dict) or not isinstance(definition.get("entities"), list):
            violated("a definition without entities")
        self.answer.definition = definition

    def _pushed(self, message: Message) -> None:
        if self.answer.entities or self.answer.outcomes:
            violated("the outcome of a change comes before the first action and the first entity")
        status = message.get("status")
        if not isinstance(status, str) or status not in OUTCOMES:
            violated(f"a change cannot end as {status!r}")
        _text(message, "id", "an outcome")
        if lacking := OUTCOMES[status] - set(message):
            violated(f"an outcome without {', '.join(sorted(lacking))}: {message!r}")
        self.answer.pushed.append(message)

    def _outcome(self, message: Message) -> None:
        if self.answer.entities:
            violated("the outcome of an action comes before the first entity")
        status = message.get("status")
        if status not in {"done", "refused", "error"}:
            violated(f"an action cannot end as {status!r}")
        if ("output" if status == "done" else "error") not in message:
            violated(f"an outcome that does not say what came of it: {message!r}")
        _text(message, "id", "an outcome")
        self.answer.outcomes.append(message)

    def _begin(self, message: Message) -> None:
        self._finish()
        self._entity = _entity(message)
        if self._entity.name in self.answer.entities:
            violated(f"{self._entity.name} comes twice")
        self.answer.entities[self._entity.name] = self._entity

    def _part(self, message: Message) -> None:
        entity = self._entity
        if entity is None or entity.mode != "snapshot":
            violated(f"a part outside of a snapshot: {message!r}")
        where = f"{entity.name}, part {len(entity.parts)}"
        if len(entity.parts) == entity.message["parts"]:
            violated(f"{where}: only {entity.message['parts']} parts were announced")
        if _count(message, "number", where) != len(entity.parts):
            violated(f"{where}: it says that it is number {message['number']}")
        if not re.fullmatch("[0-9a-f]{64}", _text(message, "sum", where)):
            violated(f"{where}: 'sum' is {message['sum']!r}, not a SHA-256 in hexadecimal digits")
        if not 0 < _count(message, "rows", where) <= SEGMENT_ROWS:
            violated(f"{where}: {message['rows']} rows; a part has 1 to {SEGMENT_ROWS}")
        _count(message, "bytes", where)
        _count(message, "packed", where)
        if not {"first", "last"} <= set(message):
            violated(f"{where}: it does not name its first and last key")
        entity.parts.append(message)

    def _gap(self, message: Message) -> None:
        entity = self._entity
        if entity is None or "gaps" not in COUNTS[entity.mode]:
            violated(f"a gap outside of a delta: {message!r}")
        if len(entity.parts) < _announced(entity, "parts"):
            violated(f"{entity.name}: a gap before all parts were told")
        if len(entity.gaps) == entity.message["gaps"]:  # also when segments have come, which come after all gaps
            violated(f"{entity.name}: a gap that was not announced")
        if not {"after", "before"} <= set(message):
            violated(f"{entity.name}: a gap without its bounds: {message!r}")
        entity.gaps.append(message)

    def _segment(self, message: Message) -> bool:
        """Reads the rows of a segment; False when the answer ends inside of it."""
        entity = self._entity
        if entity is None or "segments" not in COUNTS[entity.mode]:
            violated("a segment outside of an entity that announced segments")
        where = f"{entity.name}, segment {len(entity.segments)}"
        if len(entity.parts) < _announced(entity, "parts"):
            violated(f"{where}: it comes before all parts were told")
        if len(entity.gaps) < _announced(entity, "gaps"):
            violated(f"{where}: it comes before all gaps were told")
        if len(entity.segments) == entity.message["segments"]:
            violated(f"{where}: only {entity.message['segments']} segments were announced")
        if _count(message, "number", where) != len(entity.segments):
            violated(f"{where}: it says that it is number {message['number']}")
        announced, size = _count(message, "rows", where), _count(message, "bytes", where)
        if announced > SEGMENT_ROWS:
            violated(f"{where}: {announced} rows; a segment has at most {SEGMENT_ROWS}")
        rows: list[Row] = []
        while len(rows) < announced:
            line = self._line()
            if line is None:
                return False
            rows.append(_row(line, len(entity.message["columns"]), where))
            self.answer.rows_received += 1
        if (received := sum(len(row.text) + 1 for row in rows)) != size:
            violated(f"{where}: {received} bytes of rows where {size} were announced")
        _check_bounds(message, rows, entity.mode, where)
        entity.segments.append(Segment(message, rows))
        return True

    def _finish(self) -> None:
        """What an entity announced must have come before the next one begins."""
        entity = self._entity
        if entity is None or "segments" not in COUNTS[entity.mode]:
            return
        for name, came in (
            ("parts", len(entity.parts)),
            ("gaps", len(entity.gaps)),
            ("segments", len(entity.segments)),
            ("rows", len(entity.rows)),
            ("total", sum(part["rows"] for part in entity.parts)),
            ("size", sum(part["bytes"] for part in entity.parts)),
            ("packed", sum(part["packed"] for part in entity.parts)),
        ):
            if name == "total" and entity.mode != "snapshot":
                continue
            if came != (announced := _announced(entity, name)):
                violated(f"{entity.name}: {came} {name} where {announced} were announced")
        size = sum(len(row.text) + 1 for row in entity.rows)
        if size != entity.message["bytes"]:
            violated(f"{entity.name}: {size} bytes of rows where {entity.message['bytes']} were announced")

    def _end(self) -> None:
        self._finish()
        rows = [row for entity in self.answer.entities.values() for row in entity.rows]
        for name, came in (("rows", len(rows)), ("bytes", sum(len(row.text) + 1 for row in rows))):
            if came != self.answer.start[name]:
                violated(f"{came} {name} in all where 'start' announced {self.answer.start[name]}")
        parts = [part for entity in self.answer.entities.values() for part in entity.parts]
        fetch = self.answer.start.get("fetch", {"rows": 0, "bytes": 0})
        for name, came in (
            ("rows", sum(part["rows"] for part in parts)),
            ("bytes", sum(part["packed"] for part in parts)),
        ):
            if came != fetch[name]:
                violated(f"{came} {name} to fetch in all where 'start' announced {fetch[name]}")
        if self._at != len(self._lines) or self._rest:
            violated("something comes after the 'end' message")
        self.answer.complete = True


def _start(message: Message) -> Message:
    if message.get("type") != "start":
        violated(f"the first message is not 'start' but {message!r}")
    if message.get("protocol") != PROTOCOL:
        violated(f"the answer speaks protocol {message.get('protocol')!r}, not {PROTOCOL}")
    for name in ("definition", "user", "server_time"):
        _text(message, name, "start")
    for name in ("rows", "bytes"):
        _count(message, name, "start")
    if "fetch" in message:
        if not isinstance(message["fetch"], dict):
            violated(f"start: 'fetch' is {message['fetch']!r}, not an object")
        for name in ("rows", "bytes"):
            _count(message["fetch"], name, "start.fetch")
    return message


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


def _entity(message: Message) -> EntityAnswer:
    name = _text(message, "entity", "entity")
    mode = message.get("mode")
    if not isinstance(mode, str) or mode not in COUNTS:
        violated(f"{name}: unknown mode {mode!r}")
    for count in COUNTS[mode]:
        _count(message, count, name)
    if mode == "unchanged" and ("rows" in message or "fingerprint" in message):
        _count(message, "rows", name)
        _count(message, "fingerprint", name)
    if message.get("fingerprint", 0) >= FINGERPRINT_MODULUS:
        violated(f"{name}: a fingerprint has 48 bits, not {message['fingerprint'].bit_length()}")
    if mode == "reset":
        _text(message, "reason", name)
        if "cursor" in message:
            violated(f"{name}: a reset has no cursor")
    else:
        _text(message, "cursor", name)
    if "segments" in COUNTS[mode]:
        columns = message.get("columns")
        if not isinstance(columns, list) or not columns or not all(isinstance(column, str) for column in columns):
            violated(f"{name}: columns are a list of names, not {columns!r}")
        if len(set(columns)) < len(columns):
            violated(f"{name}: a column is there twice: {columns!r}")
    return EntityAnswer(name, mode, message)


def _announced(entity: EntityAnswer, name: str) -> int:
    count: int = entity.message[name] if name in COUNTS[entity.mode] else 0
    return count


def _row(line: bytes, columns: int, where: str) -> Row:
    values = _json(line)
    if not isinstance(values, list):
        violated(f"{where}: fewer rows than were announced; instead comes {_shown(line)}")
    if len(values) != columns:
        violated(f"{where}: a row of {len(values)} values where there are {columns} columns: {_shown(line)}")
    return Row(values[0], line)


def read_rows(content: bytes, columns: int, where: str) -> list[Row]:
    """The rows of a part.

    :raises ProtocolViolation: it is not lines of rows.
    """
    *lines, rest = content.split(b"\n")
    if rest or not lines:
        violated(f"{where}: it does not end with a line feed")
    return [_row(line, columns, where) for line in lines]


def _check_bounds(message: Message, rows: list[Row], mode: str, where: str) -> None:
    if mode == "ranges" and not {"after", "until"} <= set(message):
        violated(f"{where}: a segment of 'ranges' names 'after' and 'until'")
    if not rows and mode != "ranges":
        violated(f"{where}: a segment without rows")
    first, last = (rows[0].key, rows[-1].key) if rows else (None, None)
    for name, key in (("first", first), ("last", last)):
        if message.get(name) != key or (rows and name not in message):
            violated(f"{where}: '{name}' is {message.get(name)!r}, but that row has the key {key!r}")


def _json(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        violated(f"a line that is not UTF-8: {_shown(line)}")
    except ValueError as error:
        violated(f"a line that is not JSON ({error}): {_shown(line)}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _count(message: Message, name: str, where: str) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        violated(f"{where}: '{name}' is {value!r}, not a count")
    return value


def _text(message: Message, name: str, where: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        violated(f"{where}: '{name}' is {value!r}, not a text")
    return value


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "backslashreplace")
    return text if len(text) <= 200 else f"{text[:200]}…"


def violated(what: str) -> NoReturn:
    """:raises ProtocolViolation: always."""
    raise ProtocolViolation(what)
