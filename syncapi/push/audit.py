"""What administrators see of changes from devices: written in the transaction of the effect."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from syncapi.conf import conf
from syncapi.entities import User
from syncapi.ledger.once import Origin
from syncapi.push.forms import clean_text
from syncapi.push.model import PushedChange
from syncapi.push.mutation import Local, Mutation
from syncapi.push.phases import Effect

BATCH = 5_000  # rows of a statement


@dataclass(frozen=True)
class Entry:
    """A mutation with a final outcome."""

    mutation: Mutation
    effect: Effect


def write(origin: Origin, user: User, entries: Iterable[Entry]) -> None:
    """One statement; none where the log is switched off."""
    if conf().pull_log_retention <= 0:
        return
    now = timezone.now()
    person = user if isinstance(user, AbstractBaseUser) else None
    PushedChange.objects.bulk_create([_row(origin, person, entry, now) for entry in entries])


def clean(now: datetime.datetime | None = None) -> int:
    """Deletes what is past the retention of the log. Returns how many."""
    before = (now or timezone.now()) - datetime.timedelta(days=conf().pull_log_retention)
    deleted = 0
    while keys := list(PushedChange.objects.filter(at__lt=before).values_list("pk", flat=True)[:BATCH]):
        deleted += PushedChange.objects.filter(pk__in=keys).delete()[0]
    return deleted


def _row(origin: Origin, person: Any, entry: Entry, now: datetime.datetime) -> PushedChange:
    mutation, effect = entry.mutation, entry.effect
    error = effect.outcome.get("error")
    return PushedChange(
        replica=origin.replica,
        app=origin.app,
        user_key=origin.user_key,
        user_id=None if person is None else person.pk,
        item=mutation.id,
        entity=clean_text(mutation.entity)[:100],
        op=mutation.op,
        key=_key(mutation, effect),
        title=effect.title,
        status=effect.outcome["status"],
        code=error["code"][:40] if error else "",
        error=json.dumps(error) if error else "",
        values=json.dumps(dict(mutation.values)),
        before="" if effect.before is None else json.dumps(dict(effect.before)),
        after="" if effect.after is None else json.dumps(dict(effect.after)),
        made_at=mutation.made_at,
        at=now,
    )


def _key(mutation: Mutation, effect: Effect) -> str:
    if effect.key is not None:
        return json.dumps(effect.key_on_wire)
    return "" if mutation.key is None or isinstance(mutation.key, Local) else json.dumps(mutation.key)
