"""Actions that travel in a sync: each happens once, however often the sync is repeated (decision 0021)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from syncapi.actions.declaration import Action, ActionCall
from syncapi.actions.perform import PERMISSION, perform
from syncapi.errors import ApiError, NotInSync, PermissionDenied
from syncapi.ledger.once import Origin, Outcome, once

Judge = Callable[[Exception], ApiError]


@dataclass(frozen=True)
class CarriedCall:
    """A call as a sync request has it. `input` is JSON values, not looked at yet."""

    id: uuid.UUID
    name: str
    input: Any


def perform_carried(carried: Iterable[CarriedCall], call: ActionCall, origin: Origin, judge: Judge) -> list[Outcome]:
    """The lines of the answer, in the order of the calls. What one of them comes to is no other's affair.

    :param judge: the error of the protocol for anything an action raises.
    """
    return [{"type": "action", "id": str(one.id), **_outcome(one, call, origin, judge)} for one in carried]


def _outcome(one: CarriedCall, call: ActionCall, origin: Origin, judge: Judge) -> Outcome:
    action = call.app.actions[one.name]
    try:
        _check(action, call)
        return once(origin, one.id, ["action", one.name, one.input], lambda: _perform(action, one, call, judge))
    except Exception as thrown:  # noqa: BLE001 (it is judged)
        return _told(judge(thrown))


def _check(action: Action, call: ActionCall) -> None:
    """:raises NotInSync, PermissionDenied:"""
    if not action.atomic:
        raise NotInSync
    if not action.has_permission(call.user):  # asked for now, also where the outcome is known (S1)
        raise PermissionDenied(PERMISSION)


def _perform(action: Action, one: CarriedCall, call: ActionCall, judge: Judge) -> Outcome:
    try:
        return {"status": "done", "output": perform(action, call, {"input": one.input})}
    except Exception as thrown:
        error = judge(thrown)
        if error.retry:  # no outcome (W3)
            raise error from thrown
        return _told(error)


def _told(error: ApiError) -> Outcome:
    return {"status": "error" if error.retry else "refused", "error": error.as_json()}
