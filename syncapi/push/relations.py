"""The records that values point at: only those that are in the user's scope can be (W4, S1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.keys.raw import RawKey
from syncapi.push.decode import decode_key
from syncapi.push.scoped import Scoped

BATCH = 500  # keys of a query


def is_many(column: Attribute) -> bool:
    field: Any = column.field  # (as the stubs have it, an attribute's field cannot be one)
    return isinstance(field, models.ManyToManyField)


def is_relation(column: Attribute) -> bool:
    return isinstance(column.field, models.ForeignKey) or is_many(column)


def not_found() -> ValidationError:
    """The same whether there is such a record or not (S1)."""
    return ValidationError(_("This record is not there, or is none of yours."), code="invalid")


class Relations:
    """Of one transaction."""

    def __init__(self, scoped: Scoped) -> None:
        self._scoped = scoped
        self._known: dict[str, dict[Any, Any]] = {}

    def prepare(self, target: LocalEntity, keys: Iterable[Any]) -> None:
        """Reads records that are not known yet, by Python keys. Two queries."""
        known = self._known.setdefault(target.name, {})
        wanted = [key for key in dict.fromkeys(keys) if key not in known]
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            known.update(dict.fromkeys(some))
            rows = models.QuerySet(target.model).filter(pk__in=some).annotate(_raw_key=RawKey(models.F("pk")))
            found = {one.pk: one for one in rows}
            members = self._scoped.members(target, [one._raw_key for one in found.values()]) if found else set()
            known.update({key: one for key, one in found.items() if one._raw_key in members})

    def find(self, target: LocalEntity, keys: Iterable[Any]) -> Mapping[Any, Any]:
        """The records by key; without those that are not there, or not in scope."""
        wanted = list(keys)
        self.prepare(target, wanted)
        known = self._known[target.name]
        return {key: known[key] for key in wanted if known.get(key) is not None}

    def add(self, entity: LocalEntity, record: Any) -> None:
        """A record that was just made. That it is in scope is found out when all of its unit is done."""
        for name, other in self._scoped.app.entities.items():
            if other.model._meta.concrete_model is entity.model._meta.concrete_model:
                self._known.setdefault(name, {})[record.pk] = record

    def forget(self, target: LocalEntity | None = None, key: Any = None) -> None:
        """What is known may be wrong now: of all records, without `target`."""
        if target is None:
            self._known.clear()
        else:
            for name, known in self._known.items():
                entity = self._scoped.entity(name)
                if entity is not None and entity.model._meta.concrete_model is target.model._meta.concrete_model:
                    known.pop(key, None)


def wire_keys(column: Attribute, value: Any) -> list[Any]:
    """The keys, as they travel, in the value of a relation.

    :raises ValidationError: it has another form.
    """
    if not is_many(column):
        return [] if value is None else [value]
    if not isinstance(value, list):
        raise ValidationError(_("This is not a list of records."), code="invalid")
    return value


def python_key(target: LocalEntity, value: Any) -> Any:
    """None for what can be no key."""
    return decode_key(target.columns[0], value)
