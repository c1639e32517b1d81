"""The values of records as they travel, in one form for each value, so that they can be compared and written down."""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.push.conflicts import as_set
from syncapi.push.decode import decode, encode
from syncapi.push.relations import is_many

TITLE = 200  # characters


def stored(column: Attribute, record: Any) -> Any:
    """What a record holds in an attribute: of a relation the key, of a many-to-many one all keys."""
    if is_many(column):
        return list(getattr(record, column.name).order_by().values_list("pk", flat=True)) if record.pk else []
    return getattr(record, column.field.attname)


def plain(column: Attribute, value: Any) -> Any:
    """A validated value with keys in the place of records."""
    if is_many(column):
        return [one.pk if isinstance(one, models.Model) else one for one in value]
    if isinstance(value, models.Model):
        return getattr(value, getattr(column.field, "target_field").attname)  # noqa: B009 (the stubs know only Field)
    return value


def wire(column: Attribute, value: Any) -> Any:
    """How a plain value travels; what its field should not hold, as text."""
    try:
        if is_many(column):
            return as_set([encode(column, one) for one in value])
        return encode(column, value)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return None if value is None else str(value)


def canonical(column: Attribute, value: Any) -> Any:
    """As `wire`, and equal for equal values: 18.5 and 18.50 are the same number."""
    if isinstance(value, decimal.Decimal) and value.is_finite():
        return format(value.normalize(), "f") if value else "0"
    return wire(column, value)


def canonical_wire(column: Attribute, value: Any) -> Any:
    """The same of a value that came from a device; one that cannot be read equals nothing but itself."""
    try:
        if is_many(column):
            return as_set(value) if isinstance(value, list) else value
        return canonical(column, decode(column.field, value))
    except (ValidationError, TypeError, ValueError):
        return value


def snapshot(columns: Mapping[str, Attribute], names: Iterable[str], record: Any) -> dict[str, Any]:
    """Attributes of a record, as they travel."""
    return {name: wire(columns[name], stored(columns[name], record)) for name in names if name in columns}


def title(entity: LocalEntity, record: Any, *, ask: bool = True) -> str:
    """What the generated screens call the record, for administrators.

    :param ask: whether a project's own `__str__` may be called, which may ask the database.
    """
    column = _title_column(entity)
    try:
        unnamed = record if ask else None
        text = unnamed if column is None else getattr(record, column.field.attname, None)
        return "" if text is None else clean_text(str(text))[:TITLE]
    except Exception:  # noqa: BLE001 (a project's own code may do anything, and this is but a label)
        return ""


def title_of_values(entity: LocalEntity, values: Mapping[str, Any]) -> str:
    """The same of a record that was not made: what it was to be called."""
    column = _title_column(entity)
    value = None if column is None else values.get(column.name)
    return clean_text(value)[:TITLE] if isinstance(value, str) else ""


def _title_column(entity: LocalEntity) -> Attribute | None:
    column = entity.column(entity.list_display[0]) if entity.list_display else None
    return None if column is None or column.hops or is_many(column) else column


def clean_text(text: str) -> str:
    """What every database keeps."""
    return text.replace("\0", "").encode(errors="replace").decode()
