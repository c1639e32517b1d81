"""Key order as decision 0013 has it, in Python: numbers by value, all other keys by the code points of their text."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass
from typing import Any

from syncapi.testing.errors import ProtocolViolation

NUMBERS = frozenset({"integer", "boolean", "decimal", "float"})
UNORDERED = frozenset(
    {"decimal", "float", "duration", "boolean", "json"}
)  # databases do not give these in the order of devices
SAFE_INTEGER = 2**53 - 1

Sortable = Any  # an integer, a decimal, a float or a text; one of them for all keys of an entity


@dataclass(frozen=True)
class KeyOrder:
    """The order of the keys of one entity. `type` is the key's wire type, as the definition names it."""

    type: str

    @property
    def dependable(self) -> bool:
        """Whether every database has the keys in this order. If not, there are no gaps and no ranges but one."""
        return self.type not in UNORDERED

    def of(self, key: Any) -> Sortable:
        """What a key on the wire is sorted and known by.

        :raises ProtocolViolation: no key of this type looks like that.
        """
        if self.type == "integer":
            return _integer(key)
        if self.type == "boolean":
            if not isinstance(key, bool):
                raise ProtocolViolation(f"a boolean key is {key!r}")
            return int(key)
        if self.type == "float" and isinstance(key, int | float) and not isinstance(key, bool):
            return float(key)
        if not isinstance(key, str):
            raise ProtocolViolation(f"a key of type {self.type} is {key!r}, not a text")
        if self.type in NUMBERS:
            return _number(key, self.type)
        return key  # Python compares texts by code point

    def find(self, key: Any) -> Sortable:
        """The same for a key as a test writes it: on the wire, or as Django has it.

        :raises ValueError: it is no key of this type.
        """
        try:
            if self.type in NUMBERS:
                return {"decimal": decimal.Decimal, "float": float}.get(self.type, int)(key)
        except (TypeError, ArithmeticError) as error:
            raise ValueError(f"{key!r} is no key of type {self.type}") from error
        if isinstance(key, datetime.datetime):
            naive = key.tzinfo is None
            text = (
                (key if naive else key.astimezone(datetime.UTC)).replace(tzinfo=None).isoformat(timespec="microseconds")
            )
            return text if naive else f"{text}Z"
        if isinstance(key, datetime.time):
            return key.isoformat(timespec="microseconds")
        return str(key)


def _integer(key: Any) -> int:
    if isinstance(key, str):
        digits = key.removeprefix("-")
        if digits.isascii() and digits.isdigit() and abs(int(key)) > SAFE_INTEGER:
            return int(key)
    elif isinstance(key, int) and not isinstance(key, bool) and abs(key) <= SAFE_INTEGER:
        return key
    raise ProtocolViolation(f"an integer key is {key!r}; up to 2^53 - 1 it is a number, beyond it a text of digits")


def _number(key: str, type_name: str) -> Sortable:
    try:
        return float(key) if type_name == "float" else decimal.Decimal(key)
    except (ValueError, ArithmeticError):
        raise ProtocolViolation(f"a key of type {type_name} is {key!r}") from None
