"""Values on the wire: for each Django field the type a device knows it by, and how a value is written.

The table is in `docs/protocol.md`. What is not listed here is refused by check `syncapi.E006`.
"""

from __future__ import annotations  # Django's fields take no [] at run time

import datetime
import decimal
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.duration import duration_string

Encode = Callable[[Any], Any]

MAX_SAFE_INTEGER = 2**53 - 1  # beyond it a JavaScript number is no longer exact


@dataclass(frozen=True)
class WireType:
    """`name` as in the definition; `encode` makes a JSON value of a value that is not None, or is None for identity."""

    name: str
    encode: Encode | None = None


def encode_integer(value: int) -> int | str:
    return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(value)


def encode_decimal(value: decimal.Decimal) -> str:
    return format(value, "f") if value.is_finite() else str(value)


def encode_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def encode_datetime(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat(timespec="microseconds")
    return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def encode_time(value: datetime.time) -> str:
    return value.isoformat(timespec="microseconds")


def encode_json(value: Any) -> Any:
    """JSON as it is, except for numbers that JSON does not have: they become their names. For the rare row only."""
    if isinstance(value, float):
        return encode_float(value)
    if isinstance(value, dict):
        return {str(key): encode_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode_json(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


WIRE_TYPES: dict[type[models.Field[Any, Any]], WireType] = {
    models.BooleanField: WireType("boolean"),
    models.CharField: WireType("string"),
    models.TextField: WireType("text"),
    models.EmailField: WireType("email"),
    models.URLField: WireType("url"),
    models.GenericIPAddressField: WireType("string"),
    models.FilePathField: WireType("string"),
    models.IntegerField: WireType("integer", encode_integer),
    models.DecimalField: WireType("decimal", encode_decimal),
    models.FloatField: WireType("float", encode_float),
    models.DateField: WireType("date", datetime.date.isoformat),
    models.DateTimeField: WireType("datetime", encode_datetime),
    models.TimeField: WireType("time", encode_time),
    models.DurationField: WireType("duration", duration_string),
    models.UUIDField: WireType("uuid", str),
    models.JSONField: WireType("json"),
    models.FileField: WireType("file", str),
    models.ImageField: WireType("picture", str),
}


def value_field(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """The field whose values `field` holds: that of the target for a relation, that of the output when generated."""
    if isinstance(field, models.ForeignKey):
        return value_field(field.target_field)
    if isinstance(field, models.GeneratedField) and field.output_field is not None:
        return value_field(field.output_field)
    return field


def wire_type(field: models.Field[Any, Any]) -> WireType | None:
    """The wire type for a concrete model field, or None when values of this field class cannot be carried.

    Subclasses are carried as what they extend. One with a `from_db_value` of its own makes Python values that only it
    understands, so its `get_prep_value` turns them back into the plain form first.
    """
    field = value_field(field)
    for cls in type(field).__mro__:
        if found := WIRE_TYPES.get(cls):
            break
    else:
        return None
    if isinstance(field, models.JSONField) and field.decoder is not None:
        return None  # what is stored can no longer be told from what the decoder made of it
    own = getattr(type(field), "from_db_value", None)
    if own is None or own.__module__.startswith("django.db."):
        return found
    encode = found.encode

    def encode_custom(value: Any) -> Any:
        plain = field.get_prep_value(value)
        return plain if plain is None or encode is None else encode(plain)

    return WireType(found.name, encode_custom)
