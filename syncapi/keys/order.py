"""The common order of keys (decision 0013): numbers by value, all others by the code points of their wire text.

UUIDs, dates and times come out right without being told: both databases keep or compare them in the order of their
text. On SQLite a time without microseconds is shorter than one with them, and so before it, as it should be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.models import F
from django.db.models.functions import Collate

from syncapi.entities import LocalEntity
from syncapi.keys.fields import NUMBERS, TEXTS, Field, is_plain
from syncapi.keys.raw import Rows, filterable
from syncapi.values import value_field


def is_ordered(entity: LocalEntity) -> bool:
    """Whether the keys of `entity` have the common order."""
    return is_plain(key_field(entity))


def in_key_order(queryset: Rows, entity: LocalEntity) -> Rows:
    """`queryset` in the common order of keys; in the database's own order when `is_ordered` is false."""
    return filterable(queryset).order_by(place(entity, queryset).asc())


def wire_order(entity: LocalEntity) -> Callable[[Any], Any]:
    """A sort key for key values as they travel; it gives the order of `in_key_order`.

    What it returns raises TypeError or ValueError for what cannot be a key.
    """
    return _number if isinstance(key_field(entity), NUMBERS) else _text


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(value)
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def key_field(entity: LocalEntity) -> Field:
    """The field that decides how keys are stored; for a key that is a relation, that of its target."""
    return value_field(entity.columns[0].field)


def place(entity: LocalEntity, queryset: Rows) -> Any:
    """The expression that orders keys. Databases sort texts by language, unless told not to."""
    if not isinstance(key_field(entity), TEXTS):
        return F("pk")
    return Collate(F("pk"), "C" if connections[queryset.db].vendor == "postgresql" else "BINARY")


def raw_order(entity: LocalEntity, queryset: Rows) -> Callable[[Any], Any]:
    """A sort key for raw keys; it gives the order of `in_key_order`."""
    if connections[queryset.db].vendor == "sqlite":
        return _stored
    return int if isinstance(key_field(entity), NUMBERS) else str


def _stored(raw: Any) -> Any:
    """SQLite may hold numbers in any column, and texts and bytes among numbers."""
    return not isinstance(raw, int | float), isinstance(raw, bytes), raw
