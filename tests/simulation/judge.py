"""Whether each change had exactly one effect: what was noted, done again on what was there at first, is the table."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Max

from syncapi.models import PushedChange
from syncapi.registry import registry
from tests.simulation.table import Record, Table, Values, look

Difference = dict[Record, Values | None]

# What the person may not see any more is told as gone (S1).
TOLD = {"conflict": {"conflict", "gone"}}


class Judge:
    def __init__(self) -> None:
        self._first: Table = {}
        # What others did, after how many changes of devices.
        self._others: list[tuple[int, Difference]] = []
        self._kept: list[tuple[int, Difference]] = []
        self._since = 0  # the last change of a device in the backup that was put back

    def begin(self) -> None:
        self._first = look()
        self._others = []

    def keep(self) -> None:
        """A backup is made."""
        self._kept = list(self._others)

    def restored(self, before: Table) -> dict[str, Any]:
        """The backup is in place of what there was, which is `before`.

        `there`: all texts that were. `lost`: those that are no more, in records that are, by text: their place.
        """
        self._others = list(self._kept)
        self._since = _newest()
        texts = {
            value: (*record, name)
            for record, values in before.items()
            for name, value in values.items()
            if isinstance(value, str)
        }
        after = look()
        still = {value for values in after.values() for value in values.values() if isinstance(value, str)}
        lost = {text: place for text, place in texts.items() if text not in still and place[:2] in after}
        return {"there": list(texts), "lost": lost}

    def touched(self) -> list[tuple[str, int, str]]:
        """Attributes of records that anybody changed since the last restore."""
        by_others = [
            (*record, name)
            for _, difference in self._others[len(self._kept) :]
            for record, values in difference.items()
            for name in values or ()
        ]
        by_devices = [
            (one.entity, json.loads(one.key), name)
            for one in PushedChange.objects.filter(pk__gt=self._since, status=PushedChange.APPLIED)
            for name in json.loads(one.values)
        ]
        return [*by_others, *by_devices]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What happens here is no device's doing."""
        before = look()
        yield
        after = look()
        last = _newest()
        changed: Difference = {record: after.get(record) for record in before.keys() - after.keys()}
        for record, values in after.items():
            # Values that stay are left out: what a device did to them before is not doubted by this.
            old = before.get(record, {})
            if different := {name: value for name, value in values.items() if name not in old or old[name] != value}:
                changed[record] = different
        self._others.append((last, changed))

    def arrived(self) -> list[dict[str, Any]]:
        return [
            {"id": str(one.item), "op": one.op, "status": one.status, "values": json.loads(one.values)}
            for one in PushedChange.objects.order_by("pk")
        ]

    def verdict(self, told: dict[str, str]) -> list[str]:
        return [*self._twice(), *self._differently_told(told), *self._not_as_noted()]

    def _twice(self) -> Iterator[str]:
        noted = Counter(PushedChange.objects.values_list("replica", "item"))
        for (_replica, item), times in noted.items():
            if times > 1:
                yield f"E: mutation {item} was decided {times} times"

    def _differently_told(self, told: dict[str, str]) -> Iterator[str]:
        noted = {str(item): status for item, status in PushedChange.objects.values_list("item", "status")}
        for item, status in told.items():
            if item not in noted:
                yield f"E: mutation {item} was told to be {status}, and nobody knows of it"
            elif status not in TOLD.get(noted[item], {noted[item]}):
                yield f"E: mutation {item} was told to be {status}, and is {noted[item]}"

    def _not_as_noted(self) -> Iterator[str]:
        """Values that nobody gave are not compared: defaults, and what the office fills in."""
        expected = {record: dict(values) for record, values in self._first.items()}
        others = list(self._others)
        for change in PushedChange.objects.filter(status=PushedChange.APPLIED).order_by("pk"):
            while others and others[0][0] < change.pk:
                _apply(expected, others.pop(0)[1])
            yield from _replay(expected, change)
        for _, difference in others:
            _apply(expected, difference)
        yield from _compare(expected, look())


def _newest() -> int:
    """The number of the last change of a device."""
    return PushedChange.objects.aggregate(last=Max("pk"))["last"] or 0


def _apply(table: Table, difference: Difference) -> None:
    for record, values in difference.items():
        if values is None:
            table.pop(record, None)
        else:
            table.setdefault(record, {}).update(values)


def _replay(table: Table, change: PushedChange) -> Iterator[str]:
    record: Record = (change.entity, json.loads(change.key))
    if change.op == PushedChange.CREATE:
        if record in table:
            yield f"E: {record} was made twice, by {change.item} the second time"
        table[record] = json.loads(change.after)
    elif record not in table:
        yield f"E: {record} was not there when {change.item} had an effect on it"
    elif change.op == PushedChange.UPDATE:
        table[record].update(json.loads(change.after))
    else:
        del table[record]
        if change.entity == "LocalOrder":
            lines = [one for one, values in table.items() if values.get("order") == record[1]]
            for line in lines:
                if line[0] == "LocalOrderLine":
                    del table[line]


def _compare(expected: Table, found: Table) -> Iterator[str]:
    for record in expected.keys() - found.keys():
        yield f"E: {record} is lost"
    for record in found.keys() - expected.keys():
        yield f"E: {record} is there, and nobody made it: {found[record]}"
    for record in expected.keys() & found.keys():
        for name in expected[record].keys() & found[record].keys() & _carried(record[0]):
            if found[record][name] != (value := expected[record][name]):
                yield f"E: {name} of {record} is {found[record][name]!r}, and was made to be {value!r}"


def _carried(entity: str) -> set[str]:
    """What devices know of. The rest is the office's, and hooks write it without a word."""
    return set(registry.get("sales").entities[entity].attributes)


judge = Judge()
