"""Where the parts of an earlier snapshot end, for the next one to be cut at the same keys."""

from __future__ import annotations

from typing import Any

from syncapi.entities import LocalEntity
from syncapi.keys import is_ordered, wire_order
from syncapi.segments.manifest import Manifest


class Bounds:
    """Is told the key of each row, in the order of the rows, and says where a part ended.

    Keys with the common order are compared; of others only the last key of a part is recognized.
    """

    def __init__(self, entity: LocalEntity, manifest: Manifest) -> None:
        self._order = wire_order(entity) if is_ordered(entity) else None
        self._lasts = [part.last for part in manifest.parts]
        if self._order is not None:
            self._lasts = [self._order(last) for last in self._lasts]
        self._at = 0
        self._unseen = set() if self._order else set(self._lasts)
        self._previous: Any = None

    @property
    def ahead(self) -> bool:
        """Whether there are more to come."""
        return self._at < len(self._lasts)

    def passed(self, key: Any) -> bool:
        """Whether a part ended between the row before and this one."""
        return self._passed_place(key) if self._order is not None else self._passed_key(key)

    def _passed_place(self, key: Any) -> bool:
        assert self._order is not None
        began = self._at
        try:
            place = self._order(key)
            while self.ahead and place > self._lasts[self._at]:
                self._at += 1
        except (TypeError, ValueError):  # what SQLite lets in beside keys
            return False
        return self._at > began

    def _passed_key(self, key: Any) -> bool:
        previous, self._previous = self._previous, key
        if previous not in self._unseen:
            return False
        self._unseen.discard(previous)
        self._at += 1
        return True
