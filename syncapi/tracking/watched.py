"""What the triggers of one table look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Watched:
    """A table and its columns that matter to some entity, by the names they have in the database.

    `key` is the column of the primary key, always watched. `content`: columns whose values devices carry, from this
    row or through a related one, and foreign keys on the way. `member`: columns that decide which rows are in scope.
    `shared`: columns of which rows that point at this one carry the value. A column may be all three.

    With `target` it is a link: the table lies between two others, `key` is its column with the key of the record, and
    `target` the one with the key of what the record is tied to. What changes is the record's set.
    """

    table: str
    key: str
    content: frozenset[str] = field(default_factory=frozenset)
    member: frozenset[str] = field(default_factory=frozenset)
    shared: frozenset[str] = field(default_factory=frozenset)
    target: str = ""

    @classmethod
    def link(cls, table: str, key: str, target: str) -> Watched:
        return cls(table, key, frozenset({target}), target=target)

    @property
    def name(self) -> str:
        """Of the source: a table may be one, and links beside it."""
        return f"{self.table}:{self.key}:{self.target}" if self.target else self.table

    @property
    def felt(self) -> frozenset[str]:
        """Columns that may matter to rows that point at this one: also those that decide which are in scope."""
        return self.shared | self.member

    @property
    def columns(self) -> frozenset[str]:
        return self.content | self.member

    def covers(self, other: Watched) -> bool:
        """Whether a trigger that watches this sees everything that one that watches `other` would see."""
        return other.columns <= self.columns and other.member <= self.member and other.shared <= self.felt


def union(many: Iterable[Watched]) -> dict[str, Watched]:
    """By name, everything that any of them watches."""
    found: dict[str, Watched] = {}
    for one in many:
        known = found.get(one.name, one)
        found[one.name] = replace(
            known,
            content=known.content | one.content,
            member=known.member | one.member,
            shared=known.shared | one.shared,
        )
    return found
