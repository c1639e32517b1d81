"""What a fake device refuses: everything that `docs/protocol.md` does not allow."""

from typing import Any

import pytest
from django.http import HttpResponse

from syncapi.testing import FakeDevice, ProtocolViolation
from tests.fakedevice.scripted import (
    ENTITY,
    THREE,
    WHOLE,
    Part,
    Server,
    answer,
    definition,
    fingerprint,
    first,
    keys,
    part,
    segment,
)

BROKEN: dict[str, tuple[bytes, str]] = {
    "not begun": (b'{"type":"end"}\n', "the first message is not 'start'"),
    "empty": (b"", "without an 'end' message"),
    "cut": (first()[:-1], "without an 'end' message"),
    "more": (first() + b"\n", "after the 'end' message"),
    "more in a line": (first() + b"x", "after the 'end' message"),
    "not json": (b"<html>\n", "not JSON"),
    "nan": (answer(part("replace", [segment(0, [[1, float("nan")]])]), definition=definition()), "NaN"),
    "not utf-8": (first().replace(b'"a"', b'"\xff"'), "not UTF-8"),
    "protocol": (answer(protocol=2), "protocol 2"),
    "start twice": (answer().replace(b'{"type":"end"}', answer().split(b"\n")[0]), "second 'start'"),
    "no type": (answer().replace(b'"type":"end"', b'"kind":"end"'), "without a type"),
    "neither": (answer().replace(b'{"type":"end"}', b"5"), "neither a message nor a row"),
    "unannounced row": (answer().replace(b'{"type":"end"}', b"[1]"), "a row that no segment announced"),
    "rows in all": (answer(rows=1), "0 rows in all where 'start' announced 1"),
    "bytes in all": (answer(bytes=1), "0 bytes in all where 'start' announced 1"),
    "no count": (answer(rows=True), "'rows' is True, not a count"),
    "no definition": (answer(part("replace")), "no definition, though the device has another version"),
    "wrong version": (answer(definition=definition()).replace(b'"v1"', b'"v2"', 1), "version of the definition"),
    "late definition": (
        answer(part("replace"), definition=definition()).replace(
            b'{"type":"end"}', answer(definition=definition()).split(b"\n")[1]
        ),
        "before the first entity",
    ),
    "no entities": (answer(definition={}), "definition without entities"),
    "wrong user": (answer(user="somebody", definition=definition()), "for the user 'somebody'"),
    "missing entity": (answer(definition=definition()), "asked for ['Thing'], the answer has []"),
    "entity twice": (answer(part("replace"), part("replace"), definition=definition()), "Thing comes twice"),
    "first of two": (
        answer(part("replace", segments=2), part("replace", name="X"), definition=definition()),
        "Thing: 0 segments where 2 were announced",
    ),
    "other entity": (answer(part("replace", name="X"), definition=definition()), "the answer has ['X']"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_refuses_an_answer_that_is_broken(server: Server, name: str) -> None:
    content, reason = BROKEN[name]
    device = FakeDevice()
    server.script.append(content)
    with pytest.raises(ProtocolViolation) as caught:
        device.sync("things")
    assert reason in str(caught.value)
    assert device.recording == [content]
    server.script.append(first())
    assert device.sync("things").new_definition  # nothing of the broken answer was kept
    assert server.requests[1] == server.requests[0]


ONE, TWO = [segment(0, [[1, "a"]])], [segment(0, [[1, "a"], [2, "b"]])]

WRONG_FIRST: dict[str, tuple[Part, str]] = {
    "mode": (part("improve"), "unknown mode 'improve'"),
    "no cursor": (part("replace", cursor=None), "'cursor' is None, not a text"),
    "fingerprint": (part("replace", ONE, fingerprint=5), "fingerprint of what the device then has is"),
    "wide fingerprint": (part("replace", fingerprint=2**48), "48 bits"),
    "rows": (part("replace", ONE, rows=2), "1 rows where 2 were announced"),
    "bytes": (part("replace", ONE, bytes=2), "8 bytes of rows where 2 were announced"),
    "segments missing": (part("replace", ONE, segments=2), "1 segments where 2 were announced"),
    "segments over": (part("replace", ONE, segments=0), "only 0 segments were announced"),
    "columns": (part("replace", columns=[]), "columns are a list of names"),
    "column twice": (part("replace", columns=["id", "id"]), "there twice"),
    "other columns": (part("replace", columns=["id", "label"]), "are not the attributes of the definition"),
    "values": (part("replace", [segment(0, [[1]])]), "a row of 1 values where there are 2 columns"),
    "order": (part("replace", [segment(0, [[2, "b"], [1, "a"]])]), "the key 1 is not in key order"),
    "order across": (part("replace", [segment(0, [[2, "b"]]), segment(1, [[1, "a"]])]), "not in key order"),
    "twice": (part("replace", [segment(0, [[1, "a"]]), segment(1, [[1, "a"]])]), "the key 1 comes twice"),
    "number": (part("replace", [segment(1, [[1, "a"]])]), "it says that it is number 1"),
    "segment rows": (part("replace", [segment(0, [[1, "a"]], rows=2)]), "fewer rows than were announced"),
    "segment bytes": (part("replace", [segment(0, [[1, "a"]], bytes=9)]), "8 bytes of rows where 9 were announced"),
    "first": (part("replace", [segment(0, [[1, "a"]], first=0)]), "'first' is 0, but that row has the key 1"),
    "last": (part("replace", [segment(0, [[1, "a"]], last=2)]), "'last' is 2, but that row has the key 1"),
    "no rows": (part("replace", [segment(0, [])]), "a segment without rows"),
    "large": (part("replace", [segment(0, [[n, ""] for n in range(1001)])]), "a segment has at most 1000"),
    "text for a number": (part("replace", [segment(0, [["1", "a"]])]), "an integer key is '1'"),
    "null key": (part("replace", [segment(0, [[None, "a"]])]), "an integer key is None"),
    "inexact key": (part("replace", [segment(0, [[2**53, "a"]])]), "up to 2^53 - 1"),
    "unchanged": (part("unchanged"), "and the device sent no cursor"),
    "delta": (part("delta"), "mode 'delta'"),
    "reset": (part("reset", reason="history", cursor=None), "mode 'reset'"),
    "ranges": (part("ranges", total=0, fingerprint=0), "mode 'ranges'"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_FIRST)
def test_refuses_a_first_answer_that_is_wrong(server: Server, name: str) -> None:
    made, reason = WRONG_FIRST[name]
    server.script.append(answer(made, definition=definition()))
    device = FakeDevice()
    with pytest.raises(ProtocolViolation) as caught:
        device.sync("things")
    assert reason in str(caught.value)
    assert ENTITY in str(caught.value)


WRONG_NEXT: dict[str, tuple[Part, str]] = {
    "gap over a row that comes": (part("delta", [segment(0, [[2, "B"]])], [(1, 3)]), "but 2 comes"),
    "gap that is none": (part("delta", (), [(2, 2)]), "which is no gap"),
    "gap that names a key outside": (part("delta", (), [(1, 9)]), "a gap names 9, which is not a key"),
    "gap that names a key it removes": (part("delta", (), [(None, 2), (1, 3)]), "a gap names 2, which is not a key"),
    "gaps announced": (part("delta", ONE, [(1, 3)], gaps=2), "before all gaps were told"),
    "gaps not announced": (part("delta", (), [(1, 3)], gaps=0), "a gap that was not announced"),
    "gaps missing": (part("delta", (), [], gaps=1), "0 gaps where 1 were announced"),
    "gap without a bound": (
        (part("delta", (), [(1, 3)])[0], [{"type": "gap", "after": 1}], []),
        "a gap without its bounds",
    ),
    "gap in a replace": ((part("replace")[0], [{"type": "gap", "after": 1, "before": 3}], []), "outside of a delta"),
    "delta with other columns": (part("delta", columns=["id", "x"]), "are not the attributes"),
    "delta in no order": (part("delta", [segment(0, [[5, "e"], [4, "d"]])]), "the key 4 is not in key order"),
    "delta that repeats": (part("delta", [*ONE, segment(1, [[1, "a"]])]), "the key 1 comes twice"),
    "reset without a reason": (part("reset", cursor=None), "'reason' is None"),
    "reset with a cursor": (part("reset", reason="scope"), "a reset has no cursor"),
    "unchanged with another count": (part("unchanged", rows=2, fingerprint=5), "3 rows where the server has 2"),
    "unchanged with another fingerprint": (part("unchanged", rows=3, fingerprint=5), "not 5"),
    "ranges not asked for": (part("ranges", total=3, fingerprint=fingerprint(THREE)), "mode 'ranges'"),
    "segment of nothing": ((part("unchanged")[0], [], ONE), "outside of an entity that announced segments"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_NEXT)
def test_refuses_a_next_answer_that_is_wrong(device: FakeDevice, server: Server, name: str) -> None:
    made, reason = WRONG_NEXT[name]
    server.script.append(answer(made))
    with pytest.raises(ProtocolViolation) as caught:
        device.sync("things")
    assert reason in str(caught.value)
    assert keys(device) == [1, 2, 3]
    assert device.cursor("things", ENTITY) == "c"


WRONG_COMPARED: dict[str, tuple[Part, str]] = {
    "total": (part("ranges", total=2, fingerprint=fingerprint(THREE)), "3 rows where the server has 2"),
    "fingerprint": (part("ranges", total=3, fingerprint=1), "not 1"),
    "no bounds": (part("ranges", ONE, **WHOLE), "names 'after' and 'until'"),
    "row before": (part("ranges", [segment(0, [[1, "a"]], after=1, until=2)], **WHOLE), "outside of its bounds"),
    "row after": (part("ranges", [segment(0, [[3, "a"]], after=1, until=2)], **WHOLE), "outside of its bounds"),
    "bounds": (part("ranges", [segment(0, [], after=2, until=2)], **WHOLE), "before it begins"),
    "overlap": (
        part("ranges", [segment(0, [], after=None, until=2), segment(1, [], after=1, until=3)], **WHOLE),
        "another one covered",
    ),
    "after the end": (
        part("ranges", [segment(0, [], after=None, until=None), segment(1, [], after=1, until=3)], **WHOLE),
        "another one covered",
    ),
    "unchanged": (part("unchanged"), "the device sent ranges"),
    "delta": (part("delta"), "the device sent ranges"),
    "reset": (part("reset", reason="size", cursor=None), "the device sent ranges"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_COMPARED)
def test_refuses_a_comparison_that_is_wrong(device: FakeDevice, server: Server, name: str) -> None:
    made, reason = WRONG_COMPARED[name]
    server.script.append(answer(made))
    with pytest.raises(ProtocolViolation) as caught:
        device.sync("things", compare=True)
    assert reason in str(caught.value)
    assert keys(device) == [1, 2, 3]


def test_refuses_a_definition_that_it_has(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("unchanged"), definition=definition()))
    with pytest.raises(ProtocolViolation, match="though the device has that version"):
        device.sync("things")


def test_refuses_a_delta_where_the_columns_changed(device: FakeDevice, server: Server) -> None:
    changed = definition()
    changed["entities"][0]["attributes"].append({"name": "size", "type": "integer"})
    made = part("delta", [segment(0, [[1, "a", 5]])], columns=["id", "name", "size"])
    server.script.append(answer(made, version="v2", definition=changed))
    with pytest.raises(ProtocolViolation, match=r"where the device has \['id', 'name'\]"):
        device.sync("things")


def test_refuses_gaps_between_keys_that_have_no_common_order(server: Server) -> None:
    device = FakeDevice()
    server.script.append(first([["1.50", "a"], ["10.00", "b"]], key_type="decimal"))
    device.sync("things")
    server.script.append(answer(part("delta", (), [("1.50", None)])))
    with pytest.raises(ProtocolViolation, match="no order that databases share"):
        device.sync("things")


@pytest.mark.parametrize("mode", ["delta", "reset", "ranges"])
def test_refuses_what_the_pattern_has_not(server: Server, mode: str) -> None:
    device = FakeDevice()
    server.script.append(first(pattern="read-only"))
    device.sync("things")
    more: dict[str, Any] = {"reset": {"reason": "x", "cursor": None}, "ranges": WHOLE}.get(mode, {})
    server.script.append(answer(part(mode, **more)))
    with pytest.raises(ProtocolViolation, match="where the pattern is 'read-only'"):
        device.sync("things")
    server.script.append(answer(part("unchanged")))
    with pytest.raises(ProtocolViolation, match="without the rows and the fingerprint"):
        device.sync("things", compare=True)  # it has nothing to compare, and asks as always
    assert "ranges" not in server.requests[2]


def test_refuses_what_is_no_answer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A captive portal: 200 with HTML."""
    monkeypatch.setattr(server, "sync", lambda request, app: HttpResponse("<html>"))
    with pytest.raises(ProtocolViolation, match="content type 'text/html"):
        FakeDevice().sync("things")
    monkeypatch.setattr(server, "sync", lambda request, app: HttpResponse("<html>", status=502))
    with pytest.raises(ProtocolViolation, match="status 502 without an error of the protocol"):
        FakeDevice().sync("things")
