"""One sync of a `FakeDevice`, from its request to what the device has then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from syncapi.testing.answer import Answer, EntityAnswer, read_answer
from syncapi.testing.apply import Asked, apply, stage
from syncapi.testing.connection import Connection
from syncapi.testing.edits import Edit, parts
from syncapi.testing.errors import SyncCut, SyncRefused, violated
from syncapi.testing.messages import Message
from syncapi.testing.parts import fetched, read_part
from syncapi.testing.result import Call, EntityResult, SyncResult
from syncapi.testing.store import VERSION, Carried, Database, Described, Part


class Run:
    """One sync: one request, or two when something was reset. Nothing is changed before `commit`, except what a cut
    leaves staged."""

    def __init__(
        self,
        connection: Connection,
        recording: list[bytes],
        database: Database,
        app: str,
        key: str,
        request: dict[str, Any],
        cut: tuple[int | None, int | None] | None,
        calls: Sequence[Call],
    ) -> None:
        self._connection = connection
        self._recording = recording
        self._database = database
        self._app = app
        self._key = key
        self._request = request
        self._cut = cut
        self._calls = [asdict(call) for call in calls]
        self._outcomes: dict[str, Message] = {}
        self._edits: list[Edit] = []
        self._after: dict[str, Carried] = {}
        self._answers: dict[str, EntityAnswer] = {}
        self._asked: dict[str, Asked] = {}
        self._definition = database.definition
        self._version = database.version
        self._rows = self._bytes = self._requests = self._parts = 0
        self._answers_parts = False
        self.resets: dict[str, str] = {}

    def push(self) -> None:
        """Sends what waits, if it is much, in requests of its own; the rest goes with the next one that is asked."""
        *ahead, self._edits = parts(self._database.edits)
        last, calls, self._calls = self._edits, self._calls, []
        for self._edits in ahead:
            self._ask([], compare=False)
        self._edits, self._calls = last, calls

    def ask(self, entities: list[str] | None, *, compare: bool) -> None:
        """One request, its answer, and the parts that it lists. When one of these is no longer served, all of it once
        more."""
        try:
            self._ask(entities, compare)
        except SyncRefused as refused:
            if refused.code != "not_found" or not self._answers_parts:
                raise
            self._ask(entities, compare)

    def _ask(self, entities: list[str] | None, compare: bool) -> None:
        self._answers_parts = False
        self._asked = self._state(entities, compare)
        body = dict(self._request)
        if entities is not None:
            body["entities"] = entities
        based = {name: asked for name, asked in self._asked.items() if asked.base}
        body["cursors"] = {name: asked.base.cursor for name, asked in based.items() if asked.base}
        if self._edits:
            body["mutations"] = [edit.mutation for edit in self._edits]
            # By any of its cursors the server knows whether there is doubt.
            body["cursors"] = {name: one.cursor for name, one in self._database.entities.items()} | body["cursors"]
        if ranges := {name: asked.base.ranges() for name, asked in based.items() if asked.base and asked.ranges}:
            body["ranges"] = ranges
        if self._calls:
            body["actions"] = self._calls
        if confirmed := set(self._database.unconfirmed):
            body["confirmed"] = sorted(confirmed)
        headers = self._database.headers(self._key) | {"Haversack-Definition": self._version}
        content, cut = self._shortened(self._connection.sync(self._app, headers, body))
        self._recording.append(content)
        self._requests += 1
        answer = read_answer(content, cut=cut)
        self._rows += answer.rows_received
        self._bytes += len(content)
        if answer.start:
            self._check_start(answer)
        edits = self._keep_pushed(answer)
        if cut:
            self._stage(answer)
            raise SyncCut(self._rows, self._bytes)
        self._database.unconfirmed -= confirmed
        self._check_entities(answer, entities)
        self._keep_outcomes(answer)
        for name, came in answer.entities.items():
            self._answers_parts = self._answers_parts or bool(came.parts)
            parts = fetched(came, self._database.parts.get(name, {}), self._fetch)
            after = apply(self._asked_of(name), came, self._described(name), parts)
            self._answers[name] = came
            if after is None:
                self.resets[name] = str(came.message["reason"])
            else:
                self._after[name] = after
        self._check_newer(edits)

    def commit(self) -> SyncResult:
        """All of it at once (P1)."""
        database, entities = self._database, {}
        for name, after in self._after.items():
            before = database.entities.get(name)
            entities[name] = EntityResult.between(before, after, self._answers[name], self.resets.get(name))
            database.entities[name] = after
            database.staged.pop(name, None)
            if listed := {part["sum"] for part in self._answers[name].parts}:
                kept = database.parts.get(name, {})
                database.parts[name] = {part: rows for part, rows in kept.items() if part in listed}
        calls = {call["id"] for call in self._calls}
        database.unconfirmed |= {name for name in calls if self._outcomes[name]["status"] != "error"}
        new = self._version != database.version
        database.version, database.definition = self._version, self._definition
        known = {entity["name"] for entity in self._described_app()["entities"]}
        for held in (database.entities, database.staged, database.parts):
            for name in set(held) - known:
                del held[name]
        return SyncResult(
            entities, self._described_app(), new, self._bytes, self._requests, self._parts, self._outcomes
        )

    def _state(self, entities: list[str] | None, compare: bool) -> dict[str, Asked]:
        """What to say about each entity: its cursor; or ranges, of what a cut left or of what there is."""
        database, asked = self._database, {}
        names = dict.fromkeys((*database.entities, *database.staged) if entities is None else entities)
        if entities is None and self._definition and (context := self._request["context"]):
            names = dict.fromkeys(self._definition["contexts"].get(context, ()))
        for name in names:
            if staged := database.staged.get(name):
                asked[name] = Asked(staged, ranges=True)
            elif carried := database.entities.get(name):
                asked[name] = Asked(carried, ranges=compare and self._described(name).comparable)
        return asked

    def _asked_of(self, name: str) -> Asked:
        return self._asked.get(name, Asked(None, ranges=False))

    def _fetch(self, came: EntityAnswer, message: Message) -> Part:
        """A part, which the device keeps from now on, whatever becomes of the rest."""
        headers = self._database.headers(self._key) | {"Haversack-Definition": self._version}
        content, cut = self._shortened(self._connection.part(self._app, came.name, message["sum"], headers))
        self._recording.append(content)
        self._parts += 1
        self._rows += content.count(b"\n")
        self._bytes += len(content)
        if cut:
            raise SyncCut(self._rows, self._bytes)
        rows = read_part(came, message, content)
        kept = self._database.parts.get(came.name, {})
        self._database.parts[came.name] = kept | {message["sum"]: rows}
        return rows

    def _shortened(self, content: bytes) -> tuple[bytes, bool]:
        """What arrives before the connection breaks, and whether it does."""
        rows, size = self._cut or (None, None)
        if size is not None and size - self._bytes < len(content):
            return content[: max(0, size - self._bytes)], True
        if rows is None:
            return content, False
        at, left = 0, rows - self._rows
        for line in content.splitlines(keepends=True):
            if line.startswith(b"["):
                if left == 0:
                    return content[:at], True
                left -= 1
            at += len(line)
            if left == 0 and line.startswith(b"["):
                return content[:at], True
        return content, False

    def _check_start(self, answer: Answer) -> None:
        if answer.start["user"] != self._key:
            violated(f"the answer is for the user {answer.start['user']!r}, not for {self._key!r}")
        if answer.start["definition"] == self._version:
            if answer.definition is not None:
                violated("a definition, though the device has that version")
        elif answer.definition is not None:
            self._definition, self._version = answer.definition, answer.start["definition"]
        elif answer.complete or answer.entities:
            violated("no definition, though the device has another version")

    def _keep_pushed(self, answer: Answer) -> list[Edit]:
        """What came of edits is true as soon as it is read. Returns those that were sent."""
        sent, self._edits = self._edits, []
        told = [outcome["id"] for outcome in answer.pushed]
        asked = [edit.id for edit in sent]
        if told != (asked if answer.complete else asked[: len(told)]):
            violated(f"changes {asked} were sent, the answer tells of {told}")
        for edit, outcome in zip(sent, answer.pushed, strict=False):
            self._outcomes[edit.id] = {name: value for name, value in outcome.items() if name not in {"type", "id"}}
            self._database.end(edit, outcome)
        return sent

    def _check_newer(self, edits: list[Edit]) -> None:
        """The rows of an answer are newer than its outcomes (P6)."""
        last = {(edit.entity, str(outcome["key"])): outcome for edit in edits if (outcome := self._applied(edit))}
        for (name, _key), outcome in last.items():
            after = self._after.get(name) if name in self._answers else None
            row = after and after.rows.get(after.order.find(outcome["key"]))
            if not after or not row or outcome["version"] is None:
                continue
            version = dict(zip(after.columns, row.values, strict=True))[VERSION]
            if int(version) < int(outcome["version"]):
                violated(f"{name}: the row {row.key!r} has version {version}, older than {outcome['version']}")

    def _applied(self, edit: Edit) -> Message | None:
        outcome = self._outcomes.get(edit.id)
        return outcome if outcome and outcome["status"] == "applied" else None

    def _keep_outcomes(self, answer: Answer) -> None:
        asked, told = [call["id"] for call in self._calls], [outcome["id"] for outcome in answer.outcomes]
        if asked != told:
            violated(f"actions {asked} were called, the answer tells of {told}")
        for outcome in answer.outcomes:
            known = self._outcomes.setdefault(outcome["id"], outcome)
            if known != outcome and known["status"] != "error":
                violated(f"an action ended twice: {known!r}, and {outcome!r}")
            self._outcomes[outcome["id"]] = outcome

    def _check_entities(self, answer: Answer, entities: list[str] | None) -> None:
        definition, context = self._described_app(), self._request["context"]
        if entities is None:
            entities = definition["contexts"][context] if context else [e["name"] for e in definition["entities"]]
        if set(answer.entities) != set(entities):
            violated(f"asked for {sorted(entities)}, the answer has {sorted(answer.entities)}")

    def _described_app(self) -> Message:
        if self._definition is None:
            violated("rows without a definition")
        return self._definition

    def _described(self, name: str) -> Described:
        return Described.of(self._described_app(), name)

    def _stage(self, answer: Answer) -> None:
        """Keeps what came whole, so that the next sync need not have it again (P2)."""
        staged: dict[str, Carried | None] = {
            name: after
            for name, after in self._after.items()
            if self._answers[name].mode == "replace" and self._described(name).comparable
        }
        for name, came in answer.entities.items():
            staged[name] = stage(self._asked_of(name), came, self._described(name))
        for name, carried in staged.items():
            if carried is not None:
                self._database.staged[name] = carried
