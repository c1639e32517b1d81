"""Snapshots: what a device fetches, keeps, and refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from syncapi.testing import FakeDevice, ProtocolViolation, SyncRefused
from tests.fakedevice.scripted import ENTITY, Message, Server, definition, fingerprint, keys, segment, size, text

ROWS = [[1, "a"], [2, "b"], [3, "c"], [4, "d"]]


def lines(rows: list[list[Any]]) -> bytes:
    return b"".join(text(row) + b"\n" for row in rows)


def snapshot(
    server: Server,
    *parts: list[list[Any]],
    gaps: list[tuple[Any, Any]] | None = None,
    changed: list[list[Any]] | None = None,
    spoil: Callable[[list[Message]], object] | None = None,
) -> None:
    """Has the server answer with these parts, and what changed since. `spoil` may change the messages before."""
    listed = []
    for number, rows in enumerate(parts):
        name = hashlib.sha256(lines(rows)).hexdigest()
        server.parts[name] = lines(rows)
        listed.append(
            {"type": "part", "number": number, "sum": name, "rows": len(rows), "bytes": size(rows), "packed": 9}
            | {"first": rows[0][0], "last": rows[-1][0]}
        )
    everything = [row for rows in parts for row in rows]
    travels = changed or []
    entity: Message = {"type": "entity", "entity": ENTITY, "mode": "snapshot", "cursor": "c", "columns": ["id", "name"]}
    entity |= {"parts": len(parts), "total": len(everything), "size": size(everything), "packed": 9 * len(parts)}
    entity |= {"fingerprint": fingerprint(everything), "rows": len(travels), "bytes": size(travels)}
    entity |= {"segments": int(bool(travels)), "gaps": len(gaps or ())}
    start: Message = {"type": "start", "protocol": 1, "definition": "v1", "user": "anonymous", "server_time": "now"}
    start |= {"rows": len(travels), "bytes": size(travels), "fetch": {"rows": len(everything), "bytes": 9 * len(parts)}}
    messages: list[Any] = [start, {"type": "definition", "version": "v1", "definition": definition()}, entity, *listed]
    messages += [{"type": "gap", "after": after, "before": before} for after, before in gaps or ()]
    if travels:
        announced, rows = segment(0, travels)
        messages += [announced, *rows]
    messages.append({"type": "end"})
    if spoil is not None:
        spoil(messages)
    server.script.append(lines(messages))


def without_definition(messages: list[Message]) -> None:
    """As for a device that has it."""
    del messages[1]


def test_fetches_parts_and_lays_over_them_what_changed(server: Server) -> None:
    snapshot(server, ROWS[:2], ROWS[2:], gaps=[(1, 3)], changed=[[3, "C"], [5, "e"]])
    device = FakeDevice()
    result = device.sync("things")
    assert device.rows("things", ENTITY) == [
        {"id": key, "name": name} for key, name in ((1, "a"), (3, "C"), (4, "d"), (5, "e"))
    ]
    told = result.entities[ENTITY]
    assert (told.mode, told.changed, result.parts, result.requests) == ("snapshot", [1, 2, 3, 4, 3, 5], 2, 1)
    assert result.bytes == sum(map(len, device.recording))
    assert device.recording[1:] == [lines(ROWS[:2]), lines(ROWS[2:])]


def test_fetches_again_only_what_is_new(server: Server) -> None:
    device = FakeDevice()
    snapshot(server, ROWS[:2], ROWS[2:])
    device.sync("things")
    other = device.copy()
    snapshot(server, ROWS[:2], [[3, "c"], [4, "D"]], spoil=without_definition)
    assert device.sync("things").parts == 1
    assert keys(device) == [1, 2, 3, 4]
    other.forget("things", ENTITY)
    snapshot(server, ROWS[:2], ROWS[2:], spoil=without_definition)
    assert other.sync("things").parts == 2


WRONG: dict[str, tuple[Callable[[list[Message]], object], str]] = {
    "fewer parts": (lambda m: m.pop(4), "1 parts where 2 were announced"),
    "more parts": (lambda m: m.insert(5, m[4]), "only 2 parts were announced"),
    "number": (lambda m: m[4].update(number=0), "it says that it is number 0"),
    "no sum": (lambda m: m[3].pop("sum"), "'sum' is None"),
    "short sum": (lambda m: m[3].update(sum="abc"), "not a SHA-256"),
    "no rows": (lambda m: m[3].update(rows=0), "a part has 1 to 1000"),
    "many rows": (lambda m: m[3].update(rows=1001), "a part has 1 to 1000"),
    "bounds": (lambda m: m[3].pop("last"), "does not name its first and last key"),
    "total": (lambda m: m[2].update(total=5), "4 total where 5 were announced"),
    "size": (lambda m: m[2].update(size=5), "size where 5 were announced"),
    "packed": (lambda m: m[2].update(packed=5), "18 packed where 5 were announced"),
    "fetch rows": (lambda m: m[0].update(fetch={"rows": 1, "bytes": 18}), "4 rows to fetch in all"),
    "fetch bytes": (lambda m: m[0].update(fetch={"rows": 4, "bytes": 1}), "18 bytes to fetch in all"),
    "fetch": (lambda m: m[0].update(fetch=4), "not an object"),
    "fingerprint": (lambda m: m[2].update(fingerprint=5), "fingerprint of what the device then has"),
    "outside": (lambda m: m[2].update(mode="delta"), "a part outside of a snapshot"),
    "first": (lambda m: m[3].update(first=7), "'first' is 7, but that row has the key 1"),
    "bytes of a part": (lambda m: (m[3].update(bytes=15), m[4].update(bytes=17)), "16 bytes where 15 were announced"),
    "rows of a part": (lambda m: (m[3].update(rows=1), m[4].update(rows=3)), "2 rows where 1 were announced"),
}


@pytest.mark.parametrize("name", WRONG)
def test_refuses_a_snapshot_that_is_wrong(server: Server, name: str) -> None:
    spoil, reason = WRONG[name]
    snapshot(server, ROWS[:2], ROWS[2:], spoil=spoil)
    device = FakeDevice()
    with pytest.raises(ProtocolViolation) as caught:
        device.sync("things")
    assert reason in str(caught.value)
    with pytest.raises(LookupError):  # it carries nothing
        device.rows("things", ENTITY)


def test_refuses_a_part_whose_lines_are_others(server: Server) -> None:
    snapshot(server, ROWS[:2], ROWS[2:])
    server.parts = dict.fromkeys(server.parts, lines([[1, "a"], [2, "B"]]))
    with pytest.raises(ProtocolViolation, match="another sum"):
        FakeDevice().sync("things")


def test_refuses_keys_that_come_in_two_parts(server: Server) -> None:
    snapshot(server, ROWS[:2], [[2, "b"], [3, "c"]])
    with pytest.raises(ProtocolViolation, match="the key 2 comes twice"):
        FakeDevice().sync("things")


def test_refuses_parts_out_of_order(server: Server) -> None:
    snapshot(server, ROWS[2:], ROWS[:2])
    with pytest.raises(ProtocolViolation, match="the key 1 is not in key order"):
        FakeDevice().sync("things")


def test_asks_again_for_parts_that_are_gone_and_once_only(server: Server) -> None:
    snapshot(server, ROWS[:2])
    snapshot(server, ROWS[2:], spoil=without_definition)
    gone = hashlib.sha256(lines(ROWS[:2])).hexdigest()
    del server.parts[gone]
    device = FakeDevice()
    assert device.sync("things").requests == 2
    assert keys(device) == [3, 4]

    snapshot(server, ROWS[:2])
    snapshot(server, ROWS[:2], spoil=without_definition)
    server.parts.clear()
    with pytest.raises(SyncRefused) as refused:
        FakeDevice().sync("things")
    assert refused.value.code == "not_found"
