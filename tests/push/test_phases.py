"""A pattern of a project's own: what it composes of the phases of a push, and what it is told when that cannot work."""

from collections.abc import Callable
from typing import Any

import pytest

from syncapi import offline
from syncapi.patterns import Pattern
from tests.push.conftest import Json, Pusher, codes, create, delete, local, statuses, update
from tests.push.entities import PushSite
from tests.push.models import Site

Flow = Callable[[offline.Push], Any]


def composed(monkeypatch: pytest.MonkeyPatch, flow: Flow) -> None:
    own = type("Own", (offline.ReadWriteWithConflictDetection,), {"push": lambda self, change: flow(change)})
    monkeypatch.setattr(PushSite, "pattern", own)


def test_what_was_looked_at_and_not_returned_does_not_happen(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flow(change: offline.Push) -> offline.Outcome:
        change.update()
        return change.conflict(change.conflicts())

    composed(monkeypatch, flow)
    assert statuses(device.push(update("PushSite", site.pk, {"size": 4}, {"size": 9}))) == ["conflict"]
    site.refresh_from_db()
    assert site.size == 3


def test_a_pattern_may_have_a_rule_of_its_own(device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger wins, whoever comes first; and nothing is ever deleted."""

    def flow(change: offline.Push) -> offline.Outcome:
        if change.op == "delete":
            raise offline.Refused("Nothing is deleted here.", code="keep")
        if change.record is not None and change.values.get("size", 100) < change.record.size:
            raise offline.Refused("Too small.", code="too_small", fields={"size": ["Too small."]})
        return change.create() if change.op == "create" else change.update()

    composed(monkeypatch, flow)
    outcomes = device.push(
        update("PushSite", site.pk, {"size": 2}),
        update("PushSite", site.pk, {"size": 5}),
        delete("PushSite", site.pk),
        create("PushSite", local(1), {"name": "new"}),
    )
    assert codes(outcomes) == ["too_small", "applied", "keep", "applied"]
    site.refresh_from_db()
    assert site.size == 5


MISUSES: list[tuple[Flow, str, str]] = [
    (lambda change: None, "update", "returned None. Return what one of the phases gave, as change.update()."),
    (lambda change: change.create(), "update", "calls create() of a change that makes no record. Look at change.op"),
    (lambda change: change.delete(), "update", "calls delete() of a change that deletes nothing. Look at change.op"),
    (lambda change: change.update(), "delete", "calls update() of a change that updates nothing. Look at change.op"),
    (lambda change: change.gone(), "update", "calls gone(), and there is nothing that could be. Look at change.record"),
    (lambda change: change.gone(), "create", "calls gone(), and there is nothing that could be"),
    (lambda change: change.update(), "nowhere", "calls update(), and there is no record. Return change.gone() then"),
    (lambda change: change.conflicts(), "nowhere", "calls conflicts(), and there is no record"),
    (lambda change: change.conflict(change.conflicts()), "update", "calls conflict() where nothing conflicts"),
    (lambda change: Pattern().push(change), "update", "Pattern has no push(). Subclass one of the writable patterns"),
]


@pytest.mark.parametrize(("flow", "op", "said"), MISUSES)
def test_misuse_is_told_to_developers_and_is_no_outcome(
    device: Pusher, site: Site, flow: Flow, op: str, said: str, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    composed(monkeypatch, flow)
    change: Json = {
        "update": update("PushSite", site.pk, {"size": 4}, {"size": 3}),
        "delete": delete("PushSite", site.pk),
        "create": create("PushSite", local(1), {"name": "x"}),
        "nowhere": update("PushSite", site.pk + 1, {"size": 4}),
    }[op]
    (outcome,) = device.push(change)
    assert (outcome["status"], outcome["error"]["code"], outcome["error"]["retry"]) == ("error", "server_error", True)
    assert said in caplog.text
    site.refresh_from_db()
    assert site.size == 3


def test_an_outcome_of_another_change_is_none_of_this(
    device: Pusher, site: Site, monkeypatch: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kept: list[offline.Outcome] = []

    def flow(change: offline.Push) -> offline.Outcome:
        kept.append(change.update())
        return kept[0]

    composed(monkeypatch, flow)
    edits = [update("PushSite", site.pk, {"size": size}, {"size": 3}) for size in (4, 5)]
    assert statuses(device.push(*edits)) == ["applied", "error"]
    assert "returned Outcome(status='applied')" in caplog.text
