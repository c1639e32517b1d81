"""What devices are told of a field, to check what people type before it is sent: its own limits, and its validators.

Only what the device can judge just as the server would: limits that are plain values, and regular expressions that mean
the same in JavaScript. Everything else is for the server to say.
"""

from __future__ import annotations  # Django's fields take no [] at run time

import datetime
import decimal
import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    BaseValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.utils import timezone

from syncapi.regexes import for_javascript
from syncapi.values import value_field, wire_type

if TYPE_CHECKING:
    Field = models.Field[Any, Any]

NOW: tuple[Callable[..., Any], ...] = (
    timezone.now,
    timezone.localdate,
    timezone.localtime,
    datetime.date.today,
    datetime.datetime.now,
    datetime.datetime.utcnow,
)
"""Functions that as a default mean the moment at which a record is made."""
LIMITED = (models.CharField, models.TextField, models.FilePathField)
MOMENTS = (models.DateField, models.DateTimeField, models.TimeField)


def limits(field: Field) -> dict[str, Any]:
    """What values must keep to: `max_length`, `min_length`, `max_digits`, `min`, `max`, `patterns`; each where there is
    one. Of a relation nothing: its values are keys, which are there or not.
    """
    if field.is_relation:
        return {}
    found: dict[str, Any] = {}
    lengths = [field.max_length] if isinstance(field, LIMITED) else []
    if given := _known([*lengths, *_limits(field, MaxLengthValidator)]):
        found["max_length"] = min(given)
    if given := _known(_limits(field, MinLengthValidator)):
        found["min_length"] = max(given)
    if isinstance(field, models.DecimalField) and field.max_digits is not None:
        found["max_digits"] = field.max_digits
    if given := _values(field, _limits(field, MinValueValidator), math.ceil):
        found["min"] = _encode(field, max(given))
    if given := _values(field, _limits(field, MaxValueValidator), math.floor):
        found["max"] = _encode(field, min(given))
    if patterns := list(_patterns(field)):
        found["patterns"] = patterns
    return found


def default(field: Field) -> dict[str, Any]:
    """What stands where a new record was given nothing: `default`, a value as it travels, or `default_now`.

    Nothing where only the server knows it: a function of the project's own, or of the database.
    """
    if field.many_to_many:
        return {"default": []}
    if field.has_default():
        if field.default in NOW:
            return {"default_now": True} if isinstance(field, MOMENTS) else {}
        if callable(field.default) and field.default not in (dict, list):
            return {}
        return {"default": _encode(field, as_stored(field, field.get_default()))}
    if field.blank and not field.null and field.empty_strings_allowed and not _is_database_default(field):
        return {"default": ""}
    return {}


def is_given_by_the_server(field: Field) -> bool:
    """Whether a new record may leave it out, although a device does not know what will stand there."""
    return (field.has_default() or _is_database_default(field)) and not default(field)


def is_required(field: Field) -> bool:
    """Whether people must give a value, and not an empty one."""
    if isinstance(field, models.BooleanField):
        return field.choices is not None and not field.blank  # False is a value
    if is_given_by_the_server(field):
        return False
    return not field.blank or not (field.null or default(field))


def as_stored(field: Field, value: Any) -> Any:
    """A value, in any form that the field takes, as it is read back: 18 as 18.00 where there are two places."""
    plain = None if value is None else value_field(field).to_python(value)
    if isinstance(field, models.DecimalField) and isinstance(plain, decimal.Decimal) and plain.is_finite():
        return plain.quantize(decimal.Decimal(1).scaleb(-(field.decimal_places or 0)))
    return plain


def _is_database_default(field: Field) -> bool:
    return getattr(field, "db_default", models.NOT_PROVIDED) is not models.NOT_PROVIDED


def _limits(field: Field, kind: type[BaseValidator]) -> list[Any]:
    """Of validators of this kind that do what it does, and nothing else."""
    return [
        one.limit_value
        for one in field.validators
        if isinstance(one, kind)
        and type(one).compare is kind.compare
        and type(one).clean is kind.clean
        and type(one).__call__ is BaseValidator.__call__
    ]


def _known(given: Iterable[Any]) -> list[int]:
    return [one for one in given if isinstance(one, int)]


def _values(field: Field, given: Iterable[Any], whole: Callable[[Any], int]) -> list[Any]:
    """Limits as the field holds values; functions are for the server."""
    held = []
    for limit in given:
        if callable(limit):
            continue
        if isinstance(field, models.IntegerField) and not isinstance(limit, int):
            limit = whole(limit)
        try:
            held.append(field.to_python(limit))
        except (ValidationError, TypeError, ValueError):
            continue
    return held


def _patterns(field: Field) -> Iterator[dict[str, Any]]:
    for one in field.validators:
        if not isinstance(one, RegexValidator) or type(one).__call__ is not RegexValidator.__call__:
            continue  # those of addresses of all kinds: devices know the type
        regex = re.compile(one.regex)  # it is one already; its type says that it may be a text
        source = for_javascript(regex)
        if source is None:
            continue
        pattern: dict[str, Any] = {"regex": source, "message": _message(one)}
        if regex.flags & re.IGNORECASE:
            pattern["ignore_case"] = True
        if one.inverse_match:
            pattern["inverse"] = True
        yield pattern


def _message(validator: RegexValidator) -> str:
    """Its own; where that repeats the value, Django's."""
    try:
        return str(validator.message) % {}
    except (KeyError, TypeError, ValueError):
        return str(RegexValidator.message)


def _encode(field: Field, value: Any) -> Any:
    column = wire_type(field)
    encode = column.encode if column else None
    return value if value is None or encode is None else encode(value)
