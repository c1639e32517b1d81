"""Whether what a device wants contradicts what somebody else did meanwhile (C1, C2). Values as they travel; pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

Wire = Mapping[str, Any]


def conflicting(
    mine: Wire, was: Wire, now: Wire, *, merge: bool, by_value: Collection[str] = (), changed: bool
) -> list[str]:
    """The attributes of `mine` in which an update conflicts.

    :param mine: what each attribute is to be. `was`: what it was when the edit began; `now`: what it is.
    :param changed: whether the record has another version than the edit began on. If not, only the attributes
        `by_value` are looked at, changes of which no version counts.
    :param merge: whether attributes are judged one by one. If not, all conflict as soon as the record changed.
    """
    disputed = [
        name
        for name in mine
        if not (name in was and same_wire(now[name], was[name])) and not same_wire(now[name], mine[name])
    ]
    if not changed:
        return [name for name in disputed if name in by_value]
    return disputed if merge else list(mine)


def changed_since(was: Wire, now: Wire) -> list[str]:
    """The attributes in which a record is another than somebody saw it who deletes it."""
    return [name for name in was if name in now and not same_wire(now[name], was[name])]


def same_wire(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same: 1 is not true, and the keys of an object have no order."""
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def as_set(keys: Sequence[Any]) -> list[Any]:
    """The keys of a many-to-many attribute, so that equal sets are equal lists."""
    return sorted(set(keys), key=lambda key: json.dumps(key))
