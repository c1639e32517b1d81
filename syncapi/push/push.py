"""A push, from what a device wants to the lines it is told. Reads top to bottom; the other modules do the work."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Sequence

from django.db import IntegrityError, transaction

from syncapi.applications import OfflineApp
from syncapi.entities import User
from syncapi.errors import ServerError
from syncapi.ledger import many as ledger
from syncapi.ledger.once import Origin, Outcome
from syncapi.push.batch import Batch
from syncapi.push.doubt import is_doubtful
from syncapi.push.judge import Judge, Unproven
from syncapi.push.mutation import Local, Mutation
from syncapi.push.outcomes import DOUBT, error
from syncapi.push.phases import Effect
from syncapi.push.request import Request
from syncapi.push.told import TRANSIENT, outcome_of
from syncapi.push.units import Unit, chunks, units

PATIENCE = 25.0  # seconds after which a push that meets locks gives up on what is left: the device asks again

Effects = dict[uuid.UUID, Effect]

logger = logging.getLogger("haversack.push")


def push(
    app: OfflineApp,
    user: User,
    origin: Origin,
    mutations: Sequence[Mutation],
    cursors: Iterable[str],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> list[Outcome]:
    """Applies mutations, each once, and returns the lines of the answer, in their order. Never raises: what cannot be
    done is told of the mutation that it is about, and holds back no other (W3).

    :param mutations: ids are unique. :param cursors: those that the device sent. :param clock: seconds.
    """
    if not mutations:
        return []
    creators = {one.key.id: one.id for one in mutations if one.op == "create" and isinstance(one.key, Local)}
    request = Request(app, user, origin, creators)
    until = clock() + PATIENCE
    try:
        if is_doubtful(cursors):
            request.effects.update(_doubted(request, mutations))
        else:
            for chunk in chunks(units(mutations)):
                request.effects.update(_applied(request, chunk, lambda: clock() > until))
    except Exception as thrown:
        logger.exception("Changes could not be looked at")
        for mutation in mutations:
            request.effects.setdefault(mutation.id, Effect(_no_outcome(thrown)))
    return [{"type": "outcome", "id": str(one.id), **request.effects[one.id].outcome} for one in mutations]


def _doubted(request: Request, mutations: Sequence[Mutation]) -> Effects:
    with transaction.atomic():
        known = ledger.known(request.origin, [one.id for one in mutations])
        judge = Judge(request)
        return {
            one.id: judge.replayed(one, known[one.id]) if one.id in known else Effect(dict(DOUBT)) for one in mutations
        }


def _applied(request: Request, chunk: Sequence[Unit], is_late: Callable[[], bool]) -> Effects:
    """All in one transaction and checked together, which is fast; where that fails, with more care."""
    if is_late():
        return _not_tried(chunk)
    try:
        return Batch(request, chunk, careful=False).run()
    except (Unproven, IntegrityError):
        pass
    except Exception as thrown:  # noqa: BLE001 (each unit will say what it was)
        if not isinstance(thrown, TRANSIENT):
            logger.warning("Changes could not be applied together: %s", thrown)
    effects: Effects = {}
    for unit in chunk:
        effects.update(_not_tried([unit]) if is_late() else _alone(request, unit))
        request.effects.update(effects)  # later units may depend on it
    return effects


def _alone(request: Request, unit: Unit) -> Effects:
    """One unit in a transaction of its own."""
    try:
        try:
            return Batch(request, [unit], careful=True).run()
        except IntegrityError as thrown:  # at the commit
            return Batch(request, [unit], careful=True, verdict=outcome_of(thrown, {})).run()
    except Exception as thrown:
        if not isinstance(thrown, TRANSIENT):
            logger.exception("A change could not be applied")
        return {one.id: Effect(_no_outcome(thrown)) for one in unit.mutations}


def _not_tried(some: Iterable[Unit]) -> Effects:
    return {one.id: Effect(error()) for unit in some for one in unit.mutations}


def _no_outcome(thrown: Exception) -> Outcome:
    return error() if isinstance(thrown, TRANSIENT) else error(ServerError())
