"""C1: what others do to a many-to-many set while a push changes it, on connections of their own, is not lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction

from syncapi.push import batch
from tests.push.conftest import Pusher, statuses, update
from tests.push.entities import PushSite, PushTag
from tests.push.models import Site, Tag
from tests.push.test_C1_at_once import wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


class Other:
    """Somebody with a connection to the database of their own."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self.failed: list[Exception] = []

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        assert not self.failed

    def _run(self) -> None:
        try:
            self._work()
        except Exception as thrown:  # noqa: BLE001 (the test's own thread tells)
            self.failed.append(thrown)
        finally:
            connections.close_all()


@pytest.fixture
def mill(ann: User) -> Site:
    """Has the tags a and b."""
    site = Site.objects.create(owner=ann, name="Mill")
    site.tags.set(Tag.objects.bulk_create([Tag(code=code) for code in "abcd"])[:2])
    return site


def of(site: Site) -> set[str]:
    return set(site.tags.values_list("pk", flat=True))


@pytest.fixture(params=["conflicts", "last write wins"])
def pattern(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "last write wins":
        monkeypatch.setattr(PushSite, "pattern", PushTag.pattern)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda site: site.tags.remove("a"), {"c"}),
        (lambda site: site.tags.add("d"), {"a", "c", "d"}),
        (lambda site: site.tags.remove("b"), {"a", "c"}),
    ],
    ids=["takes away", "adds", "takes away the same"],
)
def test_C1_what_is_done_between_judging_and_writing_stays(
    device: Pusher,
    mill: Site,
    pattern: None,
    work: Callable[[Any], None],
    expected: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The device takes b away and adds c. On SQLite who writes is alone, and the other comes after it; on PostgreSQL a
    removal comes between, and who adds waits for the record, at the commit."""
    judged = threading.Event()

    def meanwhile() -> None:
        assert judged.wait(30)
        with transaction.atomic():
            work(Site.objects.get(pk=mill.pk))
            written.set()

    written = threading.Event()
    other = Other(meanwhile)
    real = PushSite.perform_update

    def perform_update(self: Any, instance: Any, change: Any) -> None:
        real(self, instance, change)
        judged.set()
        if connection.vendor == "postgresql":
            assert written.wait(30)
            wait_for_commit(mill, {"a", "b"})

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    other.begin()
    outcomes = device.push(update("PushSite", mill.pk, {"tags": ["a", "c"]}, {"tags": ["a", "b"]}))
    other.end()
    assert statuses(outcomes) == ["applied"]
    assert of(mill) == expected


def wait_for_commit(site: Site, before: set[str]) -> None:
    """Until what another transaction did is seen, or it waits for this one."""
    for _ in range(10_000):
        if of(site) != before or wait_for_a_lock(1):
            return
    raise AssertionError("nothing was done")


def test_C1_who_saves_the_record_first_is_seen(device: Pusher, mill: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the admin does: the record, and then its sets, in one transaction. The push waits, and learns of it."""
    saved, asked = threading.Event(), threading.Event()
    real = batch.Batch.run

    def edit() -> None:
        with transaction.atomic():
            site = Site.objects.get(pk=mill.pk)
            site.save()
            site.tags.set(Tag.objects.filter(pk__in=["a", "d"]))
            saved.set()
            assert asked.wait(30)
            if connection.vendor == "postgresql":
                assert wait_for_a_lock()

    def run(self: Any) -> Any:
        asked.set()
        return real(self)

    monkeypatch.setattr(batch.Batch, "run", run)
    office = Other(edit)
    office.begin()
    assert saved.wait(30)
    (outcome,) = device.push(update("PushSite", mill.pk, {"tags": ["a", "c"]}, {"tags": ["a", "b"]}))
    office.end()
    assert (outcome["status"], outcome["attributes"]) == ("conflict", ["tags"])
    assert set(outcome["theirs"]["tags"]) == {"a", "d"}
    assert of(mill) == {"a", "d"}
