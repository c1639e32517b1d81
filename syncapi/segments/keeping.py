"""Writing snapshots to the database: in small pieces, so that on SQLite nobody waits long for the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from syncapi.models import Part, Snapshot
from syncapi.segments.drafts import Draft
from syncapi.segments.leases import new_row
from syncapi.segments.manifest import Manifest
from syncapi.segments.places import Place, Stored

PIECE = 1 << 20  # bytes of bodies in a transaction, or a single part
SUMS = 500  # in a statement


@dataclass(frozen=True)
class Made:
    """A snapshot to be kept. `stored`: what it was made from, and replaces; None where there was no row yet."""

    place: Place
    stored: Stored | None
    draft: Draft
    manifest: Manifest
    cursor: str
    pruned: str = ""


def keep(made: Made, user: Any, *, asked: bool) -> bool:
    """Stores the parts, then has the snapshot consist of them. If somebody else changed it meanwhile, theirs remains,
    which the result says: the parts of this one can be fetched all the same, for a day.

    :param user: key of whom it is made for; None for nobody.
    :param asked: whether a person asks for it.
    :raises django.db.DatabaseError: not all could be stored.
    """
    now = timezone.now()
    stored = made.stored or _enter(made.place)
    for piece in _pieces(made.draft):
        # As if they had fallen out: if this process dies, they will be deleted.
        rows = [Part(snapshot_id=stored.pk, sum=part, body=body, fallen=now) for part, body in piece]
        with transaction.atomic():
            Part.objects.bulk_create(rows, ignore_conflicts=True)
            Part.objects.filter(snapshot=stored.pk, sum__in=[row.sum for row in rows]).exclude(fallen=None).update(
                fallen=now
            )
    manifest = made.manifest
    with transaction.atomic():
        switched = Snapshot.objects.filter(pk=stored.pk, revision=stored.revision).update(
            cursor=made.cursor,
            parts=manifest.encode(),
            rows=manifest.rows,
            size=manifest.size,
            packed=manifest.packed,
            pruned=made.pruned,
            revision=F("revision") + 1,
            made=now,
            user=user,
            lease="",
            leased_until=None,
            **({"asked": now} if asked else {}),
        )
        if switched:
            _mark(stored.pk, manifest.by_sum.keys() - stored.manifest.by_sum.keys(), None)
            _mark(stored.pk, stored.manifest.by_sum.keys() - manifest.by_sum.keys(), now)
    return bool(switched)


def _enter(place: Place) -> Stored:
    Snapshot.objects.bulk_create([new_row(place, timezone.now())], ignore_conflicts=True)
    found = place.look()
    if found is None:
        raise Snapshot.DoesNotExist
    return found


def _pieces(draft: Draft) -> Iterator[list[tuple[str, bytes]]]:
    piece: list[tuple[str, bytes]] = []
    size = 0
    for part in draft.new:
        body = draft.body(part)
        if piece and size + len(body) > PIECE:
            yield piece
            piece, size = [], 0
        piece.append((part.sum, body))
        size += len(body)
    if piece:
        yield piece


def _mark(snapshot: int, sums: Iterable[str], fallen: Any) -> None:
    wanted: Sequence[str] = sorted(sums)
    for start in range(0, len(wanted), SUMS):
        Part.objects.filter(snapshot=snapshot, sum__in=wanted[start : start + SUMS]).update(fallen=fallen)
