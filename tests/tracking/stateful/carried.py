"""What a user carries by a fresh query, and what an answer names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib.auth.models import User

from syncapi.attributes import VERSION, Attribute, through_fields
from syncapi.tracking.row_version import row_version
from tests.tracking.stateful.entities import roaming_app

Rows = dict[Any, list[Any]]


def carried(user: User, entity: str) -> Rows:
    """Wire values by key, as the database has them now."""
    of = roaming_app.entities[entity]
    stored = [column for column in of.columns if not column.many]
    rows = of.get_queryset(of.get_scope(user)).annotate(_row_version=row_version(of))
    found: Rows = {}
    for key, version, *values in rows.values_list("pk", "_row_version", *(column.name for column in stored)):
        row = {column: _encoded(column, value) for column, value in zip(stored, values, strict=True)}
        row |= {VERSION: version, **{column: _ties(column, key) for column in of.columns if column.many}}
        found[row[of.columns[0]]] = [row[column] for column in of.row_columns]
    return found


def _ties(column: Attribute, key: Any) -> list[Any]:
    record, target = through_fields(column.field)  # type: ignore[arg-type]
    ties = record.model._default_manager.filter(**{record.attname: key}).values_list(target.attname, flat=True)
    return sorted(_encoded(column, tied) for tied in ties)


def _encoded(column: Attribute, value: Any) -> Any:
    return value if value is None or column.type.encode is None else column.type.encode(value)


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
