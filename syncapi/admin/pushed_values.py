"""What a change from a device wanted, beside what was and what came to be, in the words of its attributes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from syncapi.applications import OfflineApp
from syncapi.definition import entity_definition
from syncapi.push.model import LocalKey, PushedChange
from syncapi.registry import registry

NON_FIELD = "non_field_errors"

May = Callable[[str], bool]
"""Whether who looks has a permission, by its full name."""


@dataclass(frozen=True)
class Cell:
    """`quiet`: the text stands for something that has none."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Line:
    """One attribute. `before`, `wanted`, `after`: None where it has none."""

    label: str
    before: Cell | None
    wanted: Cell | None
    after: Cell | None
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """The table, and which of its columns there are. `errors`: what is wrong with no attribute by itself.

    `theirs`: what stands before is what somebody else made of the record meanwhile.
    """

    lines: tuple[Line, ...]
    theirs: bool
    before: bool
    wanted: bool
    after: bool
    errors: tuple[str, ...]


def compare(change: PushedChange, may: May) -> Comparison:
    """`may`: records that who looks may not see are told by their keys. A query for each kind of related record."""
    before, wanted, after = (_read(text) for text in (change.before, change.values, change.after))
    fields = _fields(change)
    told = _attributes(change)
    names = [name for name in told if name in {*before, *wanted, *after, *fields}]
    names += [name for name in (*wanted, *before, *after, *fields) if name not in told and name != NON_FIELD]
    names = list(dict.fromkeys(names))
    words = _Words(change, told, may, [before, wanted, after])
    # What was wanted came to be: to say it twice helps nobody.
    is_told_apart = change.status != PushedChange.APPLIED or any(wanted[name] != after.get(name) for name in wanted)

    def cell(name: str, values: Mapping[str, Any]) -> Cell | None:
        return words.of(name, values[name]) if name in values else None

    return Comparison(
        lines=tuple(
            Line(
                capfirst(str(told.get(name, {}).get("label", name))),
                cell(name, before),
                cell(name, wanted),
                cell(name, after),
                _sentences(fields.get(name)),
            )
            for name in names
        ),
        theirs=change.status == PushedChange.CONFLICT,
        before=bool(before),
        wanted=bool(wanted) and is_told_apart,
        after=bool(after),
        errors=_sentences(fields.get(NON_FIELD)),
    )


def message_of(change: PushedChange) -> str:
    """What the device was told, where that says more than the attributes' own errors."""
    return str(_read(change.error).get("message", ""))


def _fields(change: PushedChange) -> dict[str, Any]:
    """What is wrong, by attribute."""
    found = _read(change.error).get("fields")
    return found if isinstance(found, dict) else {}


def _read(text: str) -> dict[str, Any]:
    if not text:
        return {}
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _sentences(found: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _attributes(change: PushedChange) -> dict[str, dict[str, Any]]:
    """As the app declares them now; nothing of what it declares no more."""
    app = registry.apps.get(change.app)
    entity = app.entities.get(change.entity) if app else None
    if app is None or entity is None:
        return {}
    return {one["name"]: one for one in entity_definition(entity, app.entities)["attributes"]}


class _Words:
    """Values as people read them."""

    def __init__(
        self, change: PushedChange, attributes: Mapping[str, Any], may: May, rows: Iterable[Mapping[str, Any]]
    ) -> None:
        self._attributes = attributes
        self._local: dict[str, Any] = {}
        rows = list(rows)
        if locals_ := {one["local"] for row in rows for value in row.values() for one in _locals(value)}:
            known = LocalKey.objects.filter(replica=change.replica, app=change.app, user_key=change.user_key)
            self._local = {str(one.local): json.loads(one.key) for one in known.filter(local__in=locals_)}
        keys: dict[str, set[Any]] = {}
        for row in rows:
            for name, value in row.items():
                if relation := attributes.get(name, {}).get("relation"):
                    keys.setdefault(relation, set()).update(self._keys(value))
        app = registry.apps.get(change.app)
        self._titles = {name: _titles(app, name, some, may) for name, some in keys.items()} if app else {}

    def of(self, name: str, value: Any) -> Cell:
        told = self._attributes.get(name, {})
        if value is None:
            return Cell(_("nothing"), quiet=True)
        if value in ("", []):
            return Cell(_("empty"), quiet=True)
        if relation := told.get("relation"):
            return Cell(
                ", ".join(self._record(relation, one) for one in (value if isinstance(value, list) else [value]))
            )
        for choice, label in told.get("choices", ()):
            if choice == value:
                return Cell(str(label))
        return Cell(_moment(told.get("type", ""), value) or _plain(value))

    def _keys(self, value: Any) -> set[Any]:
        some = _several(value)
        found = (self._local.get(one["local"]) if _is_local(one) else one for one in some)
        return {one for one in found if isinstance(one, int | str)}

    def _record(self, relation: str, value: Any) -> str:
        if _is_local(value):
            if value["local"] not in self._local:
                return _("a new record")
            value = self._local[value["local"]]
        title = self._titles.get(relation, {}).get(str(value))
        return f"{title} ({value})" if title else _plain(value)


def _is_local(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("local"), str)


def _locals(value: Any) -> list[dict[str, Any]]:
    return [one for one in _several(value) if _is_local(one)]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _titles(app: OfflineApp, relation: str, keys: Iterable[Any], may: May) -> dict[str, str]:
    """By key: what related records are called now."""
    entity = app.entities.get(relation)
    if entity is None:
        return {}
    options = entity.model._meta
    if not may(f"{options.app_label}.{get_permission_codename('view', options)}"):
        return {}
    wanted = []
    for key in keys:
        try:
            wanted.append(options.pk.to_python(key))
        except (ValidationError, TypeError, ValueError):
            continue
    return {str(one.pk): str(one) for one in entity.model._base_manager.filter(pk__in=wanted)}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(kind: str, value: Any) -> str:
    """A day or a moment in the reader's own form; empty for anything else, and for what a device made up."""
    try:
        if kind == "datetime" and (at := parse_datetime(value)):
            return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "DATETIME_FORMAT")
        if kind == "date" and (day := parse_date(value)):
            return date_format(day, "DATE_FORMAT")
    except (TypeError, ValueError, OverflowError):
        pass
    return ""
