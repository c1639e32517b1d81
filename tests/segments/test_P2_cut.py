"""P2: a download in parts may be cut at any byte; what came whole does not travel again, whatever changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapi.models import Part, Snapshot
from syncapi.pull import whole
from syncapi.segments.cleaning import clear
from syncapi.testing import FakeDevice, SyncCut, SyncRefused
from tests.segments.shelves import ROWS, check_fresh, jars
from tests.wire.models import Jar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 95
PARTS = 10
relaxed = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
APPS = [("shelves", "PartJar"), ("whole", "WholeJar")]


@pytest.fixture(autouse=True)
def _jars(small: None) -> None:
    jars(COUNT)


def whole_parts(device: FakeDevice) -> int:
    """That arrived: each line feed of the recording ends a row, and rows are in parts only."""
    return sum(answer.count(b"\n") // ROWS for answer in device.recording[1:])


@pytest.mark.parametrize(("app", "entity"), APPS)
@relaxed
@given(share=st.floats(0, 0.9999))
def test_P2_cut_anywhere_it_goes_on(app: str, entity: str, share: float) -> None:
    size = FakeDevice().sync(app).bytes
    device = FakeDevice()
    device.cut_after(bytes=int(size * share))
    with pytest.raises(SyncCut):
        device.sync(app)
    assert device.rows(app, entity) == []
    had = whole_parts(device)
    result = device.sync(app)
    assert PARTS - had - 1 <= result.parts <= PARTS - had
    check_fresh(device, app, entity)
    assert device.sync(app).rows_received == 0


@pytest.mark.parametrize(("app", "entity"), APPS)
def test_P2_again_and_again(app: str, entity: str) -> None:
    device = FakeDevice()
    for _ in range(PARTS - 1):
        device.cut_after(rows=ROWS + 5)
        with pytest.raises(SyncCut):
            device.sync(app)
        assert device.rows(app, entity) == []
    assert device.sync(app).parts == 1
    check_fresh(device, app, entity)


def _changed() -> None:
    Jar.objects.filter(pk=20).update(name="Other")


def _deleted() -> None:
    Jar.objects.filter(pk=20).delete()


def _made_anew() -> None:
    clear()
    Jar.objects.filter(pk=20).update(name="Other")


def _much() -> None:
    Jar.objects.update(price=7)


# Of the parts that had come, how many travel again; the snapshot of tracked entities stays while little changed.
MEANWHILE: dict[Callable[[], None], int] = {_changed: 0, _deleted: 1, _made_anew: 1, _much: 5}


@pytest.mark.parametrize("change", MEANWHILE, ids=lambda change: change.__name__)
def test_P2_only_what_changed_meanwhile_travels_again(
    change: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "FEW", 10)
    device = FakeDevice()
    device.cut_after(rows=ROWS * 5 + 1)
    with pytest.raises(SyncCut):
        device.sync("shelves")
    change()
    assert device.sync("shelves").parts == PARTS - 5 + MEANWHILE[change]
    check_fresh(device, "shelves", "PartJar")


def test_P2_a_part_that_is_gone_has_the_device_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeDevice()
    got: list[str] = []
    connection = device._connection
    fetch = connection.part

    def gone(app: str, entity: str, name: str, headers: dict[str, str]) -> bytes:
        got.append(name)
        if len(got) == 4:
            clear()
        return fetch(app, entity, name, headers)

    monkeypatch.setattr(connection, "part", gone)
    result = device.sync("shelves")
    assert (result.requests, len(got), len(set(got))) == (2, PARTS + 1, PARTS)
    check_fresh(device, "shelves", "PartJar")


def test_P2_a_part_that_stays_away_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeDevice().sync("shelves")
    monkeypatch.setattr("syncapi.segments.places.Place.body", lambda place, name: None)
    device = FakeDevice()
    with pytest.raises(SyncRefused) as refused:
        device.sync("shelves")
    assert refused.value.code == "not_found"
    assert device.rows("shelves", "PartJar") == []
    assert (Snapshot.objects.count(), Part.objects.count()) == (1, PARTS)
