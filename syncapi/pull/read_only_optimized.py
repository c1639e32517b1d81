"""Pull phase, read-only optimized pattern (P4): what changed since the cursor, or how to find out (decision 0013)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from syncapi.cursors import PositionCursor, short_hash
from syncapi.entities import LocalEntity
from syncapi.keys import members_hash
from syncapi.pull.comparison import compare, write_all
from syncapi.pull.delta import Delta, DeltaTooLarge, NoKeyOrder, write_delta
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.scopes import canonical_scope
from syncapi.spool import Spool
from syncapi.tracking.moments import Moment
from syncapi.tracking.plan import Plan, plan
from syncapi.tracking.tracker import Tracker
from syncapi.tracking.trust import Trust, trust

DIGITS = 16  # of each hash in a cursor: nobody attacks them, and every poll carries them


@dataclass(frozen=True)
class _Pull:
    """One entity of one sync: everything its modes need."""

    entity: LocalEntity
    queryset: models.QuerySet[Any]
    plan: Plan
    trust: Trust
    tracker: Tracker
    spool: Spool
    scope: str  # hash

    @property
    def form(self) -> str:
        """Hash of what decides how a row's text looks, whatever its values."""
        return short_hash([[column.name, column.type.name] for column in self.entity.columns])[:DIGITS]

    @property
    def query(self) -> str:
        return self.plan.query[:DIGITS]

    @cached_property
    def members(self) -> str:
        """Hash of the keys in scope. Reads them all, once."""
        return members_hash(self.queryset)[:DIGITS]

    def cursor(self, members: str) -> PositionCursor:
        """A cursor for this moment."""
        return PositionCursor(self.tracker.token(), self.form, self.scope, self.query, members)


def pull_read_only_optimized(
    entity: LocalEntity,
    scope: Hashable,
    cursor: str | None,
    ranges: Sequence[Range] | None,
    tracker: Tracker,
    spool: Spool,
) -> PulledEntity:
    """Pulls `entity` in `scope`. `ranges`: what the device says it has, to be compared.

    :raises ScopeError: the scope has no canonical form.
    :raises InvalidRequest: `ranges` are not in key order, or not of keys of this entity.
    """
    queryset = entity.rows(scope)
    dependencies = plan(entity, queryset)
    pull = _Pull(
        entity,
        queryset,
        dependencies,
        trust(dependencies, tracker),
        tracker,
        spool,
        short_hash(canonical_scope(scope, entity.name))[:DIGITS],
    )
    old = PositionCursor.decode(cursor) if cursor is not None else None
    if ranges is not None:
        return _ranges(pull, old, ranges)
    if cursor is None or (old is not None and old.form != pull.form):
        return _replace(pull, old)
    return _changes(pull, old)


def _changes(pull: _Pull, old: PositionCursor | None) -> PulledEntity:
    """`unchanged`, `delta`, or `reset` where the changes since `old` cannot be told."""
    known = pull.tracker.known(old.token) if old is not None else None
    if old is None or known is None:
        return _reset(pull, "history")
    since = known.moment
    if not pull.trust.content or pull.tracker.passed_barrier(pull.plan.watched, since):
        return _reset(pull, "tracking")
    if old.scope != pull.scope:
        return _reset(pull, "scope")
    if _membership_is_doubtful(pull, old, since) and pull.members != old.members:
        return _reset(pull, "query")
    start = pull.spool.position
    try:
        delta = write_delta(pull.entity, pull.queryset, pull.plan, pull.tracker, since, pull.spool)
    except DeltaTooLarge:
        pull.spool.truncate(start)
        return _reset(pull, "size")
    except NoKeyOrder:
        pull.spool.truncate(start)
        return _reset(pull, "keys")
    if delta.seen == 0 and not pull.tracker.is_old(known):
        return _message(pull, "unchanged", old, start)  # nothing is written, and its moment serves as well as this one
    return _delta(pull, delta, pull.cursor(pull.members if old.members or _needs_members(pull) else ""), start)


def _membership_is_doubtful(pull: _Pull, old: PositionCursor, since: Moment) -> bool:
    """Whether rows may have entered or left the scope without that being told by their own or followed tables."""
    return (
        old.query != pull.query
        or pull.plan.volatile
        or not pull.trust.membership
        or any(pull.tracker.changes(table, since) for table in pull.plan.unfollowed)
    )


def _needs_members(pull: _Pull) -> bool:
    """Whether cursors of this entity must carry the hash of the keys in scope."""
    return pull.plan.volatile or bool(pull.plan.unfollowed) or not pull.trust.membership


def _delta(pull: _Pull, delta: Delta, cursor: PositionCursor, start: int) -> PulledEntity:
    if delta.rows == 0 and delta.gaps == 0:
        return _message(pull, "unchanged", cursor, start)
    more = {"columns": _columns(pull), "segments": delta.segments, "gaps": delta.gaps}
    return _message(pull, "delta", cursor, start, delta.rows, delta.bytes, **more)


def _ranges(pull: _Pull, old: PositionCursor | None, ranges: Sequence[Range]) -> PulledEntity:
    """The outcome of comparing; all rows when there is nothing to compare with."""
    if not any(one.rows for one in ranges) or (old is not None and old.form != pull.form):
        return _replace(pull, old)
    start = pull.spool.position
    found = compare(pull.entity, pull.queryset, ranges, pull.spool)
    if found is None:
        pull.spool.truncate(start)
        return _replace(pull, old)
    more = {
        "columns": _columns(pull),
        "segments": found.segments,
        "total": found.content.rows,
        "fingerprint": found.content.fingerprint,
    }
    return _message(pull, "ranges", _cursor_of_all(pull, old), start, found.rows, found.bytes, **more)


def _replace(pull: _Pull, old: PositionCursor | None) -> PulledEntity:
    start = pull.spool.position
    found = write_all(pull.entity, pull.queryset, pull.spool)
    more = {
        "columns": _columns(pull),
        "segments": found.segments,
        "fingerprint": found.content.fingerprint,
    }
    return _message(pull, "replace", _cursor_of_all(pull, old), start, found.rows, found.bytes, **more)


def _cursor_of_all(pull: _Pull, old: PositionCursor | None) -> PositionCursor:
    """A cursor after everything in scope went over. A query that is another each time, though the scope is the same,
    depends on something like the time of day: from now on the keys in scope are hashed, so that it need not be
    compared each time."""
    wandering = old is not None and old.scope == pull.scope and (old.query != pull.query or bool(old.members))
    return pull.cursor(pull.members if wandering or _needs_members(pull) else "")


def _reset(pull: _Pull, reason: str) -> PulledEntity:
    message = {"type": "entity", "entity": pull.entity.name, "mode": "reset", "reason": reason}
    return PulledEntity(message, pull.spool.position, pull.spool.position, rows=0, bytes=0)


def _message(
    pull: _Pull, mode: str, cursor: PositionCursor, start: int, rows: int = 0, size: int = 0, **more: Any
) -> PulledEntity:
    message: dict[str, Any] = {"type": "entity", "entity": pull.entity.name, "mode": mode}
    if mode != "unchanged":
        message |= {"rows": rows, "bytes": size}
    message |= {**more, "cursor": cursor.encode()}
    return PulledEntity(message, start, pull.spool.position, rows=rows, bytes=size)


def _columns(pull: _Pull) -> list[str]:
    return [column.name for column in pull.entity.columns]
