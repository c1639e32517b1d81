"""SQLite: the JSON of a column's value, made by the database (decision 0023).

A column of SQLite may hold anything, whatever its type. Each template gives the JSON for values as Django stores them,
`null` for NULL, and NULL for all others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from syncapi.values import MAX_SAFE_INTEGER, value_field

Field: TypeAlias = "models.Field[Any, Any]"  # Django's fields take no [] at run time

# Of these so many digits Python and SQLite are certain to make the same, out of a number with a binary fraction.
EXACT_DIGITS = 15
FLOAT_PLACES = 6

_STRING = "CASE typeof({c}) WHEN 'text' THEN json_quote({c}) WHEN 'null' THEN 'null' END"
_INTEGER = (
    f"CASE typeof({{c}}) WHEN 'integer' THEN CASE WHEN {{c}} BETWEEN -{MAX_SAFE_INTEGER} AND {MAX_SAFE_INTEGER} "
    "THEN {c} ELSE '\"' || {c} || '\"' END WHEN 'null' THEN 'null' END"
)
_BOOLEAN = (
    "CASE typeof({c}) WHEN 'integer' THEN CASE {c} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END "
    "WHEN 'null' THEN 'null' END"
)
_HEX = "substr({c}, 1, 8) || '-' || substr({c}, 9, 4) || '-' || substr({c}, 13, 4) || '-' || substr({c}, 17, 4)"
_UUID = (
    # What counts characters stops at a NUL, what counts bytes does not.
    "CASE WHEN {c} IS NULL THEN 'null' WHEN typeof({c}) = 'text' AND length({c}) = 32 "
    "AND length(CAST({c} AS BLOB)) = 32 AND {c} NOT GLOB '*[^0-9a-f]*' "
    f"THEN '\"' || {_HEX} || '-' || substr({{c}}, 21) || '\"' END"
)
# A modifier, be it one that changes nothing, has SQLite turn February 30 into a day of March, which then differs.
_IS_DAY = "date({day}, '+0 days') = {day} AND {day} >= '0001-01-01'"
# Not "24": compared with a number, a column of numbers and times would compare it as one.
_IS_TIME = "{time} GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]{fraction}' AND {time} < '24:'"
_FRACTION = "." + "[0-9]" * 6


def _date(field: Field, connection: BaseDatabaseWrapper) -> str:
    is_day = _IS_DAY.format(day="{c}")
    return f"CASE WHEN {{c}} IS NULL THEN 'null' WHEN {is_day} THEN '\"' || {{c}} || '\"' END"


def _time(field: Field, connection: BaseDatabaseWrapper) -> str:
    whole = _IS_TIME.format(time="{c}", fraction="")
    exact = _IS_TIME.format(time="{c}", fraction=_FRACTION)
    return (
        "CASE WHEN {c} IS NULL THEN 'null' ELSE CASE length(CAST({c} AS BLOB)) "
        f"WHEN 8 THEN CASE WHEN {whole} THEN '\"' || {{c}} || '.000000\"' END "
        f"WHEN 15 THEN CASE WHEN {exact} THEN '\"' || {{c}} || '\"' END END END"
    )


def _datetime(field: Field, connection: BaseDatabaseWrapper) -> str | None:
    if settings.USE_TZ and connection.timezone_name != "UTC":
        return None
    zone = "Z" if settings.USE_TZ else ""
    is_day = _IS_DAY.format(day="substr({c}, 1, 10)") + " AND substr({c}, 11, 1) = ' '"
    whole = _IS_TIME.format(time="substr({c}, 12)", fraction="")
    exact = _IS_TIME.format(time="substr({c}, 12)", fraction=_FRACTION)
    text = "'\"' || substr({c}, 1, 10) || 'T' || substr({c}, 12)"
    return (
        "CASE WHEN {c} IS NULL THEN 'null' ELSE CASE length(CAST({c} AS BLOB)) "
        f"WHEN 19 THEN CASE WHEN {is_day} AND {whole} THEN {text} || '.000000{zone}\"' END "
        f"WHEN 26 THEN CASE WHEN {is_day} AND {exact} THEN {text} || '{zone}\"' END END END"
    )


def _decimal(field: Field, connection: BaseDatabaseWrapper) -> str | None:
    """SQLite keeps a decimal as an integer, or as a binary fraction, of which Django reads 15 digits.

    n / 10^places, both exact, is rounded once: if that is the stored number, n are the 15 digits (no two decimals of
    15 digits are one binary fraction).
    """
    decimals = value_field(field)
    assert isinstance(decimals, models.DecimalField)
    places, digits = decimals.decimal_places, min(decimals.max_digits or 0, EXACT_DIGITS)
    if places is None or not 0 <= places <= digits:
        return None
    zeros = "." + "0" * places if places else ""
    shifted, number = _shifted(places), _shifted_text(places)
    fits = f"{{c}} > -{10 ** (digits - places)} AND {{c}} < {10 ** (digits - places)}"
    return (
        "CASE typeof({c}) "
        f"WHEN 'integer' THEN CASE WHEN {fits} THEN '\"' || {{c}} || '{zeros}\"' END "
        # Zero is kept as an integer; a binary fraction may be a negative zero.
        f"WHEN 'real' THEN CASE WHEN {{c}} <> 0 AND {fits} AND {shifted} / 1e{places} = {{c}} "
        f"THEN '\"' || {number} || '\"' END "
        "WHEN 'null' THEN 'null' END"
    )


def _float(field: Field, connection: BaseDatabaseWrapper) -> str | None:
    """Numbers of up to 15 digits, six of them behind the point: as for decimals, these digits and no others are the
    shortest that stand for the number."""
    if type(field) is models.GeneratedField:
        return None  # it may be a negative zero, which a column that is stored never is
    shifted, number = _shifted(FLOAT_PLACES), _shifted_text(FLOAT_PLACES)
    return (
        f"CASE typeof({{c}}) WHEN 'real' THEN CASE WHEN {{c}} = 0 THEN '0.0' "
        f"WHEN abs({{c}}) >= 1e-4 AND abs({{c}}) < 1e{EXACT_DIGITS - FLOAT_PLACES} "
        f"AND {shifted} / 1e{FLOAT_PLACES} = {{c}} "
        f"THEN CASE WHEN {shifted} % 1{'0' * FLOAT_PLACES} = 0 THEN CAST({{c}} AS INTEGER) || '.0' "
        f"ELSE rtrim({number}, '0') END END "
        "WHEN 'null' THEN 'null' END"
    )


def _shifted(places: int) -> str:
    return f"CAST(round({{c}} * 1e{places}) AS INTEGER)"


def _shifted_text(places: int) -> str:
    """The shifted number with its point again."""
    number, factor = f"abs({_shifted(places)})", f"1{'0' * places}"
    sign = "CASE WHEN {c} < 0 THEN '-' ELSE '' END"
    if not places:
        return f"{sign} || {number}"
    return f"{sign} || ({number} / {factor}) || '.' || substr({factor} + {number} % {factor}, 2)"


TEMPLATES: dict[type[Field], str | Callable[[Field, BaseDatabaseWrapper], str | None]] = {
    models.CharField: _STRING,
    models.TextField: _STRING,
    models.GenericIPAddressField: _STRING,
    models.FileField: _STRING,
    models.FilePathField: _STRING,
    models.IntegerField: _INTEGER,
    models.BooleanField: _BOOLEAN,
    models.UUIDField: _UUID,
    models.DateField: _date,
    models.DateTimeField: _datetime,
    models.TimeField: _time,
    models.DecimalField: _decimal,
    models.FloatField: _float,
}
