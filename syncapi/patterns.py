"""Sync patterns: how the rows of an entity get to a device, and back."""

from typing import ClassVar


class Pattern:
    """Base of all patterns. An entity names the class, not an instance.

    `name` is the pattern's word in the definition, which devices act on.
    """

    name: ClassVar[str]
    tracked: ClassVar[bool] = False
    """Whether triggers watch the tables that the entity depends on (decision 0012)."""


class ReadOnly(Pattern):
    """Server to device, whole, and only when something changed (P4).

    Works with any queryset and needs no change tracking: the server renders the rows to learn whether they changed.
    """

    name = "read-only"


class ReadOnlyOptimized(Pattern):
    """Server to device, only what changed since the device last synced (P4).

    Triggers in the database track every change, also of related rows whose values the entity carries. Works with any
    queryset; where its rows cannot be followed by foreign keys, a pull costs a scan of the keys in scope.
    """

    name = "read-only-optimized"
    tracked = True
