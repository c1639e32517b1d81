"""What a fake device keeps of answers, and what it says it did."""

import copy
import json

import pytest

from syncapi.testing import FakeDevice
from tests.fakedevice.scripted import (
    ENTITY,
    THREE,
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


def test_P5_keys_without_a_common_order_are_one_range(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncapi.testing.store.SEGMENT_ROWS", 1)
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


def test_a_copied_profile_is_the_same_replica_and_another_device_is_not(device: FakeDevice, server: Server) -> None:
    device.cut_after(rows=0)
    clone, other = device.copy(), FakeDevice()
    server.script += [answer(part("unchanged", cursor="c2")), answer(part("delta", [segment(0, [[1, "a"]])])), first()]
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


def test_the_device_can_be_made_once_for_all_tests_of_a_class(device: FakeDevice, server: Server) -> None:
    """`setUpTestData` hands each test a deep copy."""
    clone = copy.deepcopy(device)
    server.script.append(answer(part("delta", [segment(0, [[1, "A"]])])))
    clone.sync("things")
    assert device.get("things", ENTITY, 1) == {"id": 1, "name": "a"}
    assert clone.get("things", ENTITY, 1) == {"id": 1, "name": "A"}
    assert json.loads(device.recording[0].split(b"\n")[0])["type"] == "start"
