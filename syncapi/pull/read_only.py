"""Pull phase, read-only pattern (P4): renders the rows of an entity and tells whether they changed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.db import models

from syncapi.cursors import ContentCursor, query_hash
from syncapi.entities import LocalEntity
from syncapi.keys import in_key_order
from syncapi.pull.inline import write_all
from syncapi.pull.parts import PARTS, listed
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.rendering import rendered
from syncapi.rows import RowSet
from syncapi.scopes import canonical_scope
from syncapi.segments.bounds import Bounds
from syncapi.segments.drafts import draft
from syncapi.segments.manifest import Manifest
from syncapi.segments.places import Place
from syncapi.segments.snapshots import Snapshots
from syncapi.spool import Spool


def pull_read_only(
    entity: LocalEntity, scope: Hashable, cursor: str | None, snapshots: Snapshots, spool: Spool
) -> PulledEntity:
    """Renders `entity` in `scope`. When the content is what `cursor` names, nothing stays in the spool.

    :raises ScopeError: the scope has no canonical form.
    """
    query = query_hash(
        entity.name,
        [column.name for column in entity.columns],
        [column.type.name for column in entity.columns],
        canonical_scope(scope, entity.name),
    )
    old = ContentCursor.decode(cursor) if cursor is not None else None
    queryset = entity.rows(scope)
    place = Place.of(entity, scope, queryset)
    pulled = _inside(entity, queryset, query, snapshots.limit if snapshots.keeps else None, spool)
    if pulled is not None:
        if old is not None and old.encode() == pulled.message["cursor"]:
            spool.truncate(pulled.start)
            return _unchanged(pulled.message, pulled.start)
        return pulled
    return _in_parts(entity, queryset, query, old, place, snapshots, spool)


def _inside(
    entity: LocalEntity, queryset: models.QuerySet[Any], query: str, limit: int | None, spool: Spool
) -> PulledEntity | None:
    """Mode `replace`; None when there are more rows than `limit`."""
    start = spool.position
    found = write_all(rendered(entity, in_key_order(queryset, entity)), spool, limit)
    if found is None:
        return None
    message = _message(entity, "replace", query, found.content)
    message |= {"columns": _columns(entity), "bytes": found.bytes, "segments": found.segments}
    return PulledEntity(message, start, spool.position, rows=found.rows, bytes=found.bytes)


def _in_parts(
    entity: LocalEntity,
    queryset: models.QuerySet[Any],
    query: str,
    old: ContentCursor | None,
    place: Place,
    snapshots: Snapshots,
    spool: Spool,
) -> PulledEntity:
    """Mode `snapshot`, or `unchanged`. There is no cursor of a moment: all rows are rendered. Saved is the rest."""
    stored = place.look()
    known = stored.manifest if stored is not None else Manifest()
    made = draft(rendered(entity, in_key_order(queryset, entity)), Bounds(entity, known), known)
    current = ContentCursor(query, made.content.digest)
    message = _message(entity, PARTS, query, made.content)
    if old == current:
        made.close()
        return _unchanged(message, spool.position)
    if stored is not None and stored.cursor == current.encode():
        made.close()
        manifest = stored.manifest
        snapshots.serve(stored)
    else:
        manifest = snapshots.make(place, stored, made, current.encode())
    message |= {"columns": _columns(entity), **listed(manifest), "rows": 0, "bytes": 0}
    return PulledEntity(message, spool.position, spool.position, rows=0, bytes=0, parts=manifest)


def _message(entity: LocalEntity, mode: str, query: str, content: RowSet) -> dict[str, Any]:
    return {
        "type": "entity",
        "entity": entity.name,
        "mode": mode,
        "rows": content.rows,
        "fingerprint": content.fingerprint,
        "cursor": ContentCursor(query, content.digest).encode(),
    }


def _unchanged(message: dict[str, Any], at: int) -> PulledEntity:
    told = {name: message[name] for name in ("type", "entity", "mode", "rows", "fingerprint", "cursor")}
    return PulledEntity(told | {"mode": "unchanged"}, at, at, rows=0, bytes=0)


def _columns(entity: LocalEntity) -> list[str]:
    return [column.name for column in entity.columns]
