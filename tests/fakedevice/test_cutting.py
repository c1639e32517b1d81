"""P2: what a fake device does when the connection breaks, and what it says the next time."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapi.testing import FakeDevice, ProtocolViolation, SyncCut
from syncapi.testing.answer import read_answer
from tests.fakedevice.scripted import (
    ENTITY,
    WHOLE,
    Server,
    answer,
    definition,
    fingerprint,
    first,
    keys,
    part,
    segment,
)


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


def test_P2_a_wrong_fingerprint_is_refused_though_the_end_was_cut(server: Server) -> None:
    device = FakeDevice()
    device.cut_after(rows=1)
    server.script.append(answer(part("replace", [segment(0, [[1, "a"]])], fingerprint=5), definition=definition()))
    with pytest.raises(ProtocolViolation, match="not 5"):
        device.sync("things")


def test_P2_what_is_wrong_is_refused_also_when_it_is_cut(server: Server) -> None:
    device = FakeDevice()
    device.cut_after(rows=2)
    server.script.append(
        answer(part("replace", [segment(0, [[2, "b"]]), segment(1, [[1, "a"]])]), definition=definition())
    )
    with pytest.raises(ProtocolViolation, match="not in key order"):
        device.sync("things")


@given(at=st.integers(0, 400))
def test_P2_an_answer_may_be_cut_at_any_byte(at: int) -> None:
    content = first()
    whole = read_answer(content)
    partial = read_answer(content[:at], cut=True)
    assert partial.complete == (at >= len(content))
    assert partial.rows_received <= whole.rows_received
    for name, entity in partial.entities.items():
        assert entity.segments in ([], whole.entities[name].segments)
