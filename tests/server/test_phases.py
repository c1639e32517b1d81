"""A pattern of a project's own: what it composes of the public phases, and what it is told when that cannot work."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from syncapi import offline
from syncapi.patterns import Pattern
from syncapi.registry import registry
from syncapi.testing import FakeDevice, SyncRefused
from tests.wire.models import Shelf

Flow = Callable[[offline.Pull], Any]


@pytest.fixture
def shelf(db: Any) -> Shelf:
    return Shelf.objects.create(name="Spices")


def composed(
    monkeypatch: pytest.MonkeyPatch, base: type[offline.ReadOnly] | type[offline.ReadOnlyOptimized], flow: Flow
) -> None:
    """The shelves of the app `tracked`, or `wire`, sync with this."""
    own = type("Own", (base,), {"pull": lambda self, sync: flow(sync)})
    app = registry.get("tracked" if base.tracked else "wire")
    monkeypatch.setattr(next(cls for cls in app.entity_classes if cls.model is Shelf), "pattern", own)


def sync(device: FakeDevice, base: Any, **options: Any) -> Any:
    app, name = ("tracked", "TrackedShelf") if base.tracked else ("wire", "LocalShelf")
    return device.sync(app, entities=[name], **options).entities[name]


def refused(asked: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> str:
    """What developers read of it in the log; devices learn that something went wrong on the server."""
    with pytest.raises(SyncRefused) as raised:
        asked()
    assert raised.value.code == "server_error"
    found = re.search(r"PatternError: (Own\.pull\(\) of .*)", caplog.text)
    assert found
    return found[1]


def test_what_was_looked_at_and_not_taken_is_not_sent(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it would be too much for a small change, so this one looks at both; then takes the first, or the last."""

    def flow(pull: offline.Pull) -> offline.Answer:
        if pull.cursor is None:
            return pull.everything()
        changes = pull.changes()
        everything = pull.everything()
        return everything if changes.rows > 2 else changes  # PostgreSQL tells the test's own first row again

    composed(monkeypatch, offline.ReadOnlyOptimized, flow)
    device = FakeDevice()
    assert sync(device, offline.ReadOnlyOptimized).mode == "replace"
    Shelf.objects.create(name="Oils")
    assert sync(device, offline.ReadOnlyOptimized).mode == "delta"
    Shelf.objects.create(name="Tea")
    Shelf.objects.update(name="Other")
    assert sync(device, offline.ReadOnlyOptimized).mode == "replace"
    assert [row["name"] for row in device.rows("tracked", "TrackedShelf")] == ["Other"] * 3


def test_changes_that_wait_are_not_lost(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = True

    def flow(pull: offline.Pull) -> offline.Answer:
        if pull.cursor is None:
            return pull.everything()
        changes = pull.changes()
        return pull.unchanged() if waits else changes

    composed(monkeypatch, offline.ReadOnlyOptimized, flow)
    device = FakeDevice()
    sync(device, offline.ReadOnlyOptimized)
    Shelf.objects.update(name="Other")
    assert sync(device, offline.ReadOnlyOptimized).mode == "unchanged"
    waits = False
    assert sync(device, offline.ReadOnlyOptimized).mode == "delta"
    assert device.rows("tracked", "TrackedShelf")[0]["name"] == "Other"


def test_a_flow_without_tracking_may_always_send_everything(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    composed(monkeypatch, offline.ReadOnly, lambda pull: pull.everything())
    device = FakeDevice()
    assert [sync(device, offline.ReadOnly).mode for _ in range(2)] == ["replace", "replace"]


@pytest.mark.parametrize(
    ("base", "flow", "told"),
    [
        (offline.ReadOnly, lambda pull: pull.unchanged(), "Call everything() first"),
        (offline.ReadOnly, lambda pull: (pull.everything(), pull.unchanged()), "the rows changed"),
        (offline.ReadOnly, lambda pull: pull.changes(), "subclass of offline.ReadOnlyOptimized"),
        (offline.ReadOnly, lambda pull: pull.compare(), "subclass of offline.ReadOnlyOptimized"),
        (offline.ReadOnly, lambda pull: pull.reset("why"), "subclass of offline.ReadOnlyOptimized"),
        (offline.ReadOnly, lambda pull: None, "returned None. Return what one of the phases gave"),
        (offline.ReadOnlyOptimized, lambda pull: pull.unchanged(), "no rows yet. Return sync.everything()"),
        (offline.ReadOnlyOptimized, lambda pull: pull.changes(), "no rows yet. Return sync.everything()"),
        (offline.ReadOnlyOptimized, lambda pull: pull.reset("why"), "no rows yet. Return sync.everything()"),
        (offline.ReadOnlyOptimized, lambda pull: pull.compare(), "Look at sync.ranges first"),
    ],
)
def test_what_a_device_could_not_follow_is_an_error_that_says_what_to_do(
    base: Any, flow: Flow, told: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    composed(monkeypatch, base, flow)
    assert told in refused(lambda: sync(FakeDevice(), base), caplog)


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (lambda pull: pull.changes(), "Return sync.compare() then"),
        (lambda pull: pull.reset("again"), "Return sync.compare() then"),
        (lambda pull: pull.unchanged(), "Return sync.compare() then"),
    ],
)
def test_a_device_that_compares_is_not_told_of_changes(
    flow: Flow, told: str, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    device = FakeDevice()
    sync(device, offline.ReadOnlyOptimized)
    composed(monkeypatch, offline.ReadOnlyOptimized, flow)
    assert told in refused(lambda: sync(device, offline.ReadOnlyOptimized, compare=True), caplog)


def test_doubtful_changes_are_no_answer(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    device = FakeDevice()
    sync(device, offline.ReadOnlyOptimized)
    device.set_cursor("tracked", "TrackedShelf", "nonsense")
    composed(monkeypatch, offline.ReadOnlyOptimized, lambda pull: pull.changes())
    told = refused(lambda: sync(device, offline.ReadOnlyOptimized), caplog)
    assert "(history). Return sync.reset(changes.doubt)" in told


def test_a_pattern_without_a_pull_says_so(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bare = type("Bare", (Pattern,), {"name": "read-only"})
    monkeypatch.setattr(registry.get("wire").entity_classes[0], "pattern", bare)
    with pytest.raises(SyncRefused):
        FakeDevice().sync("wire")
    assert "Bare has no pull(). Subclass one of the patterns in offline." in caplog.text


def test_a_sync_of_no_entity_brings_the_definition_alone(shelf: Shelf) -> None:
    device = FakeDevice()
    first, again = (device.sync("tracked", entities=[]) for _ in range(2))
    assert [result.new_definition for result in (first, again)] == [True, False]
    assert first.definition["app"] == "tracked"
    assert first.entities == again.entities == {}
