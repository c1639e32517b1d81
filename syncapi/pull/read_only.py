"""Phases of entities without change tracking (P4): all rows are rendered, and tell whether they changed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NoReturn

from syncapi.cursors import ContentCursor, query_hash
from syncapi.entities import LocalEntity
from syncapi.keys import in_key_order
from syncapi.pull.inline import write_all
from syncapi.pull.parts import PARTS, listed
from syncapi.pull.phases import Answer, Pull
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.rendering import rendered
from syncapi.rows import RowSet
from syncapi.scopes import canonical_scope
from syncapi.segments.bounds import Bounds
from syncapi.segments.drafts import Draft, draft
from syncapi.segments.manifest import Manifest
from syncapi.segments.places import Place, Stored
from syncapi.segments.snapshots import Snapshots
from syncapi.spool import Spool

TRACK = "Let the pattern be a subclass of offline.ReadOnlyOptimized, or return what everything() gives"


class ContentPull(Pull):
    """:raises ScopeError: the scope has no canonical form."""

    def __init__(
        self, entity: LocalEntity, scope: Hashable, cursor: str | None, snapshots: Snapshots, spool: Spool
    ) -> None:
        super().__init__(entity, scope, cursor, None, spool)
        self._snapshots = snapshots
        self._query = query_hash(
            entity.name,
            [column.name for column in entity.row_columns],
            [":".join(column.form[1:]) for column in entity.row_columns],
            canonical_scope(scope, entity.name),
        )
        self._queryset = entity.rows(scope)
        self._place = Place.of(entity, scope, self._queryset)
        self._message: dict[str, Any] | None = None  # about all rows, once they were looked at
        self._draft: Draft | None = None

    def everything(self) -> Answer:
        """Renders all rows. Whether they are what the device has is told by the answer's cursor."""
        self.close()
        inside = self._inside(self._snapshots.limit if self._snapshots.keeps else None)
        if inside is not None:
            self._message = inside.message
            return Answer(inside.message["cursor"], lambda: inside)
        # Drawn up now, compressed and kept only if it is taken.
        stored = self._place.look()
        known = stored.manifest if stored is not None else Manifest()
        rows = rendered(self.entity, in_key_order(self._queryset, self.entity))
        made = self._draft = draft(rows, Bounds(self.entity, known), known)
        message = self._message = self._told(PARTS, made.content)
        return Answer(message["cursor"], lambda: self._in_parts(stored, made, message))

    def unchanged(self) -> Answer:
        message = self._message
        if message is None:
            raise self._wrong("calls unchanged() unseen", "Call everything() first: it tells what there is")
        if message["cursor"] != self.cursor:
            raise self._wrong("calls unchanged(), and the rows changed", "Return what everything() gave")
        told = {name: message[name] for name in ("type", "entity", "mode", "rows", "fingerprint", "cursor")}
        pulled = PulledEntity(told | {"mode": "unchanged"}, self._start, self._start, rows=0, bytes=0)
        return Answer(self.cursor, lambda: pulled)

    def changes(self) -> NoReturn:
        raise self._wrong("calls changes(), which nobody tracks", TRACK)

    def compare(self) -> NoReturn:
        raise self._wrong("calls compare(), which changes must be tracked for", TRACK)

    def reset(self, reason: str) -> NoReturn:
        raise self._wrong("calls reset(), which has the device ask for a comparison", TRACK)

    def close(self) -> None:
        if self._draft is not None:
            self._draft.close()
            self._draft = None

    def _inside(self, limit: int | None) -> PulledEntity | None:
        """Mode `replace`; None when there are more rows than `limit`."""
        start = self._spool.position
        found = write_all(rendered(self.entity, in_key_order(self._queryset, self.entity)), self._spool, limit)
        if found is None:
            return None
        message = self._told("replace", found.content)
        message |= {"columns": self._columns, "bytes": found.bytes, "segments": found.segments}
        return PulledEntity(message, start, self._spool.position, rows=found.rows, bytes=found.bytes)

    def _in_parts(self, stored: Stored | None, made: Draft, message: dict[str, Any]) -> PulledEntity:
        """Mode `snapshot`. There is no cursor of a moment: all rows were rendered. Saved is the rest."""
        if stored is not None and stored.cursor == message["cursor"]:
            manifest = stored.manifest
            self._snapshots.serve(stored)
        else:
            manifest = self._snapshots.make(self._place, stored, made, message["cursor"])
            self._draft = None
        message = message | {"columns": self._columns, **listed(manifest), "rows": 0, "bytes": 0}
        return PulledEntity(message, self._spool.position, self._spool.position, rows=0, bytes=0, parts=manifest)

    def _told(self, mode: str, content: RowSet) -> dict[str, Any]:
        return {
            "type": "entity",
            "entity": self.entity.name,
            "mode": mode,
            "rows": content.rows,
            "fingerprint": content.fingerprint,
            "cursor": ContentCursor(self._query, content.digest).encode(),
        }

    @property
    def _columns(self) -> list[str]:
        return [column.name for column in self.entity.row_columns]
