"""The parts of a snapshot: fetched where the device lacks them, and checked against what was announced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from syncapi.testing.answer import EntityAnswer
from syncapi.testing.errors import violated
from syncapi.testing.messages import Message, read_rows
from syncapi.testing.store import Part

Fetch = Callable[[EntityAnswer, Message], Part]


def fetched(answer: EntityAnswer, had: Mapping[str, Part], fetch: Fetch) -> dict[str, Part]:
    """All parts that `answer` lists, by sum: those in `had`, and the others through `fetch`.

    :raises ProtocolViolation: a part is not what was announced.
    """
    found: dict[str, Part] = {}
    for message in answer.parts:
        name = message["sum"]
        if name in had:
            found[name] = had[name]
        else:
            found[name] = fetch(answer, message)
            answer.fetched.append(found[name])
    return found


def read_part(answer: EntityAnswer, message: Message, content: bytes) -> Part:
    """:raises ProtocolViolation: these are not the lines that `message` announced."""
    where = f"{answer.name}, part {message['number']}"
    if hashlib.sha256(content).hexdigest() != message["sum"]:
        violated(f"{where}: its lines have another sum than was announced")
    if len(content) != message["bytes"]:
        violated(f"{where}: {len(content)} bytes where {message['bytes']} were announced")
    rows = read_rows(content, len(answer.message["columns"]), where)
    if len(rows) != message["rows"]:
        violated(f"{where}: {len(rows)} rows where {message['rows']} were announced")
    for name, row in (("first", rows[0]), ("last", rows[-1])):
        if message[name] != row.key:
            violated(f"{where}: '{name}' is {message[name]!r}, but that row has the key {row.key!r}")
    return tuple(rows)
