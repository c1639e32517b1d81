"""Text of a cell to the value of a field. Stricter than Django's forms: a file is not a person to be humoured."""

import datetime
import re
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

TRUE = {"1", "-1", "true", "t", "yes", "y"}
FALSE = {"0", "false", "f", "no", "n"}
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})([ T]00:00(:00(\.0+)?)?)?")


class BadValue(ValueError):
    """The text is no value of that field; the message says why."""


def parse(field: "models.Field[Any, Any]", text: str) -> Any:
    """The value `text` stands for in `field`, within the field's limits.

    Raises:
        BadValue: with the reason.
    """
    if "\x00" in text:
        raise BadValue("contains a NUL character, which databases cannot store")
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise BadValue("the text is not UTF-8")
    try:
        return field.clean(_convert(field, text), None)
    except ValidationError as error:
        raise BadValue(f"“{_short(text)}”: {' '.join(error.messages)}") from error


def missing(field: "models.Field[Any, Any]") -> Any:
    """The value of an empty cell: the field's default, or nothing."""
    if field.null:
        return None
    return field.get_default()  # which is "" for a text without a default


def may_be_missing(field: "models.Field[Any, Any]") -> bool:
    """Whether a row is complete without this field."""
    return field.null or field.blank or field.has_default()


def _convert(field: "models.Field[Any, Any]", text: str) -> Any:
    if isinstance(field, models.BooleanField):
        return _boolean(text)
    if isinstance(field, models.IntegerField):
        if not _WHOLE.fullmatch(text):
            raise BadValue(f"“{_short(text)}” is not a whole number")
        return int(text)
    if isinstance(field, models.DecimalField):
        if not _NUMBER.fullmatch(text):
            raise BadValue(f"“{_short(text)}” is not a number")
        return _number(text)
    if isinstance(field, models.DateField):
        return _date(text)
    if isinstance(field, models.TextField):
        return text
    # A line break would be lost without a trace when somebody edits the field in a one-line input.
    return re.sub(r"\s*\n\s*", ", ", text)


def _boolean(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise BadValue(f"“{_short(text)}” is neither true nor false (1 or 0)")


def _date(text: str) -> datetime.date:
    match = _DATE.fullmatch(text)
    try:
        return datetime.date.fromisoformat(match[1] if match else "")
    except ValueError:
        raise BadValue(f"“{_short(text)}” is not a date (year-month-day)") from None


def _number(text: str) -> Decimal:
    """12.5000 fits a field with two decimals: zeros at the end say nothing."""
    if "." in text:
        text = text.rstrip("0")
    return Decimal(text if text.strip("+-.") else "0")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
