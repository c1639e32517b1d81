"""Sync patterns: how the rows of an entity get to a device, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from syncapi.pull.phases import Answer, Pull
    from syncapi.push.phases import Outcome, Push


class Pattern:
    """Base of all patterns. An entity names the class, not an instance.

    `name` is the pattern's word in the definition, which devices act on. A pattern of your own is a subclass of one
    that is here, with a `pull` of its own; `manage.py createsyncaction` writes one (`docs/accelerators.md`).
    """

    name: ClassVar[str]
    tracked: ClassVar[bool] = False
    """Whether triggers watch the tables that the entity depends on (decision 0012)."""
    writable: ClassVar[bool] = False
    """Whether devices may change its records (decision 0029)."""
    detects_conflicts: ClassVar[bool] = False

    def pull(self, sync: Pull) -> Answer:
        """What the device gets: of the phases that `sync` offers, those that it needs. Called for each sync, more than
        once where something must be prepared in between, so that it had better only read."""
        raise NotImplementedError(f"{type(self).__name__} has no pull(). Subclass one of the patterns in offline.")

    def push(self, change: Push) -> Outcome:
        """What becomes of a change that a device asks for: of the phases that `change` offers, those that it needs.
        Called in the transaction of the change, of writable patterns only; what it raises undoes the change."""
        raise NotImplementedError(f"{type(self).__name__} has no push(). Subclass one of the writable patterns.")


class ReadOnly(Pattern):
    """Server to device, whole, and only when something changed (P4).

    Works with any queryset and needs no change tracking: the server renders the rows to learn whether they changed.
    """

    name = "read-only"

    def pull(self, sync: Pull) -> Answer:
        rows = sync.everything()
        if rows.cursor == sync.cursor:
            return sync.unchanged()
        return rows


class ReadOnlyOptimized(Pattern):
    """Server to device, only what changed since the device last synced (P4).

    Triggers in the database track every change, also of related rows whose values the entity carries. Works with any
    queryset; where its rows cannot be followed by foreign keys, a pull costs a scan of the keys in scope.
    """

    name = "read-only-optimized"
    tracked = True

    def pull(self, sync: Pull) -> Answer:
        if sync.ranges is not None:  # the device was told to compare, or doubts what it has
            return sync.compare()
        if sync.cursor is None:  # its first sync
            return sync.everything()
        changes = sync.changes()
        if changes.doubt:
            return sync.reset(changes.doubt)
        return sync.unchanged() if changes.empty else changes


class ReadWrite(ReadOnlyOptimized):
    """Both ways; of two people who change the same attribute, the last to send it wins (decision 0029)."""

    name = "read-write"
    writable = True

    def push(self, change: Push) -> Outcome:
        if change.op == "create":
            return change.create()
        if change.record is None:
            return change.gone()
        return change.delete() if change.op == "delete" else change.update()


class ReadWriteWithConflictDetection(ReadWrite):
    """Both ways; who changes what somebody else has changed meanwhile is asked (C1 to C3, decision 0029)."""

    name = "read-write-conflicts"
    detects_conflicts = True

    def push(self, change: Push) -> Outcome:
        if change.op == "create":
            return change.create()
        if change.record is None:
            return change.gone()
        conflicts = change.conflicts()
        if conflicts:
            return change.conflict(conflicts)
        return change.delete() if change.op == "delete" else change.update()
