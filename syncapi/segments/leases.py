"""While one process makes a snapshot the others wait for it, and use what it made.

A lease is a column with an end: it works on every database and over all machines, and one whose holder died ends by
itself. It only saves work. Two processes that make the same snapshot do no harm.
"""

from __future__ import annotations

import datetime
import logging
import secrets
import time
from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from syncapi.models import Snapshot
from syncapi.segments.places import Place

WAIT = 30.0  # seconds for all that one sync waits for
LEASE = datetime.timedelta(seconds=60)
POLL = 0.1  # seconds

logger = logging.getLogger("haversack.segments")


def take_turns(wanted: Sequence[tuple[Place, int]]) -> dict[Place, str]:
    """Takes the leases of `wanted`, snapshots with the revision that did not serve; waits where others hold them.

    :returns: the leases that were got. Of the others somebody made a newer revision meanwhile, or the time is up.
    """
    deadline = time.monotonic() + WAIT
    taken: dict[Place, str] = {}
    try:
        for place, revision in sorted(wanted, key=lambda one: (one[0].app, one[0].entity, one[0].scope, one[0].form)):
            lease = _take_turn(place, revision, deadline)
            if lease is not None:
                taken[place] = lease
    except DatabaseError as error:  # a lock that lasts: the rows travel without being kept
        logger.warning("A snapshot was not made: %s", str(error))
    return taken


def give_back(leases: Sequence[str]) -> None:
    """For others to go on, whether something was made or not."""
    try:
        with transaction.atomic():
            Snapshot.objects.filter(lease__in=list(leases)).update(lease="", leased_until=None)
    except DatabaseError as error:
        logger.warning("A lease was not given back, and ends by itself: %s", str(error))


def _take_turn(place: Place, revision: int, deadline: float) -> str | None:
    lease = secrets.token_hex(16)
    while True:
        now = timezone.now()
        row = place.row.values("pk", "revision").first()
        if row is None:
            _enter(place, now)
            continue
        if row["revision"] != revision:
            return None
        free = Snapshot.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), pk=row["pk"], revision=revision)
        if free.update(lease=lease, leased_until=now + LEASE):
            return lease
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL)


def _enter(place: Place, now: datetime.datetime) -> None:
    Snapshot.objects.bulk_create([new_row(place, now)], ignore_conflicts=True)


def new_row(place: Place, now: datetime.datetime) -> Snapshot:
    """A snapshot without content."""
    return Snapshot(
        app=place.app,
        entity=place.entity,
        scope=place.scope,
        form=place.form,
        scope_text=place.scope_text,
        asked=now,
    )
