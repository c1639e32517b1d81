"""C1: two devices change the same record at the same moment: one comes first, and the other learns of it."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections

from syncapi.push import batch
from tests.push.conftest import Json, Pusher, statuses, update
from tests.push.entities import PushSite
from tests.push.models import Site


@pytest.mark.django_db(transaction=True)
def test_C1_who_waits_for_the_record_sees_what_became_of_it(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is made to ask for the record while the first has it locked and not committed."""
    site = Site.objects.create(owner=ann, name="Mill", size=3)
    devices = [Pusher(), Pusher()]
    for device in devices:
        device.sign_in("ann")
    version = devices[0].version("PushSite", site.pk)
    entered, begun, go_on = threading.Semaphore(0), threading.Event(), threading.Event()
    real_run, real_perform = batch.Batch.run, PushSite.perform_update

    def run(self: Any) -> Any:
        entered.release()
        return real_run(self)

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        real_perform(self, instance, change)
        begun.set()
        assert go_on.wait(120)

    monkeypatch.setattr(batch.Batch, "run", run)
    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    outcomes: dict[int, list[Json]] = {}

    def push(number: int) -> None:
        try:
            change = update("PushSite", site.pk, {"size": 10 + number}, {"size": 3}, base=version)
            outcomes[number] = devices[number].push(change)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=push, args=(number,)) for number in range(2)]
    threads[0].start()
    assert begun.wait(120)
    threads[1].start()
    for _ in threads:
        assert entered.acquire(timeout=120)
    if connection.vendor == "postgresql":
        assert wait_for_a_lock()
    go_on.set()
    for thread in threads:
        thread.join(120)
    assert [statuses(outcomes[number]) for number in range(2)] == [["applied"], ["conflict"]]
    (conflict,) = outcomes[1]
    assert (conflict["theirs"]["size"], conflict["version"], conflict["attributes"]) == (10, version + 1, ["size"])
    site.refresh_from_db()
    assert site.size == 10


def wait_for_a_lock(times: int = 10_000) -> bool:
    """Asks, up to so many times, until somebody waits for a lock in this database. Returns whether somebody does."""
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE NOT granted AND datname = current_database()"
    )
    for _ in range(times):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return True
    return False


@pytest.mark.django_db(transaction=True)
def test_W3_two_that_wait_for_each_other_both_have_their_effect(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has locked what the other wants (on SQLite one simply comes after the other)."""
    first, second = (Site.objects.create(owner=ann, name=name) for name in ("a", "b"))
    devices = [Pusher(), Pusher()]
    for device in devices:
        device.sign_in("ann")
    both = threading.Barrier(2)
    real = PushSite.perform_update
    met: set[str] = set()

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        real(self, instance, change)
        name = threading.current_thread().name
        if connection.vendor == "postgresql" and name not in met:
            met.add(name)
            both.wait(120)
            other = second if instance.pk == first.pk else first
            Site.objects.filter(pk=other.pk).update(secret=name)

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    outcomes: list[list[Json]] = []

    def push(number: int) -> None:
        try:
            site = (first, second)[number]
            outcomes.append(devices[number].push(update("PushSite", site.pk, {"size": 5}, {"size": 0})))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=push, args=(number,), name=f"device {number}") for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [statuses(one) for one in outcomes] == [["applied"], ["applied"]]
    assert list(Site.objects.values_list("size", flat=True)) == [5, 5]
