"""What changed since a cursor, of a device or of a stored snapshot; or why that cannot be told (decision 0013)."""

from __future__ import annotations

from dataclasses import dataclass

from syncapi.cursors import PositionCursor
from syncapi.pull.delta import Delta, DeltaTooLarge, NoKeyOrder, write_delta
from syncapi.pull.tracked import TrackedPull
from syncapi.tracking.moments import Moment


@dataclass(frozen=True)
class Changes:
    """Gaps and segments in the spool from `start` on. `cursor`: for who has applied them."""

    delta: Delta
    cursor: PositionCursor
    start: int


def changes(pull: TrackedPull, old: PositionCursor | None) -> Changes | str:
    """The changes since `old`; or the reason to compare, and nothing stays in the spool. None counts as unknown."""
    known = pull.tracker.known(old.token) if old is not None else None
    if old is None or known is None:
        return "history"
    since = known.moment
    if not pull.trust.content or pull.tracker.passed_barrier(pull.plan.watched, since):
        return "tracking"
    if old.scope != pull.scope:
        return "scope"
    if _membership_is_doubtful(pull, old, since) and pull.members != old.members:
        return "query"
    start = pull.spool.position
    try:
        delta = write_delta(pull.entity, pull.queryset, pull.plan, pull.tracker, since, pull.spool)
    except DeltaTooLarge:
        pull.spool.truncate(start)
        return "size"
    except NoKeyOrder:
        pull.spool.truncate(start)
        return "keys"
    if delta.seen == 0 and not pull.tracker.is_old(known):
        return Changes(delta, old, start)  # nothing is written, and its moment serves as well as this one
    return Changes(delta, pull.cursor(pull.members if old.members or pull.needs_members else ""), start)


def _membership_is_doubtful(pull: TrackedPull, old: PositionCursor, since: Moment) -> bool:
    """Whether rows may have entered or left the scope without that being told by their own or followed tables."""
    return (
        old.query != pull.query
        or pull.plan.volatile
        or not pull.trust.membership
        or any(pull.tracker.changes(table, since) for table in pull.plan.unfollowed)
    )
