"""What the triggers of one table look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Watched:
    """A table and its columns that matter to some entity, by the names they have in the database.

    `key` is the column of the primary key, always watched. `content`: columns whose values devices carry, from this
    row or through a related one, and foreign keys on the way. `member`: columns that decide which rows are in scope.
    `shared`: columns of which rows that point at this one carry the value. A column may be all three.
    """

    table: str
    key: str
    content: frozenset[str] = field(default_factory=frozenset)
    member: frozenset[str] = field(default_factory=frozenset)
    shared: frozenset[str] = field(default_factory=frozenset)

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
    """By table, everything that any of them watches."""
    found: dict[str, Watched] = {}
    for one in many:
        known = found.get(one.table, one)
        found[one.table] = Watched(
            one.table, known.key, known.content | one.content, known.member | one.member, known.shared | one.shared
        )
    return found
