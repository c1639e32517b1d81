"""Pull phase, read-only optimized pattern (P4): what changed since the cursor, or how to find out (decision 0013)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from syncapi.cursors import PositionCursor
from syncapi.entities import LocalEntity
from syncapi.pull.changes import Changes, changes
from syncapi.pull.comparison import compare
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.pull.tracked import TrackedPull
from syncapi.pull.whole import pull_whole
from syncapi.segments.snapshots import Snapshots
from syncapi.spool import Spool
from syncapi.tracking.tracker import Tracker


def pull_read_only_optimized(
    entity: LocalEntity,
    scope: Hashable,
    cursor: str | None,
    ranges: Sequence[Range] | None,
    tracker: Tracker,
    snapshots: Snapshots,
    spool: Spool,
) -> PulledEntity | None:
    """Pulls `entity` in `scope`. `ranges`: what the device says it has, to be compared.

    :returns: None when a snapshot was wanted from `snapshots`: another pull will follow.
    :raises ScopeError: the scope has no canonical form.
    :raises InvalidRequest: `ranges` are not in key order, or not of keys of this entity.
    """
    pull = TrackedPull.of(entity, scope, tracker, spool)
    old = PositionCursor.decode(cursor) if cursor is not None else None
    other_form = old is not None and old.form != pull.form
    if ranges is not None:
        compared = None if other_form or not any(one.rows for one in ranges) else _ranges(pull, old, ranges)
        return compared or pull_whole(pull, old, snapshots)
    if cursor is None or other_form:
        return pull_whole(pull, old, snapshots)
    found = changes(pull, old)
    return _reset(pull, found) if isinstance(found, str) else _delta(pull, found)


def _delta(pull: TrackedPull, found: Changes) -> PulledEntity:
    """`delta`, or `unchanged`."""
    delta = found.delta
    if delta.rows == 0 and not delta.gaps:
        return pull.pulled("unchanged", found.cursor, found.start)
    more = {"columns": pull.columns, "segments": delta.segments, "gaps": len(delta.gaps)}
    return pull.pulled("delta", found.cursor, found.start, delta.rows, delta.bytes, **more)


def _ranges(pull: TrackedPull, old: PositionCursor | None, ranges: Sequence[Range]) -> PulledEntity | None:
    """The outcome of comparing; None when all rows are to be sent."""
    start = pull.spool.position
    found = compare(pull.entity, pull.queryset, ranges, pull.spool)
    if found is None:
        pull.spool.truncate(start)
        return None
    more = {
        "columns": pull.columns,
        "segments": found.segments,
        "total": found.content.rows,
        "fingerprint": found.content.fingerprint,
    }
    return pull.pulled("ranges", pull.cursor_of_all(old), start, found.rows, found.bytes, **more)


def _reset(pull: TrackedPull, reason: str) -> PulledEntity:
    message = {"type": "entity", "entity": pull.entity.name, "mode": "reset", "reason": reason}
    return PulledEntity(message, pull.spool.position, pull.spool.position, rows=0, bytes=0)
