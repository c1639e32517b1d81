"""What somebody changes on a `FakeDevice`: mutations as they travel (decisions 0007 and 0029)."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.duration import duration_string

from syncapi.testing.messages import Message
from syncapi.values import encode_datetime, encode_decimal, encode_integer, encode_time

if TYPE_CHECKING:
    from syncapi.testing.store import Database

FINAL = frozenset({"applied", "conflict", "gone", "rejected"})
AT_ONCE = 500  # as devices do; a request has room for 1,000


@dataclass(frozen=True)
class Edit:
    """One change of one record, waiting to be sent, or sent; `FakeDevice` makes them.

    `key`: the record's, as on the wire: `{"local": …}` of one that was made on the device. An edit that makes a record
    stands for it: as the key of further edits, and as a value of a relation.
    """

    id: str
    entity: str
    op: str
    key: Any
    mutation: Message = field(repr=False, compare=False)


def make(
    database: Database,
    entity: str,
    op: str,
    key: Any,
    values: Mapping[str, Any],
    row: Mapping[str, Any] | None,
    group: str | None,
) -> Edit:
    """An edit on what the device has: its rows, and what was edited before.

    :param key: on the wire. :param row: the record as it came from the server; None where it did not.
    """
    wire = {name: on_wire(value) for name, value in values.items()}
    earlier = [edit for edit in database.edits if (edit.entity, edit.key) == (entity, key)]
    depends = dict.fromkeys([*(edit.id for edit in earlier[-1:]), *_makers(database, wire.values())])
    mutation: Message = {
        "id": str(uuid.uuid4()),
        "entity": entity,
        "op": op,
        "key": key,
        "base": {"result_of": earlier[-1].id} if earlier else (row or {}).get("_version"),
        "values": {name: database.settled(value) for name, value in wire.items()},
        "depends_on": list(depends),
        "group": group,
        "made_at": encode_datetime(timezone.now()),
    }
    if op != "create":
        known = dict(row or {})
        for edit in earlier:
            known |= edit.mutation["values"]
        named = database.writable(entity) if op == "delete" else list(wire)
        mutation["was"] = {name: known[name] for name in named if name in known}
    return Edit(mutation["id"], entity, op, key, mutation)


def on_wire(value: Any) -> Any:
    """A value as a test writes it: as it travels, as Django has it, a record, an `Edit` that makes one, or a list."""
    if isinstance(value, Edit):
        return value.key
    if isinstance(value, models.Model):
        return on_wire(value.pk)
    if isinstance(value, list | tuple | set | frozenset | models.QuerySet):
        return [on_wire(one) for one in value]
    for kind, encode in ENCODERS.items():
        if isinstance(value, kind) and not isinstance(value, bool):
            return encode(value)
    return value


ENCODERS: Mapping[type, Any] = {  # a datetime is a date, too: the narrower comes first
    int: encode_integer,
    decimal.Decimal: encode_decimal,
    datetime.datetime: encode_datetime,
    datetime.date: datetime.date.isoformat,
    datetime.time: encode_time,
    datetime.timedelta: duration_string,
    uuid.UUID: str,
}


def parts(edits: Sequence[Edit]) -> list[list[Edit]]:
    """What goes in one request each, the last with the pull: no more than `AT_ONCE`, groups never apart."""
    found: list[list[Edit]] = [[]]
    for number, edit in enumerate(edits):
        group = edit.mutation["group"]
        begins = number == 0 or group is None or edits[number - 1].mutation["group"] != group
        size = 1 if group is None else sum(one.mutation["group"] == group for one in edits)
        if begins and found[-1] and len(found[-1]) + size > AT_ONCE:
            found.append([])
        found[-1].append(edit)
    return found


def _makers(database: Database, values: Any) -> list[str]:
    """Ids of the edits, still without an outcome, that make the records which these values are keys of."""
    keys = [key for value in values for key in (value if isinstance(value, list) else [value])]
    return [edit.id for edit in database.edits if edit.op == "create" and edit.key in keys]
