"""P5: while one process makes a snapshot the others wait, use what it made, and do not depend on it."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from syncapi.models import Part, Snapshot
from syncapi.pull import whole
from syncapi.segments import drafts, keeping, leases, snapshots
from syncapi.testing import FakeDevice
from tests.segments.shelves import check_fresh, jars, stored
from tests.wire.models import Jar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small")]

COUNT = 95
OTHERS = 3


@pytest.fixture(autouse=True)
def _jars(small: None) -> None:
    jars(COUNT)


@pytest.fixture
def in_threads() -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Runs something on connections of their own, as other processes do; all must have ended well."""
    threads: list[threading.Thread] = []
    failures: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001
                failures.append(error)
            finally:
                connections.close_all()

        threads.append(threading.Thread(target=guarded))
        threads[-1].start()

    yield run
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    assert not any(thread.is_alive() for thread in threads)


def _somebody_makes(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event, list[int]]:
    """Events: that somebody makes a snapshot, and that they may go on; and who does, as often as they do."""
    begun, go_on = threading.Event(), threading.Event()
    makers: list[int] = []
    make = drafts.draft

    def slow(*args: Any) -> Any:
        makers.append(threading.get_ident())
        begun.set()
        assert go_on.wait(120)
        return make(*args)

    monkeypatch.setattr(whole, "draft", slow)
    return begun, go_on, makers


def test_P5_one_makes_it_and_the_others_use_it(
    in_threads: Callable[[Callable[[], Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, makers = _somebody_makes(monkeypatch)
    waiting = threading.Semaphore(0)
    sleep = time.sleep

    def asleep(seconds: float) -> None:
        waiting.release()
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", asleep)
    devices = [FakeDevice() for _ in range(OTHERS + 1)]
    in_threads(lambda: devices[0].sync("shelves"))
    assert begun.wait(120)
    for device in devices[1:]:
        in_threads(lambda device=device: device.sync("shelves"))  # type: ignore[misc]
    for _ in range(OTHERS * 2):
        assert waiting.acquire(timeout=120)
    go_on.set()
    for device in devices:
        _until(lambda device=device: device.rows("shelves", "PartJar"))  # type: ignore[misc]
    assert len(makers) == 1
    assert stored("PartJar").revision == 1
    for device in devices:
        check_fresh(device, "shelves", "PartJar")


def _until(condition: Callable[[], Any]) -> None:
    done = threading.Event()
    for _ in range(2400):
        if condition():
            return
        done.wait(0.05)
    raise AssertionError("It did not come true.")


def _leased(until: datetime.timedelta) -> None:
    """Somebody who is not there any more holds the lease."""
    FakeDevice().sync("shelves")
    Snapshot.objects.update(cursor="", lease="f" * 32, leased_until=timezone.now() + until)


def test_P5_who_waits_too_long_gets_all_rows_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    _leased(datetime.timedelta(seconds=60))
    monkeypatch.setattr(leases, "WAIT", 0.0)
    device = FakeDevice()
    result = device.sync("shelves")
    assert (result.entities["PartJar"].mode, result.parts) == ("replace", 0)
    check_fresh(device, "shelves", "PartJar")
    assert stored("PartJar").lease == "f" * 32


def test_P5_a_lease_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    _leased(datetime.timedelta(seconds=-1))
    monkeypatch.setattr(leases, "WAIT", 0.0)
    assert FakeDevice().sync("shelves").entities["PartJar"].mode == "snapshot"
    made = stored("PartJar")
    assert (made.lease, made.leased_until, made.revision) == ("", None, 2)


def test_P5_a_lease_is_given_back_when_making_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> Any:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(whole, "draft", fails)
        with pytest.raises(Exception, match="server_error"):
            FakeDevice().sync("shelves")
    assert stored("PartJar").lease == ""
    assert FakeDevice().sync("shelves").entities["PartJar"].mode == "snapshot"


def test_P5_where_nothing_can_be_stored_the_rows_come_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any, **more: Any) -> Any:
        raise DatabaseError("read only")

    monkeypatch.setattr("syncapi.segments.snapshots.keep", fails)
    device = FakeDevice()
    assert device.sync("shelves").entities["PartJar"].mode == "replace"
    check_fresh(device, "shelves", "PartJar")
    device = FakeDevice()
    assert device.sync("whole").entities["WholeJar"].mode == "replace"
    check_fresh(device, "whole", "WholeJar")
    assert Part.objects.count() == 0


def test_P5_the_second_maker_leaves_what_the_first_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two without a lease, as when one of them took longer than that holds: both answers can be fetched."""
    keep = keeping.keep

    def late(made: Any, *args: Any, **more: Any) -> bool:
        monkeypatch.setattr(snapshots, "keep", keep)
        Snapshot.objects.update(leased_until=timezone.now() - datetime.timedelta(seconds=1))
        Jar.objects.filter(pk=500).update(name="Other")
        FakeDevice().sync("shelves")
        return keep(made, *args, **more)

    monkeypatch.setattr(snapshots, "keep", late)
    device = FakeDevice()
    assert device.sync("shelves").parts == 10
    assert device.get("shelves", "PartJar", 500) != {}
    assert stored("PartJar").revision == 1
    assert Part.objects.count() == 11
    device.sync("shelves")
    check_fresh(device, "shelves", "PartJar")
    fresh = FakeDevice()
    fresh.sync("shelves")
    check_fresh(fresh, "shelves", "PartJar")


def test_P5_the_write_lock_is_held_for_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "PIECE", 300)
    pieces: list[int] = []

    def counted(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith(('INSERT INTO "syncapi_part"', 'INSERT OR IGNORE INTO "syncapi_part"')):
            pieces.append(sum(len(bytes(one)) for one in parameters if isinstance(one, bytes | memoryview)))
            assert connection.in_atomic_block
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(counted):
        FakeDevice().sync("shelves")
    assert len(pieces) >= 3
    assert connection.in_atomic_block is False
