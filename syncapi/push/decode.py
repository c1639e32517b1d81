"""Values as they travel (docs/protocol.md), made into what a field holds; the way back of `syncapi.values`.

Nothing is guessed: a text is no number, and a number no text, or a device would find other values than it sent.
"""

from __future__ import annotations  # Django's fields take no [] at run time

import datetime
import decimal
import json
import math
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.dateparse import parse_date, parse_datetime, parse_duration, parse_time
from django.utils.translation import gettext_lazy as _

from syncapi.attributes import Attribute
from syncapi.values import value_field, wire_type

Decode = Callable[[Any], Any]

_INTEGER = re.compile(r"-?[0-9]{1,100}")
_DECIMAL = re.compile(r"-?[0-9]{0,500}(\.[0-9]{0,500})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NULL_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_OFFSET = re.compile(r"[-+Zz]")
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SQLITE_DIGITS = decimal.Context(prec=15)
_MICROSECONDS = 2**63  # in which durations are kept

_MESSAGES = {
    "text": _("This is not a text."),
    "null_character": _("Null characters are not allowed."),
    "surrogate": _("This text is damaged: it has half a character in it."),
    "integer": _("This is not a whole number."),
    "decimal": _("This is not a decimal number."),
    "float": _("This is not a number."),
    "nan": _("The database cannot keep this number."),
    "boolean": _("This is neither yes nor no."),
    "date": _("This is not a date."),
    "time": _("This is not a time."),
    "datetime": _("This is not a date and time."),
    "duration": _("This is not a duration."),
    "uuid": _("This is not a UUID."),
    "json": _("This value cannot be kept."),
}


def decode(field: models.Field[Any, Any], value: Any) -> Any:
    """The value for `field` that travels as `value`, JSON. For a relation: of the field that it points at.

    :raises ValidationError: it is none, in words for people.
    """
    if value is None:
        return None
    found = _decoder(field)(value)
    if isinstance(found, decimal.Decimal) and not _is_kept(value_field(field), found):
        raise _fail("nan")
    return found


def encode(column: Attribute, value: Any) -> Any:
    """How a value of an attribute travels."""
    return value if value is None or column.type.encode is None else column.type.encode(value)


def decode_key(key: Attribute, value: Any) -> Any:
    """The primary key that travels as `value`; None for what can be no key of such records, so that none is found."""
    try:
        found = decode(key.field, value)
        prepared = value_field(key.field).get_db_prep_value(found, connection)
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return None
    return None if isinstance(prepared, int) and not -(2**63) <= prepared < 2**63 else found


def _decoder(field: models.Field[Any, Any]) -> Decode:
    field = value_field(field)
    found = wire_type(field)
    decoder = _DECODERS.get(found.name if found else "")
    if decoder is None:
        raise ValidationError(_("This cannot be changed on devices."))
    return decoder


def _fail(kind: str) -> ValidationError:
    return ValidationError(_MESSAGES[kind], code="invalid")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _fail("text")
    if "\0" in value:
        raise _fail("null_character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _fail("surrogate") from None
    return value


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise _fail("integer")


def _decimal(value: Any) -> decimal.Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**500:
        return decimal.Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value) and any(digit.isdigit() for digit in value):
        return decimal.Decimal(value)
    raise _fail("decimal")


def _is_kept(field: Any, number: decimal.Decimal) -> bool:
    """Whether the database gives back the number that it was given. SQLite keeps the first 15 digits, and Django cannot
    even read those that it rounded up to more digits than the field has: no row of the table could be sent any more."""
    if connection.vendor != "sqlite" or number.adjusted() > 300:  # which the field's own limits do not let pass
        return True
    kept = _SQLITE_DIGITS.create_decimal_from_float(float(number))
    return kept == number or len(number.as_tuple().digits) <= _SQLITE_DIGITS.prec


def _float(value: Any) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        if value == "NaN" and connection.vendor == "sqlite":  # which would keep NULL
            raise _fail("nan")
        return _NOT_FINITE[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            raise _fail("float") from None
        if math.isfinite(number):
            return number
    raise _fail("float")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _fail("boolean")


def _date(value: Any) -> datetime.date:
    day: datetime.date = _parsed("date", parse_date, value)
    return day


def _time(value: Any) -> datetime.time:
    if isinstance(value, str) and _OFFSET.search(value):  # which Django would pass over
        raise _fail("time")
    time: datetime.time = _parsed("time", parse_time, value)
    return time


def _datetime(value: Any) -> datetime.datetime:
    moment: datetime.datetime = _parsed("datetime", parse_datetime, value)
    if (moment.tzinfo is not None) is not settings.USE_TZ:
        raise _fail("datetime")
    try:
        return moment.astimezone(datetime.UTC) if settings.USE_TZ else moment
    except OverflowError:
        raise _fail("datetime") from None


def _duration(value: Any) -> datetime.timedelta:
    span: datetime.timedelta = _parsed("duration", parse_duration, value)
    if abs(span // datetime.timedelta(microseconds=1)) >= _MICROSECONDS:
        raise _fail("duration")
    return span


def _parsed(kind: str, parse: Callable[[str], Any], value: Any) -> Any:
    try:
        found = parse(value) if isinstance(value, str) and len(value) <= 100 else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise _fail(kind)
    return found


def _uuid(value: Any) -> uuid.UUID:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return uuid.UUID(value)
    raise _fail("uuid")


def _json(value: Any) -> Any:
    """Anything, as long as the database has a form for it."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        raise _fail("json") from None
    if connection.vendor == "postgresql":
        if _NULL_ESCAPED.search(text):
            raise _fail("null_character")
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise _fail("surrogate") from None
    return value


_DECODERS: dict[str, Decode] = {
    "string": _text,
    "text": _text,
    "email": _text,
    "url": _text,
    "integer": _integer,
    "decimal": _decimal,
    "float": _float,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "duration": _duration,
    "uuid": _uuid,
    "json": _json,
}
