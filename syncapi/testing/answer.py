"""Reads the answer of a sync: that its messages come in their order, and that what was announced is what came. Knows
of no device."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapi.testing.errors import violated
from syncapi.testing.messages import (
    COUNTS,
    SEGMENT_ROWS,
    Message,
    Row,
    check_bounds,
    check_entity,
    check_outcome,
    check_part,
    check_pushed,
    check_start,
    count,
    read_message,
    read_row,
)


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
        return all(number == _announced(self, name) for name, number in came.items())

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
                check_start(message)
                self.answer.start = message
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
        return None if line is None else read_message(line)

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
        check_pushed(message)
        self.answer.pushed.append(message)

    def _outcome(self, message: Message) -> None:
        if self.answer.entities:
            violated("the outcome of an action comes before the first entity")
        check_outcome(message)
        self.answer.outcomes.append(message)

    def _begin(self, message: Message) -> None:
        self._finish()
        check_entity(message)
        self._entity = EntityAnswer(message["entity"], message["mode"], message)
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
        if count(message, "number", where) != len(entity.parts):
            violated(f"{where}: it says that it is number {message['number']}")
        check_part(message, where)
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
        if count(message, "number", where) != len(entity.segments):
            violated(f"{where}: it says that it is number {message['number']}")
        announced, size = count(message, "rows", where), count(message, "bytes", where)
        if announced > SEGMENT_ROWS:
            violated(f"{where}: {announced} rows; a segment has at most {SEGMENT_ROWS}")
        rows: list[Row] = []
        while len(rows) < announced:
            line = self._line()
            if line is None:
                return False
            rows.append(read_row(line, len(entity.message["columns"]), where))
            self.answer.rows_received += 1
        if (received := sum(len(row.text) + 1 for row in rows)) != size:
            violated(f"{where}: {received} bytes of rows where {size} were announced")
        check_bounds(message, rows, entity.mode, where)
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


def _announced(entity: EntityAnswer, name: str) -> int:
    announced: int = entity.message[name] if name in COUNTS[entity.mode] else 0
    return announced
