"""What a `FakeDevice` keeps: one database for each app and user, as a browser has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from syncapi.testing.edits import FINAL, Edit
from syncapi.testing.errors import violated
from syncapi.testing.keys import KeyOrder, Sortable
from syncapi.testing.messages import FINGERPRINT_MODULUS, PROTOCOL, SEGMENT_ROWS, Message, Row

READ_ONLY = "read-only"
WRITABLE = {"read-write", "read-write-conflicts"}
VERSION = "_version"

Part = tuple[Row, ...]


@dataclass(frozen=True)
class Described:
    """What the definition says about one entity, as far as syncing needs it."""

    name: str
    pattern: str
    columns: tuple[str, ...]
    order: KeyOrder

    @classmethod
    def of(cls, definition: Message, name: str) -> Described:
        """:raises ProtocolViolation: the definition lacks the entity, or its key is not its first attribute."""
        described = next((entity for entity in definition["entities"] if entity["name"] == name), None)
        if described is None:
            violated(f"{name}: rows of an entity that the definition does not have")
        attributes = described["attributes"]
        if not attributes or attributes[0]["name"] != described["key"]:
            violated(f"{name}: the first attribute of the definition is not the key")
        columns = tuple(attribute["name"] for attribute in attributes)
        return cls(name, described["pattern"], columns, KeyOrder(attributes[0]["type"]))

    @property
    def row_columns(self) -> tuple[str, ...]:
        """What the values of a row stand for: in writable entities the second is its version."""
        key, *others = self.columns
        return (key, VERSION, *others) if self.pattern in WRITABLE else self.columns

    @property
    def comparable(self) -> bool:
        """Whether the device may ask to compare what it has by ranges."""
        return self.pattern != READ_ONLY


@dataclass(frozen=True)
class Carried:
    """The rows of one entity, by what their keys are sorted by. Never changed: a sync makes another one.

    `whole` is False for what a cut download left: nothing is known of the keys after the last one. `sure` is False when
    a test took rows or the cursor away: then a delta proves nothing about the server.
    """

    columns: tuple[str, ...]
    order: KeyOrder
    cursor: str
    rows: dict[Sortable, Row]
    whole: bool = True
    sure: bool = True

    @cached_property
    def keys(self) -> list[Sortable]:
        """In key order."""
        return sorted(self.rows)

    @cached_property
    def fingerprint(self) -> int:
        return fingerprint(self.rows.values())

    def ranges(self) -> list[list[Any]]:
        """What is here, for the server to compare with: `[last key, rows, sum of fingerprints]`."""
        rows = [self.rows[key] for key in self.keys]
        size = SEGMENT_ROWS if self.order.dependable else max(1, len(rows))
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        told = [[part[-1].key, len(part), fingerprint(part)] for part in parts]
        if not self.whole or not told:
            told.append([None, 0, 0])
        told[-1][0] = None
        return told

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, self.rows[key].values, strict=True)) for key in self.keys]


@dataclass
class Database:
    """Of one user in one app. `staged` is what cut downloads left; nobody sees it before it is whole. `parts`: of the
    snapshots that the entities were made from or are being made from, by sum. `unconfirmed`: ids of actions and edits
    whose outcomes it has, as the next sync tells. `edits`: those without a final outcome, oldest first. `keys`: those
    that the server gave, by local id."""

    replica: str
    version: str = "none"
    definition: Message | None = None
    entities: dict[str, Carried] = field(default_factory=dict)
    staged: dict[str, Carried] = field(default_factory=dict)
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)
    unconfirmed: set[str] = field(default_factory=set)
    edits: list[Edit] = field(default_factory=list)
    keys: dict[str, Any] = field(default_factory=dict)

    def row(self, entity: str, key: Any) -> dict[str, Any] | None:
        """As it came from the server; None where there is none. `key`: on the wire."""
        carried = self.entities.get(entity)
        found = carried.rows.get(carried.order.find(key)) if carried and not isinstance(key, dict) else None
        return dict(zip(carried.columns, found.values, strict=True)) if carried and found else None

    def settled(self, value: Any) -> Any:
        """A value on the wire, with the keys that the server gave in place of local ones."""
        if isinstance(value, list):
            return [self.settled(one) for one in value]
        local = value.get("local") if isinstance(value, dict) else None
        return self.keys.get(local, value) if isinstance(local, str) else value

    def writable(self, entity: str) -> list[str]:
        """Names of the attributes that people may change, as the definition says."""
        described = next(one for one in (self.definition or {})["entities"] if one["name"] == entity)
        return [attribute["name"] for attribute in described["attributes"] if attribute.get("editable")]

    def end(self, edit: Edit, outcome: Message) -> None:
        """Keeps what came of an edit: one that is final is sent no more."""
        if outcome["status"] not in FINAL:
            return
        self.edits.remove(edit)
        self.unconfirmed.add(edit.id)
        if edit.op == "create" and outcome["status"] == "applied" and isinstance(edit.key, dict):
            self.keys[edit.key["local"]] = outcome["key"]

    def headers(self, user_key: str) -> dict[str, str]:
        """What every request says (decision 0001), besides the CSRF token."""
        return {
            "Haversack-Protocol": str(PROTOCOL),
            "Haversack-Definition": self.version,
            "Haversack-Replica": self.replica,
            "Haversack-User": user_key,
        }

    def __deepcopy__(self, memo: dict[int, Any]) -> Database:
        return Database(
            self.replica,
            self.version,
            self.definition,
            dict(self.entities),
            dict(self.staged),
            dict(self.parts),
            set(self.unconfirmed),
            list(self.edits),
            dict(self.keys),
        )


def fingerprint(rows: Iterable[Row]) -> int:
    """Of a set of rows: the sum of their fingerprints modulo 2^48 (decision 0004)."""
    return sum(row.fingerprint for row in rows) % FINGERPRINT_MODULUS
