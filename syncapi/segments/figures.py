"""Figures about snapshots for administrators. Reads only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from syncapi.cursors import PositionCursor
from syncapi.entities import LocalEntity, User
from syncapi.models import Part, Snapshot
from syncapi.registry import registry
from syncapi.segments.preparing import asking
from syncapi.snapshot import read_snapshot
from syncapi.tracking import moments
from syncapi.tracking.changes import changes
from syncapi.tracking.plan import plan
from syncapi.tracking.probe import tolerated
from syncapi.tracking.sources import sources

SHOWN = 100
LAG = 10_000  # changes, up to which they are counted


@dataclass(frozen=True)
class SnapshotFigures:
    """`size`: bytes of row lines; `packed`: as stored. Times are aware; `made` is None while it is made for the first
    time. `changes`: of its tables since then, at most `LAG` + 1; None where that cannot be told, as of read-only
    entities."""

    app: str
    entity: str
    scope: str
    rows: int
    parts: int
    size: int
    packed: int
    made: datetime.datetime | None
    asked: datetime.datetime
    changes: int | None


@dataclass(frozen=True)
class Shelf:
    """`snapshots`: those asked for lately, at most `SHOWN` of `count`. `fallen`: parts that fell out of some.
    `bytes`: of all together, as stored."""

    snapshots: tuple[SnapshotFigures, ...]
    count: int
    fallen: int
    bytes: int


def shelf() -> Shelf:
    """What is stored now."""
    with read_snapshot():
        totals = Snapshot.objects.aggregate(count=Count("pk"), packed=Sum("packed"))
        fallen = Part.objects.exclude(fallen=None).count()
        rows = list(Snapshot.objects.defer("parts").select_related("user").order_by("-asked", "pk")[:SHOWN])
        current = Part.objects.filter(snapshot__in=rows, fallen=None).order_by().values_list("snapshot")
        parts = dict(current.annotate(count=Count("pk")))
        found = tuple(_figures(row, parts.get(row.pk, 0)) for row in rows)
    return Shelf(found, totals["count"], fallen, totals["packed"] or 0)


def _figures(row: Snapshot, parts: int) -> SnapshotFigures:
    return SnapshotFigures(
        app=row.app,
        entity=row.entity,
        scope=row.scope_text,
        rows=row.rows,
        parts=parts,
        size=row.size,
        packed=row.packed,
        made=_aware(row.made),
        asked=_aware(row.asked),
        changes=_changes(row),
    )


def _aware(moment: Any) -> Any:
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def _changes(row: Snapshot) -> int | None:
    app = registry.apps.get(row.app)
    entity = app.entities.get(row.entity) if app else None
    position = PositionCursor.decode(row.cursor)
    user = asking(row, app) if app else None
    if entity is None or position is None or user is None:
        return None
    known = moments.look_up([position.token]).get(position.token)
    return _changes_since(entity, user, known.moment) if known is not None else None


def _changes_since(entity: LocalEntity, user: User, since: moments.Moment) -> int | None:
    found = sources() or {}
    with tolerated(entity):
        watched = plan(entity, entity.rows(entity.get_scope(user))).watched
        tracked = [found[table].id for table in watched if table in found]
        return min(LAG + 1, sum(len(changes(source, since, LAG + 1)) for source in tracked))
    return None
