"""A mutation as it arrived: read leniently, since what is wrong with it is its own affair (decision 0029)."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from syncapi.push.change import Op

MAX_MUTATIONS = 1_000
"""Of one request."""
DEPTH = 100
"""Of lists and objects within each other: what is deeper is no value, but an attempt."""

_KEYS = {"id", "entity", "op", "key", "base", "was", "values", "depends_on", "group", "made_at"}
_OPS = ("create", "update", "delete")


@dataclass(frozen=True)
class Local:
    """A record by the id that its device gave it."""

    id: uuid.UUID


@dataclass(frozen=True)
class ResultOf:
    """The version that another mutation came to."""

    id: uuid.UUID


@dataclass(frozen=True)
class Mutation:
    """One mutation. `values` and `was` are JSON values by attribute, not looked at yet.

    `problem`: what is wrong with its form, or ""; the other fields then are what could be read.
    """

    id: uuid.UUID
    digest: str
    entity: str = ""
    op: Op = "update"
    key: Any = None
    base: int | ResultOf | None = None
    was: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[uuid.UUID, ...] = ()
    group: uuid.UUID | None = None
    made_at: datetime.datetime | None = None
    problem: str = ""


def read(raw: Any) -> Mutation:
    """The mutation in a JSON value.

    :raises ValueError: it is no object, or has no UUID as `id`, so that nothing could be said of it.
    """
    if not isinstance(raw, dict):
        raise ValueError("a mutation is an object")  # noqa: TRY004 (as much as the other)
    number = read_uuid(raw.get("id"))
    if number is None:
        raise ValueError("a mutation has a UUID as its id")
    if _is_deep(raw):
        return Mutation(number, "", problem=_("It is nested too deeply."))
    reader = _Reader(raw)
    found = Mutation(
        id=number,
        digest=digest(["mutation", raw]),
        entity=reader.text("entity"),
        op=reader.op(),
        key=reader.key(),
        base=reader.base(),
        was=reader.object("was"),
        values=reader.object("values"),
        depends_on=reader.depends_on(),
        group=reader.group(),
        made_at=_moment(raw.get("made_at")),
        problem=reader.problem,
    )
    if unknown := sorted(set(raw) - _KEYS):
        names = ", ".join(repr(name[:40]) for name in unknown[:5])
        return Mutation(**{**vars(found), "problem": _("A change has no %(names)s.") % {"names": names}})
    return found


def read_uuid(value: Any) -> uuid.UUID | None:
    if not isinstance(value, str) or len(value) > 36:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def read_key(value: Any) -> Any:
    """A key as it travels: a `Local`, or the value; None for what is neither."""
    if isinstance(value, dict):
        local = read_uuid(value.get("local")) if set(value) == {"local"} else None
        return None if local is None else Local(local)
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None


def digest(asked: Any) -> str:
    """Of JSON values, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


class _Reader:
    """Reads what has the right form, and keeps the first thing that has not."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.problem = ""

    def text(self, name: str) -> str:
        value = self._raw.get(name)
        if isinstance(value, str):
            return value[:200]
        self._wrong(name)
        return ""

    def op(self) -> Op:
        value = self._raw.get("op")
        if isinstance(value, str) and value in _OPS:
            return cast("Op", value)
        self._wrong("op")
        return "update"

    def key(self) -> Any:
        key = read_key(self._raw.get("key"))
        if key is None:
            self._wrong("key")
        return key

    def base(self) -> int | ResultOf | None:
        value = self._raw.get("base")
        if value is None:
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, dict) and set(value) == {"result_of"} and (number := read_uuid(value["result_of"])):
            return ResultOf(number)
        self._wrong("base")
        return None

    def object(self, name: str) -> Mapping[str, Any]:
        value = self._raw.get(name)
        if isinstance(value, dict):
            return value
        if value is not None:
            self._wrong(name)
        return {}

    def depends_on(self) -> tuple[uuid.UUID, ...]:
        value = self._raw.get("depends_on")
        if value is None:
            return ()
        found = [read_uuid(item) for item in value] if isinstance(value, list) and len(value) <= MAX_MUTATIONS else []
        if not isinstance(value, list) or len(found) < len(value) or None in found:
            self._wrong("depends_on")
            return ()
        return tuple(dict.fromkeys(number for number in found if number is not None))

    def group(self) -> uuid.UUID | None:
        value = self._raw.get("group")
        group = read_uuid(value)
        if value is not None and group is None:
            self._wrong("group")
        return group

    def _wrong(self, name: str) -> None:
        self.problem = self.problem or _("'%(name)s' does not have the form that the protocol asks for.") % {
            "name": name
        }


def _moment(value: Any) -> datetime.datetime | None:
    """Nothing is decided by it, so that a wrong one is none."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            return None
        utc = moment.astimezone(datetime.UTC)
        return utc if timezone.is_aware(timezone.now()) else utc.replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _is_deep(value: Any) -> bool:
    level = [value]
    for _level in range(DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
