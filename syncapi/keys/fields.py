"""What is known of a key field: its type in the database, and whether Django's own class decides how it is stored."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from syncapi.values import value_field

Field: TypeAlias = "models.Field[Any, Any]"  # Django's fields take no [] at run time

NUMBERS = (models.IntegerField,)
TEXTS = (models.CharField, models.TextField)
_OTHERS = (models.UUIDField, models.DateField, models.TimeField)  # a DateTimeField is a DateField
_DECIDES_STORAGE = (
    "from_db_value", "to_python", "get_prep_value", "get_db_prep_value", "get_db_prep_save", "get_db_converters",
    "db_type", "rel_db_type", "db_type_parameters", "get_internal_type", "select_format",
)  # fmt: skip


def is_plain(field: Field) -> bool:
    """Whether the databases sort the field's values as devices do: whole numbers by value, and texts, dates, times and
    UUIDs as they are written. Subclasses by others count, unless they store or read values in a way of their own."""
    field = value_field(field)
    return isinstance(field, (*NUMBERS, *TEXTS, *_OTHERS)) and is_stored_by_django(field)


def is_stored_by_django(field: Field) -> bool:
    """Whether code of Django's alone decides how the field's values are stored and read."""
    return not any(
        name in vars(cls)
        for cls in type(field).__mro__
        if not cls.__module__.startswith("django.")
        for name in _DECIDES_STORAGE
    )


def has_own_equality(field: Field) -> bool:
    """Whether the database may take different keys for equal: by a collation, or a type such as citext."""
    return bool(getattr(value_field(field), "db_collation", None)) or not is_plain(field)


def column_type(field: Field, connection: BaseDatabaseWrapper) -> str:
    """The type of the field's column, with its length if it has one."""
    return str(field.db_type(connection))


def cast_type(field: Field, connection: BaseDatabaseWrapper) -> str:
    """The type to cast a key to. A cast to `varchar(3)` would cut longer keys down to others."""
    full = column_type(field, connection)
    kind, bracket, _ = full.partition("(")
    return kind.strip() if bracket and kind.strip().lower() in ("varchar", "character varying") else full
