"""What one sync of a `FakeDevice` did."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapi.testing.answer import EntityAnswer
from syncapi.testing.edits import Edit
from syncapi.testing.messages import Message
from syncapi.testing.store import Carried


@dataclass(frozen=True)
class EntityResult:
    """What a sync did to one entity.

    `mode` is that of the answer which the device applied. Keys are as on the wire: `changed` are those of the rows that
    travelled, whether or not the device had them like that; `altered`, in key order, those whose rows are new or other
    than before; `removed`, in key order, those that went away. `reset` is the reason when the server wanted to compare,
    else None. `message` is the `entity` line.
    """

    mode: str
    changed: list[Any]
    altered: list[Any]
    removed: list[Any]
    reset: str | None
    message: Message

    @property
    def rows_received(self) -> int:
        return len(self.changed)

    @classmethod
    def between(cls, before: Carried | None, after: Carried, answer: EntityAnswer, reset: str | None) -> EntityResult:
        """Compares what was there with what is."""
        had = before.rows if before else {}
        altered = [after.rows[key].key for key in after.keys if key not in had or had[key].text != after.rows[key].text]
        removed = [had[key].key for key in before.keys if key not in after.rows] if before else []
        travelled = [row.key for part in answer.fetched for row in part] + [row.key for row in answer.rows]
        return cls(answer.mode, travelled, altered, removed, reset, answer.message)


@dataclass(frozen=True)
class Call:
    """A call of an own server action, to travel in a sync. The same call again is a repetition, with the same id."""

    name: str
    input: Any = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class SyncResult:
    """What a sync did, by the names of the entities.

    `bytes` counts what the answers had, and the parts that were fetched, uncompressed; `requests` how many answers
    there were: two when an entity was reset; `parts` how many parts were fetched. `definition` is the one that the
    device then has, `new_definition` whether this sync brought it.
    """

    entities: dict[str, EntityResult] = field(default_factory=dict)
    definition: Message = field(default_factory=dict)
    new_definition: bool = False
    bytes: int = 0
    requests: int = 0
    parts: int = 0
    outcomes: Mapping[str, Message] = field(default_factory=dict)

    def outcome(self, of: Call | Edit) -> Message:
        """What came of a call: `status` is `done`, with its `output`, or `refused` or `error`, with the `error`.

        Of an edit, `status` and all else are as in `docs/protocol.md`: `applied` with `key` and `version`, `conflict`
        with `theirs` and `attributes`, `gone`, `rejected` with the `error`.
        """
        return self.outcomes[of.id]

    @property
    def rows_received(self) -> int:
        """Over all entities."""
        return sum(entity.rows_received for entity in self.entities.values())

    @property
    def unchanged(self) -> bool:
        """Whether the device has after it what it had before."""
        return not any(entity.altered or entity.removed for entity in self.entities.values())
