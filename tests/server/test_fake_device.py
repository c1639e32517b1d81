"""`syncapi.testing`: what the fake device takes, refuses, keeps and says, against answers made by hand."""

import copy
import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi.testing import FakeDevice, ProtocolViolation, SyncCut
from syncapi.testing.answer import read_answer
from syncapi.testing.keys import KeyOrder
from tests.server import scripted
from tests.server.scripted import ENTITY, Model, Part, Server, answer, definition, fingerprint, part, segment

THREE = [[1, "a"], [2, "b"], [3, "c"]]


@pytest.fixture(autouse=True)
def server(settings: Any) -> Iterator[Server]:
    settings.ROOT_URLCONF = "tests.server.scripted"
    settings.MIDDLEWARE = []
    scripted.current = Server()
    yield scripted.current
    assert scripted.current.script == []


def first(rows: list[list[Any]] = THREE, **more: Any) -> bytes:
    return answer(part("replace", [segment(0, rows)] if rows else []), definition=definition(**more))


@pytest.fixture
def device(server: Server) -> FakeDevice:
    """It carries three things."""
    device = FakeDevice()
    server.script.append(first())
    device.sync("things")
    return device


def keys(device: FakeDevice) -> list[Any]:
    return [row["id"] for row in device.rows("things", ENTITY)]


# -- what it keeps


def test_replace_is_kept_and_told(server: Server) -> None:
    device = FakeDevice()
    server.script.append(first())
    result = device.sync("things")
    assert device.rows("things", ENTITY) == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}]
    assert device.get("things", ENTITY, 2) == {"id": 2, "name": "b"}
    assert device.get("things", ENTITY, 4) is None
    told = result.entities[ENTITY]
    assert (told.mode, told.changed, told.altered, told.removed, told.rows_received) == (
        "replace", [1, 2, 3], [1, 2, 3], [], 3,
    )  # fmt: skip
    assert result.new_definition
    assert result.definition == definition()
    assert (result.requests, result.bytes) == (1, len(device.recording[0]))
    assert server.requests == [{"context": "", "trigger": "manual", "cursors": {}}]


def test_unchanged_moves_the_cursor_only(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("unchanged", cursor="c2")))
    result = device.sync("things")
    assert result.unchanged
    assert not result.new_definition
    assert keys(device) == [1, 2, 3]
    assert device.cursor("things", ENTITY) == "c2"
    assert server.requests[1]["cursors"] == {ENTITY: "c"}
    assert server.headers[1]["Haversack-Definition"] == "v1"


def test_delta_removes_by_gaps_then_writes_rows(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("delta", [segment(0, [[3, "C"], [4, "d"]])], [(None, 3)])))
    told = device.sync("things").entities[ENTITY]
    assert device.rows("things", ENTITY) == [{"id": 3, "name": "C"}, {"id": 4, "name": "d"}]
    assert (told.mode, told.changed, told.removed) == ("delta", [3, 4], [1, 2])


def test_a_row_that_comes_again_as_it_was_has_changed_but_is_not_altered(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("delta", [segment(0, [[1, "a"], [2, "B"]])])))
    told = device.sync("things").entities[ENTITY]
    assert (told.changed, told.altered) == ([1, 2], [2])


def test_delta_segments_are_in_order_each_for_itself(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("delta", [segment(0, [[7, "g"]]), segment(1, [[5, "e"]])])))
    device.sync("things")
    assert keys(device) == [1, 2, 3, 5, 7]


def test_P5_a_reset_is_asked_again_with_ranges(device: FakeDevice, server: Server) -> None:
    server.script.append(answer(part("reset", reason="history", cursor=None)))
    rows = [[1, "a"], [3, "C"]]
    server.script.append(
        answer(
            part(
                "ranges", [segment(0, rows, after=None, until=None)], total=2, fingerprint=fingerprint(rows), cursor="x"
            )
        )
    )
    result = device.sync("things")
    told = result.entities[ENTITY]
    assert (told.mode, told.reset, told.changed, told.altered, told.removed) == ("ranges", "history", [1, 3], [3], [2])
    assert result.requests == 2
    assert server.requests[2]["ranges"] == {ENTITY: [[None, 3, fingerprint(THREE)]]}
    assert server.requests[2]["entities"] == [ENTITY]
    assert device.cursor("things", ENTITY) == "x"


def test_P5_ranges_replace_what_they_cover_only(device: FakeDevice, server: Server) -> None:
    left = [[1, "a"], [2, "B"], [3, "c"]]
    compared = part("ranges", [segment(0, [[2, "B"]], after=1, until=2)], total=3, fingerprint=fingerprint(left))
    server.script.append(answer(compared))
    assert device.sync("things", compare=True).entities[ENTITY].changed == [2]
    assert device.rows("things", ENTITY)[1] == {"id": 2, "name": "B"}


def test_P5_a_range_may_be_empty(device: FakeDevice, server: Server) -> None:
    left = [[1, "a"], [3, "c"]]
    compared = part("ranges", [segment(0, [], after=1, until=2)], total=2, fingerprint=fingerprint(left))
    server.script.append(answer(compared))
    assert device.sync("things", compare=True).entities[ENTITY].removed == [2]


def test_P5_ranges_have_at_most_a_thousand_rows(server: Server) -> None:
    device = FakeDevice()
    rows = [[number, "x"] for number in range(2500)]
    segments = [segment(number, rows[at : at + 1000]) for number, at in enumerate(range(0, 2500, 1000))]
    server.script.append(answer(part("replace", segments), definition=definition()))
    device.sync("things")
    server.script.append(answer(part("ranges", total=2500, fingerprint=fingerprint(rows))))
    assert device.sync("things", compare=True).unchanged
    assert [(last, count) for last, count, _ in server.requests[1]["ranges"][ENTITY]] == [
        (999, 1000), (1999, 1000), (None, 500),
    ]  # fmt: skip


def test_P5_keys_without_a_common_order_are_one_range(server: Server) -> None:
    device = FakeDevice()
    rows = [[str(number), "x"] for number in (2, 10, 1)]
    server.script.append(first(rows, key_type="decimal"))
    device.sync("things")
    server.script.append(answer(part("ranges", total=3, fingerprint=fingerprint(rows))))
    device.sync("things", compare=True)
    assert server.requests[1]["ranges"] == {ENTITY: [[None, 3, fingerprint(rows)]]}
    assert keys(device) == ["1", "2", "10"]


def test_a_new_definition_drops_entities_that_it_has_not(server: Server) -> None:
    device = FakeDevice()
    both = definition(names=[ENTITY, "Other"])
    rows = [segment(0, [[1, "a"]])]
    server.script.append(answer(part("replace", rows), part("replace", rows, name="Other"), definition=both))
    device.sync("things")
    server.script.append(answer(part("unchanged"), version="v2", definition=definition()))
    assert device.sync("things").new_definition
    with pytest.raises(LookupError):
        device.rows("things", "Other")


def test_columns_that_changed_come_as_replace(device: FakeDevice, server: Server) -> None:
    changed = definition()
    changed["entities"][0]["attributes"].append({"name": "size", "type": "integer"})
    rows = [[1, "a", 5]]
    replaced = part("replace", [segment(0, rows)], columns=["id", "name", "size"])
    server.script.append(answer(replaced, version="v2", definition=changed))
    device.sync("things")
    assert device.rows("things", ENTITY) == [{"id": 1, "name": "a", "size": 5}]


def test_contexts_and_entities_narrow_what_is_asked_and_expected(server: Server) -> None:
    device = FakeDevice()
    both = definition(names=[ENTITY, "Other"])
    rows = [segment(0, [[1, "a"]])]
    server.script.append(answer(part("replace", rows), part("replace", rows, name="Other"), definition=both))
    device.sync("things")
    server.script.append(answer(part("unchanged")))
    device.sync("things", "some", trigger="online")
    server.script.append(answer(part("unchanged", name="Other")))
    device.sync("things", entities=["Other"])
    assert server.requests[1:] == [
        {"context": "some", "trigger": "online", "cursors": {ENTITY: "c"}},
        {"context": "", "trigger": "manual", "entities": ["Other"], "cursors": {"Other": "c"}},
    ]


def test_messages_and_keys_that_it_does_not_know_are_passed_over(server: Server) -> None:
    device = FakeDevice()
    content = first().replace(b'"mode":"replace"', b'"mode":"replace","weather":"fine"')
    lines = content.split(b"\n")
    lines.insert(2, b'{"type":"weather","sun":true}')
    server.script.append(b"\n".join(lines))
    device.sync("things")
    assert keys(device) == [1, 2, 3]


# -- what it refuses


BROKEN: dict[str, tuple[bytes, str]] = {
    "not begun": (b'{"type":"end"}\n', "the first message is not 'start'"),
    "empty": (b"", "without an 'end' message"),
    "cut": (first()[:-1], "without an 'end' message"),
    "more": (first() + b"\n", "after the 'end' message"),
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


WHOLE: dict[str, Any] = {"total": 3, "fingerprint": fingerprint(THREE)}

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
    from django.http import HttpResponse

    monkeypatch.setattr(server, "sync", lambda request, app: HttpResponse("<html>"))
    with pytest.raises(ProtocolViolation, match="content type 'text/html"):
        FakeDevice().sync("things")
    monkeypatch.setattr(server, "sync", lambda request, app: HttpResponse("<html>", status=502))
    with pytest.raises(ProtocolViolation, match="status 502 without an error of the protocol"):
        FakeDevice().sync("things")


# -- what it does when a download is cut


def thousands(count: int) -> tuple[list[list[Any]], bytes]:
    rows = [[number, f"row {number}"] for number in range(count)]
    segments = [segment(number, rows[at : at + 1000]) for number, at in enumerate(range(0, count, 1000))]
    return rows, answer(part("replace", segments, cursor="first"), definition=definition())


def test_P2_a_cut_download_goes_on_from_its_whole_segments(server: Server) -> None:
    rows, content = thousands(2500)
    device = FakeDevice()
    device.cut_after(rows=1500)
    server.script.append(content)
    with pytest.raises(SyncCut) as cut:
        device.sync("things")
    assert (cut.value.rows, cut.value.bytes) == (1500, len(device.recording[0]))
    assert device.recording[0] == content[: cut.value.bytes]
    assert device.recording[0].endswith(b'[1499,"row 1499"]\n')
    assert device.rows("tracked", "TrackedJar") == []  # nobody sees a part

    rest = [segment(0, rows[1000:2000], after=999, until=1999), segment(1, rows[2000:], after=1999, until=None)]
    server.script.append(
        answer(part("ranges", rest, total=2500, fingerprint=fingerprint(rows)), definition=definition())
    )
    told = device.sync("things").entities[ENTITY]
    assert server.requests[1]["ranges"] == {ENTITY: [[999, 1000, fingerprint(rows[:1000])], [None, 0, 0]]}
    assert server.requests[1]["cursors"] == {ENTITY: "first"}
    assert (told.rows_received, len(told.altered)) == (1500, 2500)
    assert len(device.rows("things", ENTITY)) == 2500
    server.script.append(answer(part("unchanged")))
    device.sync("things")
    assert "ranges" not in server.requests[2]


def test_P2_a_download_that_is_cut_again_and_again_goes_on(server: Server) -> None:
    rows, content = thousands(3500)
    device = FakeDevice()
    device.cut_after(rows=1000)
    server.script.append(content)
    with pytest.raises(SyncCut):
        device.sync("things")
    pieces = [(1000, 2000, 1999), (2000, 3000, 2999), (3000, 3500, None)]
    rest = [segment(n, rows[a:b], after=a - 1, until=until) for n, (a, b, until) in enumerate(pieces)]
    compared = part("ranges", rest, total=3500, fingerprint=fingerprint(rows), cursor="second")
    device.cut_after(rows=1001)
    server.script.append(answer(compared, definition=definition()))
    with pytest.raises(SyncCut):
        device.sync("things")
    last = part(
        "ranges",
        [segment(0, rows[2000:3000], after=1999, until=2999), segment(1, rows[3000:], after=2999, until=None)],
        total=3500,
        fingerprint=fingerprint(rows),
        cursor="third",
    )
    server.script.append(answer(last, definition=definition()))
    device.sync("things")
    named = [[end, count] for end, count, _ in server.requests[2]["ranges"][ENTITY]]
    assert named == [[999, 1000], [1999, 1000], [None, 0]]
    assert server.requests[2]["cursors"] == {ENTITY: "second"}
    assert len(device.rows("things", ENTITY)) == 3500


def test_P2_what_came_whole_before_a_comparison_was_cut_is_kept_too(server: Server) -> None:
    device = FakeDevice()
    server.script.append(first())
    device.sync("things")
    both = definition(names=[ENTITY, "Other"])
    other = [segment(0, [[1, "a"]])]
    server.script.append(
        answer(
            part("reset", reason="scope", cursor=None),
            part("replace", other, name="Other"),
            version="v2",
            definition=both,
        )
    )
    server.script.append(answer(part("ranges", **WHOLE), version="v2"))
    device.cut_after(bytes=len(server.script[0]) + 10)
    with pytest.raises(SyncCut):
        device.sync("things")
    assert keys(device) == [1, 2, 3]
    with pytest.raises(LookupError):
        device.rows("things", "Other")
    server.script.append(
        answer(
            part("unchanged"),
            part("ranges", name="Other", total=1, fingerprint=fingerprint([[1, "a"]])),
            version="v2",
            definition=both,
        )
    )
    device.sync("things")
    assert server.requests[3]["ranges"] == {"Other": [[None, 1, fingerprint([[1, "a"]])]]}
    assert device.rows("things", "Other") == [{"id": 1, "name": "a"}]


def test_P2_a_cut_before_the_first_whole_segment_starts_anew(server: Server) -> None:
    _, content = thousands(1500)
    device = FakeDevice()
    for cut in ({"rows": 0}, {"rows": 999}, {"bytes": 0}, {"bytes": 10}, {"bytes": 1000}):
        device.cut_after(**cut)
        server.script.append(content)
        with pytest.raises(SyncCut):
            device.sync("things")
    server.script.append(content)
    assert device.sync("things").entities[ENTITY].mode == "replace"
    assert all(request == server.requests[0] for request in server.requests)


def test_P2_only_the_next_sync_is_cut_and_only_if_it_is_long_enough(server: Server) -> None:
    device = FakeDevice()
    device.cut_after(rows=4)
    server.script += [first(), answer(part("unchanged"))]
    device.sync("things")
    device.sync("things")
    with pytest.raises(TypeError):
        device.cut_after()


def test_P2_a_cut_delta_is_asked_for_again(device: FakeDevice, server: Server) -> None:
    delta = answer(part("delta", [segment(0, [[2, "B"], [4, "d"]])], [(1, 2)], cursor="c2"))
    device.cut_after(bytes=len(delta) - 1)
    server.script += [delta, delta]
    with pytest.raises(SyncCut):
        device.sync("things")
    assert keys(device) == [1, 2, 3]
    device.sync("things")
    assert keys(device) == [1, 2, 3, 4]
    assert server.requests[1] == server.requests[2]


def test_P2_what_is_wrong_is_refused_also_when_it_is_cut(server: Server) -> None:
    device = FakeDevice()
    device.cut_after(rows=2)
    server.script.append(
        answer(part("replace", [segment(0, [[2, "b"]]), segment(1, [[1, "a"]])]), definition=definition())
    )
    with pytest.raises(ProtocolViolation, match="not in key order"):
        device.sync("things")


# -- copies, loss, and the like


def test_a_copied_profile_is_the_same_replica_and_another_device_is_not(device: FakeDevice, server: Server) -> None:
    clone, other = device.copy(), FakeDevice()
    server.script += [answer(part("unchanged", cursor="c2")), answer(part("delta", ONE)), first()]
    device.sync("things")
    clone.sync("things")
    other.sync("things")
    replicas = [headers["Haversack-Replica"] for headers in server.headers]
    assert replicas[0] == replicas[1] == replicas[2] != replicas[3]
    assert server.requests[2]["cursors"] == {ENTITY: "c"}  # the clone knows nothing of what came later
    assert len(clone.recording) == 1


def test_what_is_forgotten_is_gone(device: FakeDevice, server: Server) -> None:
    device.forget("things", ENTITY, keys=[1, 3])
    assert keys(device) == [2]
    assert device.cursor("things", ENTITY) == "c"
    healed = part("ranges", [segment(0, THREE, after=None, until=None)], **WHOLE)
    server.script.append(answer(healed))
    device.sync("things", compare=True)
    assert keys(device) == [1, 2, 3]
    device.forget("things", ENTITY)
    server.script.append(answer(part("replace", [segment(0, THREE)])))
    device.sync("things")
    assert server.requests[2]["cursors"] == {}
    device.forget("things")
    server.script.append(first())
    device.sync("things")
    replicas = [headers["Haversack-Replica"] for headers in server.headers]
    assert replicas[1] == replicas[2] != replicas[3]
    assert server.headers[3]["Haversack-Definition"] == "none"
    device.forget()
    assert device.get("tracked", "TrackedJar", 1) is None


def test_a_cursor_can_be_put_in_place_of_another(device: FakeDevice, server: Server) -> None:
    device.set_cursor("things", ENTITY, "nonsense")
    server.script.append(answer(part("unchanged")))
    device.sync("things")
    assert server.requests[1]["cursors"] == {ENTITY: "nonsense"}


def test_misspelled_names_are_no_empty_lists() -> None:
    device = FakeDevice()
    assert device.rows("tracked", "TrackedJar") == []
    with pytest.raises(LookupError, match="tracked has no entity 'Jar'"):
        device.rows("tracked", "Jar")
    with pytest.raises(LookupError, match="no offline app 'trakced'"):
        device.get("trakced", "TrackedJar", 1)
    with pytest.raises(LookupError, match="carries nothing of TrackedJar"):
        device.set_cursor("tracked", "TrackedJar", "c")


def test_what_cannot_be_compared_loses_no_single_rows(server: Server) -> None:
    device = FakeDevice()
    server.script.append(first(pattern="read-only"))
    device.sync("things")
    with pytest.raises(ValueError, match="cannot be compared"):
        device.forget("things", ENTITY, keys=[1])


# -- keys


@pytest.mark.parametrize(
    ("type_name", "keys_in_order"),
    [
        ("integer", ["-9007199254740993", -2, 0, 9, 10, 9007199254740991, "9007199254740992", "10000000000000000"]),
        ("string", ["", "10", "9", "A", "Z", "a", "z", "é", "\uff41", "\ufffd", "\U00010000", "\U0001f600"]),
        ("uuid", [str(uuid.UUID(int=1)), str(uuid.UUID(int=2**100)), str(uuid.UUID(int=2**127))]),
        ("decimal", ["-1.50", "2.00", "10.00"]),
        ("float", ["-Infinity", -1.5, 2, 1e300, "Infinity"]),
        ("boolean", [False, True]),
        ("datetime", ["0001-01-01T00:00:00.000000Z", "2026-01-31T09:30:00.000000Z"]),
    ],
)
def test_keys_have_the_order_of_decision_0013(type_name: str, keys_in_order: list[Any]) -> None:
    order = KeyOrder(type_name)
    places = [order.of(key) for key in keys_in_order]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("type_name", "given_key", "wire"),
    [
        ("integer", 5, 5),
        ("integer", "5", 5),
        ("integer", 2**53, "9007199254740992"),
        ("uuid", uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ("decimal", decimal.Decimal("1.5"), "1.50"),
        ("date", datetime.date(2026, 1, 31), "2026-01-31"),
        ("time", datetime.time(9, 30), "09:30:00.000000"),
        ("datetime", datetime.datetime(2026, 1, 31, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
         "2026-01-31T09:00:00.000000Z"),
        ("string", "ALFKI", "ALFKI"),
    ],
)  # fmt: skip
def test_rows_are_found_by_keys_as_django_has_them(type_name: str, given_key: Any, wire: Any) -> None:
    order = KeyOrder(type_name)
    assert order.find(given_key) == order.of(wire)


def test_what_cannot_be_a_key_is_no_missing_row() -> None:
    for type_name, wrong in (("integer", "x"), ("decimal", "x"), ("integer", None)):
        with pytest.raises(ValueError, match=r"is no key|invalid literal"):
            KeyOrder(type_name).find(wrong)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_text_keys_have_the_order_of_their_utf8(texts: list[str]) -> None:
    """Which is what COLLATE "C" is, and what keeps Python honest."""
    order = KeyOrder("string")
    assert sorted(texts, key=order.of) == sorted(texts, key=str.encode)


# -- all of it together, against a model of a server


def wire_integer(value: int) -> Any:
    return value if abs(value) < 2**53 else str(value)


KEYS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "integer": (int, st.one_of(st.integers(-5, 15), st.integers(2**53 - 3, 2**53 + 3)).map(wire_integer)),
    "string": (str.encode, st.text("aZ9é\uff41\U0001f600", max_size=3)),
}

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 30), st.sampled_from("xyz")),
        st.tuples(st.just("delete"), st.integers(0, 30), st.none()),
        st.tuples(st.just("sync"), st.none(), st.none()),
        st.tuples(st.just("compare"), st.none(), st.none()),
        st.tuples(st.just("reset"), st.none(), st.none()),
        st.tuples(st.just("cut rows"), st.integers(0, 12), st.none()),
        st.tuples(st.just("cut bytes"), st.integers(0, 1500), st.none()),
        st.tuples(st.just("lose"), st.integers(0, 30), st.none()),
    ),
    max_size=30,
)


@pytest.mark.parametrize("key_type", KEYS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_P2_P5_whatever_happens_the_device_ends_with_what_the_server_has(
    server: Server, monkeypatch: pytest.MonkeyPatch, key_type: str, data: st.DataObject
) -> None:
    sort, key_strategy = KEYS[key_type]
    pool = data.draw(st.lists(key_strategy, min_size=1, max_size=20, unique=True), "keys")
    monkeypatch.setattr("syncapi.testing.store.SEGMENT_ROWS", data.draw(st.integers(1, 4), "rows of a range"))
    model = Model(key_type, sort, segment_rows=data.draw(st.integers(1, 4), "rows of a segment"))
    server.serve = model.serve
    device = FakeDevice()
    in_doubt = False
    for step, number, value in [*data.draw(STEPS, "steps"), ("sync", None, None)]:
        key = pool[(number or 0) % len(pool)]
        before = device.rows("things", ENTITY) if device.recording and carries(device) else None
        match step:
            case "write":
                model.rows[key] = value
            case "delete":
                model.rows.pop(key, None)
            case "lose" if carries(device):
                device.forget("things", ENTITY, keys=[key])
                in_doubt = True
            case "sync" | "compare" | "reset" | "cut rows" | "cut bytes":
                model.resetting = step == "reset"
                if step.startswith("cut"):
                    device.cut_after(**{step.removeprefix("cut "): number})
                try:
                    device.sync("things", compare=step == "compare" or in_doubt)
                except SyncCut:
                    assert (device.rows("things", ENTITY) if carries(device) else None) == before
                else:
                    in_doubt = False
                    assert {row["id"]: row["name"] for row in device.rows("things", ENTITY)} == model.rows
                    assert [row["id"] for row in device.rows("things", ENTITY)] == sorted(model.rows, key=sort)


def carries(device: FakeDevice) -> bool:
    try:
        return device.cursor("things", ENTITY) is not None
    except LookupError:  # the app is not declared, so before the first sync it is not known at all
        return False


@given(at=st.integers(0, 400))
def test_P2_an_answer_may_be_cut_at_any_byte(at: int) -> None:
    content = first()
    whole = read_answer(content)
    partial = read_answer(content[:at], cut=True)
    assert partial.complete == (at >= len(content))
    assert partial.rows_received <= whole.rows_received
    for name, entity in partial.entities.items():
        assert entity.segments in ([], whole.entities[name].segments)


def test_the_device_can_be_made_once_for_all_tests_of_a_class(device: FakeDevice, server: Server) -> None:
    """`setUpTestData` hands each test a deep copy."""
    clone = copy.deepcopy(device)
    server.script.append(answer(part("delta", [segment(0, [[1, "A"]])])))
    clone.sync("things")
    assert device.get("things", ENTITY, 1) == {"id": 1, "name": "a"}
    assert clone.get("things", ENTITY, 1) == {"id": 1, "name": "A"}
    assert json.loads(device.recording[0].split(b"\n")[0])["type"] == "start"
