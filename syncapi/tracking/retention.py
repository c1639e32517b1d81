"""Retention: what change tracking and the log of pulls remember is forgotten after a while (decision 0012).

A tombstone may go when no device can ask for it any more: when all tokens left were made after it. A pull that is under
way has read its moment and not yet stored its token, so its moment is younger than any token of yesterday: nothing is
deleted that the oldest token has not seen, and only while one of them is older than `SETTLED`. Where no device leaves
one, each run leaves a token itself for the runs to come.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from syncapi.api.envelope import ANONYMOUS
from syncapi.conf import conf
from syncapi.models import Pull, Replica
from syncapi.tracking import moments
from syncapi.tracking.sources import sources

BATCH = 5_000  # rows of a statement: nobody waits long for its locks
SETTLED = datetime.timedelta(days=1)  # no pull takes that long
UNFINISHED = datetime.timedelta(days=1)  # a device that never completed a sync is kept for so long
VISITOR = datetime.timedelta(days=7)  # one that came once and stays anonymous, for so long
VISIT = datetime.timedelta(hours=1)

# Tokens that something came after. The others are as good as new, however old: a device that comes back to data
# without changes need not compare them.
_OUTDATED = {
    "sqlite": "created < %s AND CAST(snapshot AS INTEGER) < (SELECT position FROM syncapi_clock)",
    "postgresql": """created::timestamptz < %s::timestamptz AND EXISTS (
        SELECT FROM syncapi_source AS source, LATERAL (
            SELECT FROM syncapi_change AS change
            WHERE change.source = source.id AND change.position >= pg_snapshot_xmin(snapshot::text::pg_snapshot)
            AND NOT pg_visible_in_snapshot(change.position, snapshot::text::pg_snapshot) LIMIT 1
        ) AS since)""",
}
# The oldest moment of all tokens, and the first position that it cannot have seen. On PostgreSQL the set of
# transactions that are over only grows. So of two snapshots one has seen all that the other has: the one with the
# higher xmin; if those are equal, with the higher xmax; if those are too, with fewer transactions under way.
_OLDEST = {
    "sqlite": "SELECT snapshot, CAST(snapshot AS INTEGER) + 1 FROM syncapi_history ORDER BY 2 LIMIT 1",
    "postgresql": """SELECT snapshot::text, pg_snapshot_xmax(moment)::text
        FROM syncapi_history, LATERAL (SELECT snapshot::text::pg_snapshot AS moment) AS typed
        ORDER BY pg_snapshot_xmin(moment), pg_snapshot_xmax(moment),
            (SELECT count(*) FROM pg_snapshot_xip(moment)) DESC
        LIMIT 1""",
}
_SEEN = {
    "sqlite": "position <= CAST(%s AS INTEGER)",
    "postgresql": "pg_visible_in_snapshot(position, %s::pg_snapshot)",
}
# A row that somebody is writing is no tombstone any more, or soon none: nobody is waited for.
_DELETE = {
    "sqlite": "DELETE FROM syncapi_change WHERE {old}",
    "postgresql": """DELETE FROM syncapi_change AS gone USING (
            SELECT source, key FROM syncapi_change WHERE {old} FOR UPDATE SKIP LOCKED
        ) AS free WHERE gone.source = free.source AND gone.key = free.key""",
}
_POSITION = {"sqlite": "%s", "postgresql": "%s::xid8"}
_CREATED = {"sqlite": "created <= %s", "postgresql": "created::timestamptz <= %s::timestamptz"}


@dataclass(frozen=True)
class Purged:
    """How many rows of each kind were deleted."""

    tokens: int = 0
    tombstones: int = 0
    pulls: int = 0
    devices: int = 0


def purge(now: datetime.datetime | None = None) -> Purged:
    """Deletes what is past its retention, in small steps. Safe at any time, beside pulls and other purges.

    :param now: aware; default the present.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    tokens, tombstones = _purge_tracking(now)
    return Purged(tokens, tombstones, _purge_pulls(now), _purge_devices(now))


def _purge_tracking(now: datetime.datetime) -> tuple[int, int]:
    if sources() is None:
        return 0, 0
    try:
        moment = moments.now()
    except moments.ForeignPast:  # the first pull will adopt it
        return 0, 0
    tokens = _purge_tokens(now - datetime.timedelta(days=conf().tracking_retention))
    tombstones = _purge_tombstones() if _has_token_before(now - SETTLED) else 0
    if not _has_token_after(now - SETTLED):
        moments.remember(moments.new_token(), moment)
    return tokens, tombstones


def _purge_tokens(before: datetime.datetime) -> int:
    outdated = _OUTDATED[connection.vendor]
    deleted = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM syncapi_history WHERE token IN "  # noqa: S608
                f"(SELECT token FROM syncapi_history WHERE {outdated} LIMIT %s)",
                [_iso(before), BATCH],
            )
            found = int(cursor.rowcount)
            deleted += found
            if found < BATCH:
                return deleted


def _purge_tombstones() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST[connection.vendor])
        oldest = cursor.fetchone()
        cursor.execute("SELECT id FROM syncapi_source")
        tracked = [source for (source,) in cursor.fetchall()]
    return sum(_purge_tombstones_of(source, oldest[0], int(oldest[1])) for source in tracked) if oldest else 0


def _purge_tombstones_of(source: Any, snapshot: str, end: int) -> int:
    """Goes once through the index of positions below `end`."""
    place = _POSITION[connection.vendor]
    seen = _SEEN[connection.vendor]
    deleted = first = 0
    with connection.cursor() as cursor:
        while first < end:
            cursor.execute(
                "SELECT position FROM syncapi_change "  # noqa: S608
                f"WHERE source = %s AND position >= {place} AND position < {place} "
                "ORDER BY position LIMIT 1 OFFSET %s",
                [source, str(first), str(end), BATCH - 1],
            )
            row = cursor.fetchone()
            last = int(row[0]) if row else end - 1
            old = f"source = %s AND position >= {place} AND position <= {place} AND {seen} AND deleted"
            cursor.execute(_DELETE[connection.vendor].format(old=old), [source, str(first), str(last), snapshot])
            deleted += cursor.rowcount
            first = last + 1
    return deleted


def _has_token_before(moment: datetime.datetime) -> bool:
    return _any_token(_CREATED[connection.vendor], moment)


def _has_token_after(moment: datetime.datetime) -> bool:
    return _any_token(f"NOT ({_CREATED[connection.vendor]})", moment)


def _any_token(condition: str, moment: datetime.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM syncapi_history WHERE {condition} LIMIT 1", [_iso(moment)])  # noqa: S608
        return cursor.fetchone() is not None


def _iso(moment: datetime.datetime) -> str:
    """As `moments.remember` writes it, so that SQLite may compare text."""
    return moment.astimezone(datetime.UTC).isoformat()


def _purge_pulls(now: datetime.datetime) -> int:
    return _delete(Pull.objects.filter(started__lt=_at(now, conf().pull_log_retention)))


def _purge_devices(now: datetime.datetime) -> int:
    """Devices that the server could do no more for than for a new one, and those that look invented."""
    stale = Q(last_seen__lt=_at(now, conf().tracking_retention))
    unfinished = Q(last_complete=None, last_seen__lt=_at(now, UNFINISHED.days))
    visitors = Q(user_key=ANONYMOUS, last_seen__lt=_at(now, VISITOR.days)) & Q(last_seen__lt=F("first_seen") + VISIT)
    return _delete(Replica.objects.filter(stale | unfinished | visitors))


def _delete(rows: QuerySet[Any]) -> int:
    """Number of rows of this model that were deleted."""
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[1].get(rows.model._meta.label, 0)
    return deleted


def _at(now: datetime.datetime, days: float) -> datetime.datetime:
    moment = now - datetime.timedelta(days=days)
    return moment if timezone.is_aware(timezone.now()) else timezone.make_naive(moment)
