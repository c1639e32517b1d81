"""What one sync of a `FakeDevice` did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from syncapi.testing.answer import EntityAnswer, Message
from syncapi.testing.store import Carried


@dataclass(frozen=True)
class EntityResult:
    """What a sync did to one entity.

    `mode` is that of the answer which the device applied. `changed` are the keys whose rows are new or other than
    before, `removed` those that went away, in key order and as on the wire. They compare what the device had with what
    it has, however the rows travelled. `received` are the keys of the rows that travelled, also of those that were the
    same as before. `reset` is the reason when the server wanted to compare, else None; `gaps` counts what a delta
    removed by. `message` is the `entity` line.
    """

    mode: str
    changed: list[Any]
    removed: list[Any]
    received: list[Any]
    reset: str | None
    gaps: int
    message: Message

    @property
    def rows_received(self) -> int:
        return len(self.received)

    @classmethod
    def between(cls, before: Carried | None, after: Carried, answer: EntityAnswer, reset: str | None) -> EntityResult:
        """Compares what was there with what is."""
        had = before.rows if before else {}
        changed = [after.rows[key].key for key in after.keys if key not in had or had[key].text != after.rows[key].text]
        removed = [had[key].key for key in before.keys if key not in after.rows] if before else []
        received = [row.key for row in answer.rows]
        return cls(answer.mode, changed, removed, received, reset, len(answer.gaps), answer.message)


@dataclass(frozen=True)
class SyncResult:
    """What a sync did, by the names of the entities.

    `bytes` counts what the answers had, `requests` how many there were: two when an entity was reset. `definition` is
    the one that the device then has, `new_definition` whether this sync brought it.
    """

    entities: dict[str, EntityResult] = field(default_factory=dict)
    definition: Message = field(default_factory=dict)
    new_definition: bool = False
    bytes: int = 0
    requests: int = 0

    @property
    def rows_received(self) -> int:
        """Over all entities."""
        return sum(entity.rows_received for entity in self.entities.values())

    @property
    def unchanged(self) -> bool:
        """Whether the device has after it what it had before."""
        return not any(entity.changed or entity.removed for entity in self.entities.values())
