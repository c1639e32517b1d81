"""What administrators see of changes from devices: written in the transaction of the effect."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from syncapi.bulk import insert_many
from syncapi.conf import conf
from syncapi.entities import User
from syncapi.ledger.once import Origin
from syncapi.push.forms import clean_text
from syncapi.push.model import PushedChange
from syncapi.push.mutation import Local, Mutation
from syncapi.push.phases import Effect

BATCH = 5_000  # rows of a statement
_NAMES = "item entity op key title status code error values before after made_at".split()  # noqa: SIM905


@dataclass(frozen=True)
class Entry:
    """A mutation with a final outcome."""

    mutation: Mutation
    effect: Effect


def write(origin: Origin, user: User, entries: Iterable[Entry]) -> None:
    """One statement; none where the log is switched off."""
    if conf().pull_log_retention <= 0:
        return
    person = user if isinstance(user, AbstractBaseUser) else None
    same = {
        "replica": origin.replica,
        "app": origin.app,
        "user_key": origin.user_key,
        "user": None if person is None else person.pk,
        "at": timezone.now(),
    }
    insert_many(PushedChange, same, _NAMES, [_row(entry.mutation, entry.effect) for entry in entries])


def clean(now: datetime.datetime | None = None) -> int:
    """Deletes what is past the retention of the log. Returns how many."""
    before = (now or timezone.now()) - datetime.timedelta(days=conf().pull_log_retention)
    deleted = 0
    while keys := list(PushedChange.objects.filter(at__lt=before).values_list("pk", flat=True)[:BATCH]):
        deleted += PushedChange.objects.filter(pk__in=keys).delete()[0]
    return deleted


def _row(mutation: Mutation, effect: Effect) -> tuple[Any, ...]:
    """In the order of `_NAMES`."""
    error = effect.outcome.get("error")
    return (
        mutation.id,
        clean_text(mutation.entity)[:100],
        mutation.op,
        _key(mutation, effect),
        effect.title,
        effect.outcome["status"],
        error["code"][:40] if error else "",
        json.dumps(error) if error else "",
        json.dumps(dict(mutation.values)),
        "" if effect.before is None else json.dumps(dict(effect.before)),
        "" if effect.after is None else json.dumps(dict(effect.after)),
        mutation.made_at,
    )


def _key(mutation: Mutation, effect: Effect) -> str:
    if effect.key is not None:
        return json.dumps(effect.key_on_wire)
    return "" if mutation.key is None or isinstance(mutation.key, Local) else json.dumps(mutation.key)
