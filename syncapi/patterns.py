"""Sync patterns: how the rows of an entity get to a device, and back."""

from typing import ClassVar


class Pattern:
    """Base of all patterns. An entity names the class, not an instance.

    `name` is the pattern's word in the definition, which devices act on.
    """

    name: ClassVar[str]


class ReadOnly(Pattern):
    """Server to device, whole, and only when something changed (P4).

    Works with any queryset and needs no change tracking: the server renders the rows to learn whether they changed.
    """

    name = "read-only"
