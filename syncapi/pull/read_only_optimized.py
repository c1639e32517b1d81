"""Phases of entities with change tracking (P4): what changed since the cursor, or how to find out (decision 0013)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NoReturn

from syncapi.cursors import PositionCursor
from syncapi.entities import LocalEntity
from syncapi.pull import changes as tracked_changes
from syncapi.pull.comparison import compare
from syncapi.pull.phases import Answer, Changes, Deliver, Pull
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.ranges import Range
from syncapi.pull.tracked import TrackedPull
from syncapi.pull.whole import pull_whole
from syncapi.segments.snapshots import Snapshots
from syncapi.spool import Spool
from syncapi.tracking.tracker import Tracker


class PositionPull(Pull):
    """:raises ScopeError: the scope has no canonical form."""

    def __init__(
        self,
        entity: LocalEntity,
        scope: Hashable,
        cursor: str | None,
        ranges: Sequence[Range] | None,
        tracker: Tracker,
        snapshots: Snapshots,
        spool: Spool,
    ) -> None:
        super().__init__(entity, scope, cursor, ranges, spool)
        self._tracked = TrackedPull.of(entity, scope, tracker, spool)
        self._snapshots = snapshots
        self._old = PositionCursor.decode(cursor) if cursor is not None else None
        self._other_form = self._old is not None and self._old.form != self._tracked.form
        if self._other_form:
            self.cursor = None
        self._seen: PositionCursor | None = None  # up to where it is certain that nothing changed

    def changes(self) -> Changes:
        self._needs_cursor("changes()")
        found = tracked_changes.changes(self._tracked, self._old)
        if isinstance(found, str):
            doubt = self._wrong(f"returned changes that cannot be told ({found})", "Return sync.reset(changes.doubt)")
            return Changes(None, _raising(doubt), found, 0, 0)
        delta = found.delta
        if delta.rows == 0 and not delta.gaps:
            self._seen = found.cursor
        more = {"columns": self._tracked.columns, "segments": delta.segments, "gaps": len(delta.gaps)}
        pulled = self._tracked.pulled("delta", found.cursor, found.start, delta.rows, delta.bytes, **more)
        return Changes(None, lambda: pulled, "", delta.rows, len(delta.gaps))

    def compare(self) -> Answer:
        if self.ranges is None:
            raise self._wrong("calls compare(), and the device did not say what it has", "Look at sync.ranges first")
        if self._other_form or not any(one.rows for one in self.ranges):
            return self.everything()
        start = self._spool.position
        found = compare(self.entity, self._tracked.queryset, self.ranges, self._spool)
        if found is None:
            self._spool.truncate(start)
            return self.everything()
        more = {
            "columns": self._tracked.columns,
            "segments": found.segments,
            "total": found.content.rows,
            "fingerprint": found.content.fingerprint,
        }
        cursor = self._tracked.cursor_of_all(self._old)
        pulled = self._tracked.pulled("ranges", cursor, start, found.rows, found.bytes, **more)
        return Answer(None, lambda: pulled)

    def everything(self) -> Answer:
        # When it is taken: what is stored serves, or is made and kept, and that may need another pull.
        return Answer(None, lambda: pull_whole(self._tracked, self._old, self._snapshots))

    def unchanged(self) -> Answer:
        self._needs_cursor("unchanged()")
        cursor = self._seen or self._old
        if cursor is None:
            raise self._wrong("calls unchanged() of a device whose cursor means nothing here", "Call changes() first")
        pulled = self._tracked.pulled("unchanged", cursor, self._spool.position)
        return Answer(None, lambda: pulled)

    def reset(self, reason: str) -> Answer:
        self._needs_cursor("reset()")
        message = {"type": "entity", "entity": self.entity.name, "mode": "reset", "reason": reason}
        pulled = PulledEntity(message, self._spool.position, self._spool.position, rows=0, bytes=0)
        return Answer(None, lambda: pulled)

    def _needs_cursor(self, called: str) -> None:
        """What follows from it builds on rows that the device has, and holds for right."""
        if self.ranges is not None:
            raise self._wrong(f"calls {called}, and the device has its rows compared", "Return sync.compare() then")
        if self.cursor is None:
            raise self._wrong(f"calls {called}, and the device has no rows yet", "Return sync.everything() then")


def _raising(error: Exception) -> Deliver:
    def deliver() -> NoReturn:
        raise error

    return deliver
