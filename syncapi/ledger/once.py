"""Doing something once for each id of a device, however often it is asked for, also at the same time (W1)."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from syncapi.api.envelope import ANONYMOUS
from syncapi.conf import conf
from syncapi.errors import Busy, IdReused
from syncapi.ledger.model import LedgerEntry

BATCH = 5_000  # rows of a statement

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """Whose ids they are. The user is part of it: a made-up replica must not lead to what somebody else had done."""

    replica: uuid.UUID
    app: str
    user_key: str


def once(origin: Origin, item: uuid.UUID, asked: Any, work: Callable[[], Outcome]) -> Outcome:
    """What `work` returned when it was first done for this id. Parallel calls wait for one another.

    :param asked: JSON values: what the id stands for.
    :param work: runs in the transaction of the entry, which its outcome ends. What it raises ends it too, and leaves
        neither effect nor entry: that is no outcome.
    :raises IdReused: the id stands for something else.
    :raises Busy: the database could not be had in time; nothing has happened.
    """
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    try:
        with transaction.atomic():
            entry = LedgerEntry(**asdict(origin), item=item, digest=digest, made=timezone.now())
            if not _claimed(entry):
                return _stored(origin, item, digest)
            outcome = work()
            entry.outcome = json.dumps(outcome)
            entry.save(update_fields=["outcome"])
            return outcome
    except OperationalError as error:
        raise Busy from error


def confirm(origin: Origin, items: Iterable[uuid.UUID]) -> None:
    """The device has these outcomes, and will not ask for them again."""
    if wanted := list(items):
        entries = LedgerEntry.objects.filter(**asdict(origin), item__in=wanted, confirmed=None)
        entries.update(confirmed=timezone.now())


def clean() -> int:
    """Deletes outcomes that are past their retention. Returns how many.

    Those that were confirmed stay as long: a restored or copied profile asks again for what another had confirmed.
    Those that were not stay until they are, however long a device is away whose answer was lost (W1). Strangers, who
    could make any number of them, have theirs for as long as the rest.
    """
    stale = LedgerEntry.objects.exclude(unconfirmed()).filter(
        made__lt=timezone.now() - datetime.timedelta(days=conf().tracking_retention)
    )
    deleted = 0
    while keys := list(stale.values_list("pk", flat=True)[:BATCH]):
        deleted += LedgerEntry.objects.filter(pk__in=keys).delete()[0]
    return deleted


def unconfirmed() -> Q:
    """Entries that a signed-in person's device may ask for again, since it may not have them."""
    return Q(confirmed=None) & ~Q(user_key=ANONYMOUS)


def _claimed(entry: LedgerEntry) -> bool:
    """Writes first, and does not look first: on SQLite a transaction that began by reading may not wait to write."""
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _stored(origin: Origin, item: uuid.UUID, digest: str) -> Outcome:
    entry = LedgerEntry.objects.filter(**asdict(origin), item=item).first()
    if entry is None:  # deleted since
        raise Busy
    if entry.digest != digest:
        raise IdReused
    outcome: Outcome = json.loads(entry.outcome)
    return outcome
