"""Canonical form of what `get_scope` returns (decision 0005)."""

import datetime
import decimal
import enum
import json
import uuid
from collections.abc import Hashable
from typing import Any

from syncapi.errors import ScopeError


def canonical_scope(scope: Hashable, entity: str) -> str:
    """Equal scopes give equal texts, others different ones, in every process.

    :raises ScopeError: `scope` is, or contains, something without a canonical form.
    """
    return json.dumps(_canonical(scope, entity), ensure_ascii=True, separators=(",", ":"))


def _canonical(value: Any, entity: str) -> Any:
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime.date | datetime.time | decimal.Decimal | uuid.UUID):
        return {type(value).__name__: str(value)}
    if isinstance(value, tuple):
        return [_canonical(item, entity) for item in value]
    if isinstance(value, frozenset):
        items = [_canonical(item, entity) for item in value]
        return {"set": sorted(items, key=lambda item: json.dumps(item, sort_keys=True))}
    raise ScopeError(
        f"{entity}.get_scope() returned a value with {type(value).__name__} in it. Return None, numbers, strings, "
        "dates, UUIDs, or tuples and frozensets of these: for a model instance its primary key, for a list a tuple."
    )
