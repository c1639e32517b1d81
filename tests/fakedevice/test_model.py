"""P2, P5: whatever happens, a fake device ends with what the server has."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi.testing import FakeDevice, SyncCut
from tests.fakedevice.model import Model
from tests.fakedevice.scripted import (
    ENTITY,
    Server,
)


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
