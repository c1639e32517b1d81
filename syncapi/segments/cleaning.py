"""Deleting what no device can need any more."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from syncapi.conf import conf
from syncapi.models import Part, Snapshot

SERVED = datetime.timedelta(days=1)  # for so long after they fell out: no download takes that long
BATCH = 50  # parts of a statement, with some 50 KB each: nobody waits long for its lock


@dataclass(frozen=True)
class Cleaned:
    """How many were deleted; the parts of deleted snapshots are among the parts."""

    snapshots: int
    parts: int


def clean(now: datetime.datetime | None = None) -> Cleaned:
    """Deletes parts that fell out, and snapshots that nobody asked for within the retention. Safe at any time.

    :param now: as `timezone.now()` gives it, which is the default.
    """
    now = now or timezone.now()
    parts = _delete(Part.objects.filter(fallen__lt=now - SERVED))
    forgotten = Q(asked__lt=now - datetime.timedelta(days=conf().tracking_retention))
    never_made = Q(cursor="", asked__lt=now - SERVED)
    found = _delete_snapshots(Snapshot.objects.filter(forgotten | never_made))
    return Cleaned(found.snapshots, found.parts + parts)


def clear() -> Cleaned:
    """Deletes all. Devices that are fetching parts ask for the list again."""
    return _delete_snapshots(Snapshot.objects.all())


def _delete_snapshots(snapshots: QuerySet[Snapshot]) -> Cleaned:
    parts = deleted = 0
    for pk in list(snapshots.values_list("pk", flat=True)):
        snapshots.model.objects.filter(pk=pk).update(cursor="")  # from here on it is made anew by who asks
        parts += _delete(Part.objects.filter(snapshot=pk))
        deleted += Snapshot.objects.filter(pk=pk, cursor="").delete()[1].get(Snapshot._meta.label, 0)
    return Cleaned(deleted, parts)


def _delete(parts: QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(parts.values_list("pk", flat=True)[:BATCH]):
        deleted += Part.objects.filter(pk__in=keys).delete()[0]
    return deleted
