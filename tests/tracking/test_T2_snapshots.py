"""T2: no gap, no starvation, no echo, in whatever order transactions take their numbers and commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import pytest
from django.db import connection

from syncapi.testing import FakeDevice
from tests.tracking.writers import Writer, writers
from tests.wire.models import Jar

pytestmark = pytest.mark.django_db(transaction=True)

postgresql = connection.vendor == "postgresql"


def rename(writer: Writer, jar: Jar, name: str) -> None:
    writer.execute("UPDATE wire_jar SET name = %s WHERE id = %s", [name, jar.pk])


def names(device: FakeDevice) -> dict[int, str]:
    return {row["id"]: row["name"] for row in device.rows("tracked", "TrackedJar")}


def committed() -> dict[int, str]:
    return dict(Jar.objects.values_list("id", "name"))


def pull(device: FakeDevice) -> set[int]:
    """One sync: afterwards the device is equal to a fresh query. Returns the keys that travelled."""
    changed = set(device.sync("tracked").entities["TrackedJar"].changed)
    assert names(device) == committed()
    return changed


@pytest.fixture
def jars() -> list[Jar]:
    return [Jar.objects.create(name=f"jar {number}", price=1) for number in range(6)]


@pytest.fixture
def device(jars: list[Jar]) -> FakeDevice:
    device = FakeDevice(None)
    pull(device)
    assert pull(device) == set()
    return device


if postgresql:

    def orders(count: int) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        for numbered in permutations(range(count)):
            for ended in permutations(range(count)):
                yield numbered, ended

    @pytest.mark.parametrize("count", [2, 3])
    def test_T2_no_gap_and_no_echo_in_all_orders_of_number_and_commit(
        device: FakeDevice, jars: list[Jar], count: int
    ) -> None:
        for numbered, ended in orders(count):
            with writers(count) as open_writers:
                for turn in numbered:
                    open_writers[turn].take_number()
                    assert pull(device) == set()
                for turn in range(count):
                    rename(open_writers[turn], jars[turn], f"{numbered}{ended}{turn}")
                    assert pull(device) == set()
                for turn in ended:
                    open_writers[turn].commit()
                    assert pull(device) == {jars[turn].pk}
                    assert pull(device) == set()

    @pytest.mark.parametrize("count", [2, 3])
    def test_T2_one_row_written_by_all_in_all_orders(device: FakeDevice, jars: list[Jar], count: int) -> None:
        for numbered, ended in orders(count):
            with writers(count) as open_writers:
                for turn in numbered:
                    open_writers[turn].take_number()
                for turn in ended:  # each waits for the row until the one before has committed
                    rename(open_writers[turn], jars[0], f"{numbered}{ended}{turn}")
                    assert pull(device) == set()
                    open_writers[turn].commit()
                    assert pull(device) == {jars[0].pk}
                    assert pull(device) == set()

    def test_T2_pulls_far_apart_miss_nothing_either(jars: list[Jar]) -> None:
        """A device for each point between two events: it pulls there, and once more at the end."""
        for numbered, ended in orders(3):
            devices: list[FakeDevice] = []

            def note(devices: list[FakeDevice] = devices) -> None:
                devices.append(FakeDevice(None))
                pull(devices[-1])

            with writers(3) as open_writers:
                for turn in numbered:
                    open_writers[turn].take_number()
                    note()
                for turn in ended:
                    rename(open_writers[turn], jars[turn], f"{numbered}{ended}{turn}")
                    rename(open_writers[turn], jars[3 + turn], f"{numbered}{ended}{turn}")
                    note()
                    open_writers[turn].commit()
                    note()
            for passed, device in enumerate(devices):
                before_commit = max(0, passed - 3 + 1) // 2  # commits that this device's first pull saw
                missed = [turn for position, turn in enumerate(ended) if position >= before_commit]
                assert pull(device) == {jars[row].pk for turn in missed for row in (turn, 3 + turn)}

    def test_T2_a_rolled_back_transaction_leaves_nothing(device: FakeDevice, jars: list[Jar]) -> None:
        with writers(2) as (first, second):
            rename(first, jars[0], "taken back")
            rename(second, jars[1], "kept")
            first.rollback()
            assert pull(device) == set()
            second.commit()
            assert pull(device) == {jars[1].pk}

    def test_T2_a_row_written_often_by_overlapping_transactions_is_served_each_time(
        device: FakeDevice, jars: list[Jar]
    ) -> None:
        """As every 50 ms in real life: at any moment there is a transaction in flight that is older than the last
        commit, so that "everything below the oldest" would never come to this row."""
        hot = jars[0]
        current = Writer()
        try:
            current.take_number()
            for round_ in range(40):
                following = Writer()
                following.take_number()
                rename(current, hot, f"round {round_}")
                current.commit()
                assert pull(device) == {hot.pk}
                assert pull(device) == set()
                current.connection.close()
                current = following
        finally:
            current.rollback()
            current.connection.close()

    def test_T2_a_long_transaction_delays_only_its_own_rows(device: FakeDevice, jars: list[Jar]) -> None:
        """However long: nothing here measures time, so a minute is as good as the 60 syncs that pass."""
        with writers(1) as (long,):
            rename(long, jars[0], "takes its time")
            for minute in range(60):
                Jar.objects.filter(pk=jars[1].pk).update(name=f"second {minute}")
                assert pull(device) == {jars[1].pk}
                assert pull(device) == set()
            Jar.objects.filter(pk=jars[2].pk).delete()
            assert device.sync("tracked").entities["TrackedJar"].removed == [jars[2].pk]
            long.commit()
            assert pull(device) == {jars[0].pk}
            assert pull(device) == set()

    def test_T2_savepoints_count_as_their_transaction(device: FakeDevice, jars: list[Jar]) -> None:
        with writers(1) as (writer,):
            writer.execute("SAVEPOINT one")
            rename(writer, jars[0], "kept")
            writer.execute("RELEASE SAVEPOINT one")
            writer.execute("SAVEPOINT two")
            rename(writer, jars[1], "taken back")
            writer.execute("ROLLBACK TO SAVEPOINT two")
            assert pull(device) == set()
            writer.commit()
            assert pull(device) == {jars[0].pk}

else:

    def test_T2_an_open_transaction_is_not_seen_and_then_is(device: FakeDevice, jars: list[Jar]) -> None:
        with writers(1) as (writer,):
            rename(writer, jars[0], "not yet")
            assert pull(device) == set()
            writer.commit()
            assert pull(device) == {jars[0].pk}
            assert pull(device) == set()

    def test_T2_transactions_in_turn_are_served_each_once(device: FakeDevice, jars: list[Jar]) -> None:
        with writers(3) as (one, two, three):
            for writer in (one, two, three, two, one, three):
                rename(writer, jars[0], f"{id(writer)} {jars[0].name}")
                rename(writer, jars[1], f"{id(writer)} {jars[1].name}")
                assert pull(device) == set()
                writer.commit()
                assert pull(device) == {jars[0].pk, jars[1].pk}
                assert pull(device) == set()
                Jar.objects.filter(pk__in=[jars[0].pk, jars[1].pk]).update(name="settled")
                assert pull(device) == {jars[0].pk, jars[1].pk}

    def test_T2_a_rolled_back_transaction_leaves_nothing(device: FakeDevice, jars: list[Jar]) -> None:
        with writers(1) as (writer,):
            rename(writer, jars[0], "taken back")
            writer.rollback()
            assert pull(device) == set()
            rename(writer, jars[1], "kept")
            writer.commit()
            assert pull(device) == {jars[1].pk}

    def test_T2_a_reader_under_way_sees_one_state(device: FakeDevice, jars: list[Jar]) -> None:
        """A pull that began before a commit hands out a moment before it, whenever its answer is read."""
        from syncapi.snapshot import read_snapshot
        from syncapi.tracking import moments

        with writers(1) as (writer,), read_snapshot():
            before = moments.now()
            rename(writer, jars[0], "later")
            writer.commit()
            assert moments.now() == before
        assert moments.now() != before
        assert pull(device) == {jars[0].pk}
