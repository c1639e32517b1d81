"""What devices of the simulation ask of those who need no device: the office, the database, the judge."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from tests.simulation import office as desk
from tests.simulation.database import database
from tests.simulation.judge import judge
from tests.simulation.table import look

Json = dict[str, Any]
# By which records are told apart, what people type, and what belongs to what.
SHOWN = {
    *("company_name", "phone", "city", "contact_name", "ship_country", "ship_city", "customer"),
    *("counted", "note", "place", "unit_price", "order"),
}


def reset(_asked: Json) -> Json:
    """Everything as it was at first."""
    database.reset()
    judge.begin()
    return {}


def keep(_asked: Json) -> Json:
    """Makes a backup."""
    database.keep()
    judge.keep()
    return {}


def restore(_asked: Json) -> Json:
    """Puts the backup in place of what there is. Says what that was, and what of it is lost."""
    before = look()
    database.restore()
    return judge.restored(before)


def touched(_asked: Json) -> Json:
    """What anybody changed since."""
    return {"places": judge.touched()}


def table(_asked: Json) -> Json:
    """All records, whoever may see them."""
    return {
        "records": [
            {"entity": entity, "key": key, "values": {name: values[name] for name in values.keys() & SHOWN}}
            for (entity, key), values in look().items()
        ]
    }


def edit(asked: Json) -> Json:
    """Somebody without a device changes something: `random` whole numbers say what."""
    with judge.watched():
        return {"did": desk.edit(asked["random"], asked["text"])}


def rows(asked: Json) -> Json:
    """What a device of this person would get that never had anything."""
    return desk.rows_of(asked["user"])


def arrived(_asked: Json) -> Json:
    """All that devices asked for so far, and what came of it, in the order of that."""
    return {"changes": judge.arrived()}


def verdict(asked: Json) -> Json:
    """What is wrong, in sentences; `outcomes`: what devices were told, by id of the mutation."""
    return {"wrong": judge.verdict(asked["outcomes"])}


WHAT: dict[str, Callable[[Json], Json]] = {
    "reset": reset,
    "keep": keep,
    "restore": restore,
    "touched": touched,
    "table": table,
    "edit": edit,
    "rows": rows,
    "arrived": arrived,
    "verdict": verdict,
}


@csrf_exempt
def office(request: HttpRequest, what: str) -> JsonResponse:
    return JsonResponse(WHAT[what](json.loads(request.body or b"{}")))
