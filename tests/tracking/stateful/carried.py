"""What a user carries by a fresh query, and what an answer names."""

from __future__ import annotations

import hashlib
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


Named = tuple[str, str, set[Any]]  # entity, mode, keys


def named(recording: list[bytes]) -> list[Named]:
    """All keys that answers and parts name, wherever, by entity. Both may be cut."""
    found: list[Named] = []
    of_part: dict[str, str] = {}  # entity by sum
    for content in recording:
        if content.startswith(b"["):
            entity = of_part.get(hashlib.sha256(content).hexdigest(), "")  # unknown when it was cut
            found.append((entity, "snapshot", {json.loads(text)[0] for text in content.split(b"\n")[:-1]}))
        else:
            found += _named_by_answer(content, of_part)
    return found


def _named_by_answer(answer: bytes, of_part: dict[str, str]) -> list[Named]:
    found: list[Named] = []
    for text in answer.split(b"\n")[:-1]:
        line = json.loads(text)
        if isinstance(line, list):
            found[-1][2].add(line[0])
        elif line["type"] == "entity":
            found.append((line["entity"], line["mode"], set()))
        elif line["type"] in ("gap", "segment", "part"):
            found[-1][2].update(line[name] for name in ("after", "before", "until", "first", "last") if name in line)
            if line["type"] == "part":
                of_part[line["sum"]] = found[-1][0]
    return found
