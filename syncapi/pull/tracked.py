"""What all modes of a tracked entity share: one entity of one sync, and its cursors."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from syncapi.cursors import PositionCursor, short_hash
from syncapi.entities import LocalEntity
from syncapi.keys import members_hash
from syncapi.pull.pulled import PulledEntity
from syncapi.scopes import canonical_scope
from syncapi.spool import Spool
from syncapi.tracking.plan import Plan, plan
from syncapi.tracking.tracker import Tracker
from syncapi.tracking.trust import Trust, trust

DIGITS = 16  # of each hash in a cursor: nobody attacks them, and every poll carries them


@dataclass(frozen=True)
class TrackedPull:
    """One entity of one sync: everything its modes need. `scope` is a hash."""

    entity: LocalEntity
    in_scope: Hashable
    queryset: models.QuerySet[Any]
    plan: Plan
    trust: Trust
    tracker: Tracker
    spool: Spool
    scope: str

    @classmethod
    def of(cls, entity: LocalEntity, scope: Hashable, tracker: Tracker, spool: Spool) -> TrackedPull:
        """:raises ScopeError: the scope has no canonical form."""
        queryset = entity.rows(scope)
        dependencies = plan(entity, queryset)
        hashed = short_hash(canonical_scope(scope, entity.name))[:DIGITS]
        return cls(entity, scope, queryset, dependencies, trust(dependencies, tracker), tracker, spool, hashed)

    @property
    def form(self) -> str:
        """Hash of what decides how a row's text looks, whatever its values."""
        return short_hash([column.form for column in self.entity.row_columns])[:DIGITS]

    @property
    def query(self) -> str:
        return self.plan.query[:DIGITS]

    @cached_property
    def members(self) -> str:
        """Hash of the keys in scope. Reads them all, once."""
        return members_hash(self.queryset)[:DIGITS]

    @property
    def needs_members(self) -> bool:
        """Whether cursors of this entity must carry the hash of the keys in scope."""
        return self.plan.volatile or bool(self.plan.unfollowed) or not self.trust.membership

    @property
    def columns(self) -> list[str]:
        return [column.name for column in self.entity.row_columns]

    def cursor(self, members: str) -> PositionCursor:
        """A cursor for this moment."""
        return PositionCursor(self.tracker.token(), self.form, self.scope, self.query, members)

    def cursor_of_all(self, old: PositionCursor | None) -> PositionCursor:
        """A cursor after everything in scope went over. A query that is another each time, though the scope is the
        same, depends on something like the time of day: from now on the keys in scope are hashed, so that it need not
        be compared each time."""
        wandering = old is not None and old.scope == self.scope and (old.query != self.query or bool(old.members))
        return self.cursor(self.members if wandering or self.needs_members else "")

    def pulled(
        self, mode: str, cursor: PositionCursor, start: int, rows: int = 0, bytes_: int = 0, **more: Any
    ) -> PulledEntity:
        """`start`: where in the spool what follows the message begins."""
        message: dict[str, Any] = {"type": "entity", "entity": self.entity.name, "mode": mode}
        if mode != "unchanged":
            message |= {"rows": rows, "bytes": bytes_}
        message |= {**more, "cursor": cursor.encode()}
        return PulledEntity(message, start, self.spool.position, rows=rows, bytes=bytes_)
