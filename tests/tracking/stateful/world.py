"""What a history happens to: few keys, users who share regions and groups, and values that a number stands for."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, models, transaction

from tests.tracking.stateful.entities import FIRST_DAY, Calendar
from tests.tracking.stateful.models import Asset, Assignment, Depot, Engine, Farm, Notice, Region, Ticket, Word

USERS = (901, 902, 903)
GROUPS = (911, 912, 913)
REGIONS = (771, 772, 773)
DEPOTS = (761, 762, 763)


@dataclass(frozen=True)
class Kind:
    """A model with the keys that its rows may have. `values`: of all other columns, for a number."""

    model: type[models.Model]
    keys: Sequence[Any]
    values: Callable[[int], dict[str, Any]]

    def row(self, key: Any, number: int) -> Any:
        return self.model(pk=key, **self.values(number))

    def change(self, number: int) -> dict[str, Any]:
        """One column and its value."""
        values = self.values(number)
        name = sorted(values)[number % len(values)]
        return {name: values[name]}


def _named(number: int) -> dict[str, Any]:
    return {"name": f"n{number}", "count": number, "aside": number}


def _farm(number: int) -> dict[str, Any]:
    code = f"c{number // 3 % 2}" if number % 3 == 0 else None
    return {**_named(number), "code": code, "depot_id": (*DEPOTS, None)[number % 4]}


def _in_region(number: int) -> dict[str, Any]:
    return {**_named(number), "region_id": REGIONS[number % 3]}


KINDS: dict[str, Kind] = {
    "farm": Kind(Farm, (700001, 700002, 700003, 2**53 + 700004, -700005, 700006), _farm),
    "word": Kind(
        Word,
        ("", " ", "a", "A", "ä", "Z", "'", '"\\', "\U0001f600", "\uff41", "a\u2028", "z%s"),
        lambda number: {**_named(number), "owner_id": (*USERS, None)[number % 4]},
    ),
    "ticket": Kind(Ticket, tuple(uuid.UUID(int=number * 0x3FFF << 104 | 0xABC) for number in range(1, 7)), _named),
    "notice": Kind(
        Notice,
        tuple(range(740001, 740006)),
        lambda number: {**_named(number), "published": FIRST_DAY + datetime.timedelta(days=number % 5 - 1)},
    ),
    "asset": Kind(Asset, tuple(range(750001, 750006)), _in_region),
    "engine": Kind(Engine, tuple(range(750001, 750006)), lambda number: {**_in_region(number), "power": number}),
    "depot": Kind(Depot, DEPOTS, _in_region),
    "region": Kind(Region, REGIONS, _named),
}
TABLES = [
    *(Engine._meta.db_table, Asset._meta.db_table, Farm._meta.db_table, Depot._meta.db_table),
    *(Ticket.groups.through._meta.db_table, Ticket._meta.db_table, Word._meta.db_table, Notice._meta.db_table),
    *(Assignment._meta.db_table, Region._meta.db_table, User.groups.through._meta.db_table),
]
"""All that a history writes, those that point at others first."""


def people() -> None:
    """Those who stay the same in all histories."""
    User.objects.bulk_create(User(pk=pk, username=f"user{pk}") for pk in USERS)
    Group.objects.bulk_create(Group(pk=pk, name=f"group{pk}") for pk in GROUPS)


def begin() -> None:
    """The state that every history starts from; nothing is tracked of what was before."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (*TABLES, "syncapi_change", "syncapi_history", "syncapi_part", "syncapi_snapshot"):
            cursor.execute(f"DELETE FROM {table}")
        User.objects.update(is_staff=False)
        Region.objects.bulk_create(KINDS["region"].row(key, number) for number, key in enumerate(REGIONS))
        Depot.objects.bulk_create(KINDS["depot"].row(key, number) for number, key in enumerate(DEPOTS))
        Assignment.objects.bulk_create(
            Assignment(user_id=user, region_id=REGIONS[(number + more) % 3])
            for number, user in enumerate(USERS)
            for more in range(2)
        )
        membership: Any = User.groups.through
        membership.objects.bulk_create(
            membership(user_id=user, group_id=GROUPS[(number + more) % 3])
            for number, user in enumerate(USERS)
            for more in range(2)
        )
        for name in ("farm", "word", "ticket", "notice", "asset"):
            kind: Any = KINDS[name]
            kind.model.objects.bulk_create(kind.row(key, number) for number, key in enumerate(kind.keys[:5]))
        through: Any = Ticket.groups.through
        through.objects.bulk_create(
            through(ticket_id=KINDS["ticket"].keys[number], group_id=GROUPS[number % 3]) for number in range(4)
        )
        KINDS["engine"].row(KINDS["engine"].keys[0], 0).save()
    Calendar.today = FIRST_DAY
