"""PostgreSQL: the JSON of a column's value, made by the database (decision 0023).

Each template gives the JSON of the value, `null` for NULL, and NULL for values that Python does not have, such as the
date `infinity`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from syncapi.values import MAX_SAFE_INTEGER

Field: TypeAlias = "models.Field[Any, Any]"  # Django's fields take no [] at run time

_AS_JSON = "coalesce(to_json({c})::text, 'null')"
_INTEGER = (
    f"CASE WHEN {{c}} BETWEEN -{MAX_SAFE_INTEGER} AND {MAX_SAFE_INTEGER} THEN {{c}}::text "
    "WHEN {c} IS NULL THEN 'null' ELSE '\"' || {c}::text || '\"' END"
)
_QUOTED = "coalesce('\"' || {c}::text || '\"', 'null')"
_DATE = (
    "CASE WHEN {c} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN to_json({c})::text "
    "WHEN {c} IS NULL THEN 'null' END"
)
_TIME = (
    "CASE WHEN {c} < TIME '24:00:00' THEN '\"' || to_char({c}::interval, 'HH24:MI:SS.US') || '\"' "
    "WHEN {c} IS NULL THEN 'null' END"
)
# Both write the fewest digits that stand for the number, and differ only in when they use exponents. A session whose
# `extra_float_digits` is below 1 writes fewer.
_FLOAT = (
    "CASE WHEN (abs({c}) >= 1e-4 AND abs({c}) < 1e15 OR {c} = 0) AND {c}::text::double precision = {c} "
    "AND strpos({c}::text, 'e') = 0 THEN {c}::text || CASE WHEN strpos({c}::text, '.') > 0 THEN '' ELSE '.0' END "
    "WHEN {c} IS NULL THEN 'null' END"
)


def _datetime(field: Field, connection: BaseDatabaseWrapper) -> str | None:
    if connection.timezone_name != "UTC":
        return None
    zone = "Z" if settings.USE_TZ else ""
    return (
        "CASE WHEN {c} >= TIMESTAMPTZ '0001-01-01 00:00:00+00' AND {c} < TIMESTAMPTZ '10000-01-01 00:00:00+00' "
        f"THEN '\"' || to_char({{c}} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '{zone}\"' "
        "WHEN {c} IS NULL THEN 'null' END"
    )


TEMPLATES: dict[type[Field], str | Callable[[Field, BaseDatabaseWrapper], str | None]] = {
    models.CharField: _AS_JSON,
    models.TextField: _AS_JSON,
    models.GenericIPAddressField: _AS_JSON,
    models.FileField: _AS_JSON,
    models.FilePathField: _AS_JSON,
    models.IntegerField: _INTEGER,
    models.BooleanField: _AS_JSON,
    models.UUIDField: _AS_JSON,
    models.DecimalField: _QUOTED,
    models.DateField: _DATE,
    models.DateTimeField: _datetime,
    models.TimeField: _TIME,
    models.FloatField: _FLOAT,
}
