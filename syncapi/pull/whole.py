"""All rows of a tracked entity: from a stored snapshot, from one that is made for it, or inside the answer."""

from __future__ import annotations

from syncapi.cursors import PositionCursor, short_hash
from syncapi.keys import in_key_order
from syncapi.pull.changes import Changes, changes
from syncapi.pull.inline import write_all
from syncapi.pull.parts import PARTS, listed
from syncapi.pull.pulled import PulledEntity
from syncapi.pull.rendering import rendered
from syncapi.pull.tracked import TrackedPull
from syncapi.segments.bounds import Bounds
from syncapi.segments.drafts import draft, unpacked
from syncapi.segments.manifest import Manifest
from syncapi.segments.places import Place, Stored
from syncapi.segments.pruning import prune
from syncapi.segments.snapshots import Snapshots

WORTH = 5  # a snapshot is made anew when more than a fifth of its rows changed since, ...
FEW = 1000  # ... and at least so many


def pull_whole(pull: TrackedPull, old: PositionCursor | None, snapshots: Snapshots) -> PulledEntity | None:
    """Mode `snapshot` or `replace`. None: a snapshot was wanted from `snapshots`, and another pull will follow.

    :param old: the device's cursor, which no longer serves.
    """
    if not snapshots.keeps:
        return _replace(pull, old)
    place = Place.of(pull.entity, pull.in_scope, pull.queryset)
    stored = place.look()
    large = stored is not None and bool(stored.cursor) and stored.manifest.rows > snapshots.limit
    if stored is not None and large:
        served = _from(pull, place, stored, snapshots)
        if served is not None:
            return served
    if snapshots.may_make(place):
        return _made(pull, place, stored, snapshots)
    if not large or not snapshots.may_want():
        inside = _replace(pull, old, snapshots.limit if snapshots.may_want() else None)
        if inside is not None:
            return inside
    snapshots.want(place, stored)
    return None


def serves(pull: TrackedPull, stored: Stored) -> Changes | None:
    """What changed since a stored snapshot was made; None when it is to be made anew. It is judged as a device is."""
    start = pull.spool.position
    found = changes(pull, PositionCursor.decode(stored.cursor))
    if isinstance(found, str):
        return None
    delta = found.delta
    if max(delta.seen, delta.rows + len(delta.gaps)) > max(FEW, stored.manifest.rows // WORTH):
        pull.spool.truncate(start)
        return None
    return found


def _from(pull: TrackedPull, place: Place, stored: Stored, snapshots: Snapshots) -> PulledEntity | None:
    """A stored snapshot with what changed since; None when it does not serve."""
    found = serves(pull, stored)
    if found is None:
        return None
    manifest = _pruned(pull, place, stored, found, snapshots)
    snapshots.serve(stored)
    delta = found.delta
    more = {**listed(manifest), "segments": delta.segments, "gaps": len(delta.gaps)}
    message = pull.pulled(PARTS, found.cursor, found.start, delta.rows, delta.bytes, columns=pull.columns, **more)
    return message.with_parts(manifest)


def _pruned(pull: TrackedPull, place: Place, stored: Stored, found: Changes, snapshots: Snapshots) -> Manifest:
    """The snapshot without rows that left since it was made."""
    gaps = found.delta.gaps
    mark = short_hash(gaps)
    if not gaps or mark == stored.pruned:
        return stored.manifest

    def lines(part: str) -> bytes:
        body = place.body(part)
        if body is None:
            raise LookupError(f"{pull.entity}: the part {part} is not stored.")
        return unpacked(body)

    return snapshots.make(place, stored, prune(pull.entity, stored.manifest, gaps, lines), stored.cursor, mark)


def _made(pull: TrackedPull, place: Place, stored: Stored | None, snapshots: Snapshots) -> PulledEntity:
    known = stored.manifest if stored is not None else Manifest()
    rows = rendered(pull.entity, in_key_order(pull.queryset, pull.entity))
    made = draft(rows, Bounds(pull.entity, known), known)
    was = PositionCursor.decode(stored.cursor) if stored is not None and stored.cursor else None
    cursor = pull.cursor_of_all(was)
    manifest = snapshots.make(place, stored, made, cursor.encode())
    more = listed(manifest)
    return pull.pulled(PARTS, cursor, pull.spool.position, columns=pull.columns, **more).with_parts(manifest)


def _replace(pull: TrackedPull, old: PositionCursor | None, limit: int | None = None) -> PulledEntity | None:
    start = pull.spool.position
    rows = rendered(pull.entity, in_key_order(pull.queryset, pull.entity))
    found = write_all(rows, pull.spool, limit)
    if found is None:
        return None
    more = {"columns": pull.columns, "segments": found.segments, "fingerprint": found.content.fingerprint}
    return pull.pulled("replace", pull.cursor_of_all(old), start, found.rows, found.bytes, **more)
