"""What a user carries by a fresh query, and what an answer names."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User

from tests.tracking.stateful.entities import roaming_app

Rows = dict[Any, list[Any]]


def carried(user: User, entity: str) -> Rows:
    """Wire values by key, as the database has them now."""
    of = roaming_app.entities[entity]
    encoders = [column.type.encode for column in of.columns]
    rows = of.get_queryset(of.get_scope(user)).values_list(*(column.name for column in of.columns))
    wire = (
        [
            value if value is None or encode is None else encode(value)
            for value, encode in zip(row, encoders, strict=True)
        ]
        for row in rows
    )
    return {row[0]: row for row in wire}


def named(answer: bytes) -> dict[str, tuple[str, set[Any]]]:
    """By entity, its mode and all keys that an answer names, wherever. The answer may be cut."""
    found: dict[str, tuple[str, set[Any]]] = {}
    keys: set[Any] = set()
    for text in answer.split(b"\n")[:-1]:
        line = json.loads(text)
        if isinstance(line, list):
            keys.add(line[0])
        elif line["type"] == "entity":
            keys = set()
            found[line["entity"]] = line["mode"], keys
        elif line["type"] in ("gap", "segment"):
            keys |= {line[name] for name in ("after", "before", "until", "first", "last") if name in line}
    return found
