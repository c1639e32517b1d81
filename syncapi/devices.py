"""Devices and their pulls, written down for administrators: after the answer, and never at a sync's expense.

Anonymous apps let anybody invent devices, so that everything here is bounded: pulls of a device (`PULLS`), how many
are written per minute (`PER_MINUTE`), new devices per hour (`NEWCOMERS`). `syncapi.tracking.retention` does the rest.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Sequence
from typing import Any

from django.db import OperationalError
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from syncapi.api.envelope import ANONYMOUS, Envelope
from syncapi.applications import OfflineApp
from syncapi.brief import brief_transaction, short_waits
from syncapi.conf import conf
from syncapi.entities import User
from syncapi.models import Pull, Replica, UserKey
from syncapi.pull import PulledEntity

PULLS = 50  # kept of each device, the newest
PER_MINUTE = 20  # pulls of a device that are written down
NEWCOMERS = 60  # devices of a user and app that are taken in within an hour
STRANGERS = 600  # the same for everybody together who uses an anonymous app
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)

logger = logging.getLogger("haversack.devices")


class PullNote:
    """What becomes of one request for a sync. `sent()` or `failed()`, whichever comes first, writes it down."""

    def __init__(self, app: OfflineApp, user: User, envelope: Envelope) -> None:
        self._app = app
        self._user = user
        self._replica = envelope.replica
        self._claimed = envelope.user[:36]
        self._definition = _short(envelope.definition)
        self._key: str | None = ANONYMOUS if app.anonymous else None
        self._context = ""
        self._trigger = ""
        self._language = get_language() or ""
        self._started = timezone.now()
        self._clock = time.monotonic()
        self._written = False

    def asked(self, key: str, context: str, trigger: str) -> None:
        """The user's key, and what the request is for, once that is known to be well formed."""
        self._key = key
        self._context = context
        self._trigger = trigger

    def failed(self, code: str) -> None:
        """The request ended in an error of this code."""
        self._write(Pull(outcome=code))

    def sent(self, pulled: Sequence[PulledEntity], size: int, whole: bool, definition: str) -> None:
        """The answer went out.

        :param size: bytes that were taken from us. `whole`: they are the whole answer.
        :param definition: the version the device has after a whole answer.
        """
        modes = {entity.message["entity"]: _told(entity) for entity in pulled}
        outcome = _outcome({told["mode"] for told in modes.values()}) if whole else Pull.CUT
        if whole:
            self._definition = _short(definition)
        self._write(Pull(outcome=outcome, rows=sum(entity.rows for entity in pulled), bytes=size, modes=modes))

    def _write(self, pull: Pull) -> None:
        if self._written:
            return
        self._written = True
        pull.started = self._started
        pull.duration = round((time.monotonic() - self._clock) * 1000)
        try:
            if conf().pull_log_retention > 0 and (self._app.anonymous or self._user.is_authenticated):
                with short_waits():
                    self._write_if_worth_it(pull)
        except OperationalError as error:
            # As text: a record that keeps the error keeps its frames, and so an unfinished statement, alive.
            logger.warning("A pull was not written down: %s", str(error))
        except Exception:
            logger.exception("A pull was not written down")

    def _write_if_worth_it(self, pull: Pull) -> None:
        now = timezone.now()
        key = self._key or _key_of(self._user)
        if key is None:
            return
        known = self._known(key, pull.outcome)
        if known is None and not self._may_enter(key, pull, now):
            return
        if known is not None and (_says_the_same(known, pull, self._definition, now) or _is_burst(known, now)):
            return
        with brief_transaction():
            replica = self._enter(key, pull, now) if known is None else self._update(known, pull, now)
            if replica is None:
                return
            pull.replica = replica
            pull.user_id = self._user.pk
            pull.context = self._context
            pull.trigger = self._trigger
            pull.save()
            kept = Pull.objects.filter(replica=replica).order_by("-pk").values("pk")[PULLS - 1 : PULLS]
            Pull.objects.filter(replica=replica, pk__lt=Subquery(kept)).delete()

    def _known(self, key: str, outcome: str) -> Any:
        """The device. One that speaks for somebody else than who is signed in is that other person's."""
        keys = [self._claimed, key] if outcome == "wrong_user" else [key]
        earlier = Pull.objects.filter(replica=OuterRef("pk")).order_by("-pk").values("started")
        found = Replica.objects.filter(replica=self._replica, app=self._app.name, user_key__in=keys)
        devices = found.annotate(earlier=Subquery(earlier[PER_MINUTE - 1 : PER_MINUTE]))
        return min(devices, key=lambda device: keys.index(device.user_key), default=None)

    def _may_enter(self, key: str, pull: Pull, now: datetime.datetime) -> bool:
        if self._app.anonymous and _is_error(pull.outcome):
            return False
        limit = STRANGERS if self._app.anonymous else NEWCOMERS
        newcomers = Replica.objects.filter(app=self._app.name, user_key=key).order_by("-first_seen")
        limiting = newcomers.values_list("first_seen", flat=True)[limit - 1 : limit].first()
        if limiting is not None and limiting > now - HOUR:
            logger.info("A new device of %s was not written down: %d came within an hour", self._app.name, limit)
            return False
        return True

    def _enter(self, key: str, pull: Pull, now: datetime.datetime) -> Replica:
        replica, _ = Replica.objects.update_or_create(
            replica=self._replica,
            app=self._app.name,
            user_key=key,
            defaults=self._facts(pull, now),
            create_defaults={**self._facts(pull, now), "user_id": self._user.pk, "first_seen": now},
        )
        return replica

    def _update(self, known: Replica, pull: Pull, now: datetime.datetime) -> Replica | None:
        """None when somebody forgot the device meanwhile: its next pull enters it anew."""
        return known if Replica.objects.filter(pk=known.pk).update(**self._facts(pull, now)) else None

    def _facts(self, pull: Pull, now: datetime.datetime) -> dict[str, Any]:
        facts: dict[str, Any] = {"last_seen": now, "last_outcome": pull.outcome}
        if pull.outcome != "wrong_user":
            facts |= {"definition": self._definition, "language": self._language[:20]}
        if pull.outcome in {Pull.COMPLETE, Pull.UNCHANGED}:
            facts["last_complete"] = now
        return facts


def _short(definition: str) -> str:
    return definition.replace("\0", "")[:64]


def _key_of(user: User) -> str | None:
    """None for somebody who never asked for a session, and so has no device either."""
    key = UserKey.objects.filter(user=user.pk).values_list("key", flat=True).first()
    return None if key is None else str(key)


def _told(entity: PulledEntity) -> dict[str, Any]:
    told: dict[str, Any] = {"mode": entity.message["mode"], "rows": entity.rows}
    if entity.parts is not None:
        told["parts"] = len(entity.parts.parts)  # which the device fetches, as far as it lacks them
    reason = entity.message.get("reason")
    return told | {"reason": reason} if reason else told


def _outcome(modes: set[str]) -> str:
    if "reset" in modes:
        return Pull.RESET
    return Pull.COMPLETE if modes - {"unchanged"} else Pull.UNCHANGED


def _is_error(outcome: str) -> bool:
    return outcome not in {Pull.COMPLETE, Pull.UNCHANGED, Pull.RESET, Pull.CUT}


def _says_the_same(known: Replica, pull: Pull, definition: str, now: datetime.datetime) -> bool:
    """Whether the device said this a moment ago: one that polls costs a query, not a row."""
    return (
        pull.outcome != Pull.COMPLETE
        and pull.outcome == known.last_outcome
        and known.definition == definition
        and abs(now - known.last_seen) < MINUTE
    )


def _is_burst(known: Any, now: datetime.datetime) -> bool:
    return known.earlier is not None and abs(now - known.earlier) < MINUTE
