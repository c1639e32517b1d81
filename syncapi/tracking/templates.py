"""SQL of change tracking: one file per database and version, in sections with names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

VENDORS = ("sqlite", "postgresql")
VERSION = 1  # of the trigger templates; part of what an installation remembers

_FOLDER = Path(__file__).parent / "sql"
_SECTION = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.M | re.S)
_PLACE = re.compile(r"\{(\w+)\}")


@cache
def script(vendor: str, name: str) -> tuple[str, ...]:
    """The statements of a file that has nothing to fill in."""
    text = (_FOLDER / vendor / f"{name}.sql").read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return tuple(statement.strip() for statement in bare.split(";") if statement.strip())


@cache
def sections(vendor: str, name: str) -> Mapping[str, str]:
    """The templates of a file, by name."""
    text = (_FOLDER / vendor / f"{name}.sql").read_text(encoding="utf-8")
    return {section: body.strip() for section, body in _SECTION.findall(text)}


def fill(template: str, values: Mapping[str, str]) -> str:
    """Puts values into their places; what looks like a place inside a value stays as it is."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
