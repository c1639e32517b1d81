"""The delta of an entity: changed rows whole, and gaps where rows are no more (P4, T3, T5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from syncapi.entities import LocalEntity
from syncapi.keys import gaps, in_key_order, is_ordered, only_keys, with_raw_key
from syncapi.pull.rendering import SEGMENT_ROWS, rendered, write_segment
from syncapi.spool import Spool
from syncapi.tracking.changes import Change
from syncapi.tracking.moments import Moment
from syncapi.tracking.plan import Plan
from syncapi.tracking.tracker import CHANGES, Tracker
from syncapi.wire import line


class DeltaTooLarge(Exception):
    """So much changed that comparing is cheaper."""


class NoKeyOrder(Exception):
    """Rows are gone, and the keys of this entity have no order in which to say where."""


@dataclass(frozen=True)
class Delta:
    """What was written: `gaps` as the keys between which nothing remains, in key order. `seen`: changes looked at,
    whether they concern the scope or not."""

    rows: int
    bytes: int
    segments: int
    gaps: list[tuple[Any, Any]]
    seen: int


def write_delta(
    entity: LocalEntity, queryset: models.QuerySet[Any], plan: Plan, tracker: Tracker, since: Moment, spool: Spool
) -> Delta:
    """Writes gaps, then segments, for what changed after `since`.

    :raises DeltaTooLarge, NoKeyOrder: the spool is to be cut back.
    """
    changed = _changed_keys(queryset, plan, tracker, since)
    seen = sum(len(tracker.changes(table, since)) for table in plan.watched)
    told = _write_gaps(entity, queryset, [key for key, moved in changed.items() if moved], spool)
    rows = size = count = 0
    for keys in _pieces(list(changed)):
        segment = list(rendered(entity, in_key_order(only_keys(queryset, (), keys), entity)))
        if segment:
            size += write_segment(segment, count, spool)
            rows += len(segment)
            count += 1
    return Delta(rows, size, count, told, seen)


def _changed_keys(queryset: models.QuerySet[Any], plan: Plan, tracker: Tracker, since: Moment) -> dict[Any, bool]:
    """Raw keys of the entity's rows that changed, or that reach a changed row (T3); whether they may have left.

    :raises DeltaTooLarge:
    """
    found: dict[Any, bool] = {}
    own, *related = plan.followed
    _add(found, ((change.key, change.moved) for change in tracker.changes(own.table, since)))
    for followed in related:
        changes = tracker.changes(followed.table, since)
        if len(changes) > CHANGES:
            raise DeltaTooLarge
        changes = [change for change in changes if change.felt]
        for part in _pieces(changes):
            _add(found, _reaching(queryset, followed.path, part, moved=False))
        if followed.member:
            everywhere: models.QuerySet[Any] = models.QuerySet(queryset.model, using=queryset.db)  # no manager's part
            for part in _pieces([change for change in changes if change.moved]):
                _add(found, _reaching(everywhere, followed.path, part, moved=True))
    for linked in plan.linked:
        changes = tracker.changes(linked.table, since)
        if len(changes) > CHANGES:
            raise DeltaTooLarge
        for part in _pieces(changes):
            here = ((change.key, False) for change in part)
            _add(found, _reaching(queryset, linked.path, part, moved=False) if linked.path else here)
    return found


def _reaching(
    queryset: models.QuerySet[Any], path: tuple[str, ...], changes: Sequence[Change], moved: bool
) -> Iterator[tuple[Any, bool]]:
    reaching = with_raw_key(only_keys(queryset, path, [change.key for change in changes]))
    for key in reaching.order_by().values_list("_raw_key", flat=True).iterator(chunk_size=SEGMENT_ROWS):
        yield key, moved


def _add(found: dict[Any, bool], keys: Iterable[tuple[Any, bool]]) -> None:
    for key, moved in keys:
        found[key] = found.get(key, False) or moved
        if len(found) > CHANGES:
            raise DeltaTooLarge


def _write_gaps(
    entity: LocalEntity, queryset: models.QuerySet[Any], moved: Sequence[Any], spool: Spool
) -> list[tuple[Any, Any]]:
    """Between which neighbours nothing remains of `moved`. No key is named that is not in scope (T5)."""
    if not is_ordered(entity):
        if _are_all_in_scope(queryset, moved):
            return []
        raise NoKeyOrder
    found = gaps(entity, queryset, moved)
    for after, before in found:
        spool.write(line({"type": "gap", "after": after, "before": before}))
    return found


def _are_all_in_scope(queryset: models.QuerySet[Any], keys: Sequence[Any]) -> bool:
    return all(
        only_keys(queryset, (), part).order_by().values("pk").distinct().count() == len(part) for part in _pieces(keys)
    )


def _pieces(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + SEGMENT_ROWS] for start in range(0, len(items), SEGMENT_ROWS))
