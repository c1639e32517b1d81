"""W1: exactly once, however often and in whatever way a mutation arrives."""

import datetime
import json
import threading
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connections
from django.utils import timezone

from syncapi.ledger import many
from syncapi.ledger.once import Origin
from syncapi.models import LedgerEntry, LocalKey, PushedChange
from syncapi.push import batch
from syncapi.push.mutation import read
from syncapi.push.push import push
from syncapi.registry import registry
from tests.push.conftest import Json, Pusher, codes, create, delete, grouped, local, statuses, update
from tests.push.entities import PushPart, PushVisit
from tests.push.models import Site, Tag, Visit


def some() -> list[Json]:
    head = create("PushSite", local(1), {"name": "New"})
    line = create("PushVisit", local(2), {"site": local(1), "text": "a"}, depends_on=[head["id"]])
    return [
        *grouped(head, line),
        create("PushTag", "t", {"code": "t"}),
        create("PushSite", local(3), {"name": "forbidden"}),
        update("PushSite", 4711, {"size": 3}),
    ]


EXPECTED = ["applied", "applied", "applied", "invalid_values", "gone"]


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Site, Visit, Tag, LocalKey, LedgerEntry, PushedChange))


def test_W1_a_replay_gets_what_was_told_and_does_nothing(device: Pusher) -> None:
    mutations = some()
    first = device.push(*mutations)
    assert codes(first) == EXPECTED
    before = counts()
    Site.objects.update(name="Renamed")
    assert device.push(*mutations) == first
    assert device.push(*reversed(mutations)) == first[::-1]
    assert counts() == before
    assert Site.objects.get().name == "Renamed"


def test_W1_confirmed_outcomes_are_kept_for_a_copied_profile(device: Pusher) -> None:
    from syncapi.ledger import once

    mutations = some()
    first = device.push(*mutations)
    device.push(confirmed=[one["id"] for one in mutations])
    assert LedgerEntry.objects.exclude(confirmed=None).count() == 5
    assert once.clean() == 0
    assert device.push(*mutations) == first


def test_W1_an_outcome_stays_until_its_device_has_it(device: Pusher) -> None:
    """The answer was lost, and the device was then away for longer than anything else is kept."""
    from syncapi.ledger import once
    from syncapi.push import local_keys

    mutations = some()
    first = device.push(*mutations)
    before = counts()
    for model in (LedgerEntry, LocalKey):
        model.objects.update(made=timezone.now() - datetime.timedelta(days=400))
    assert (once.clean(), local_keys.clean()) == (0, 0)
    late = create("PushVisit", local(9), {"site": local(1), "text": "late"})
    assert codes(device.push(*mutations, late)) == [*EXPECTED, "applied"]
    assert Visit.objects.count() == before[1] + 1
    assert device.push(*mutations) == first
    device.push(confirmed=[one["id"] for one in (*mutations, late)])
    LocalKey.objects.update(made=timezone.now() - datetime.timedelta(days=400))
    assert (once.clean(), local_keys.clean()) == (5, 3)


def test_W1_a_device_with_another_id_or_user_has_its_own(device: Pusher, other: Pusher) -> None:
    made = create("PushSite", local(1), {"name": "One"})
    assert codes(device.push(made)) == ["applied"]
    made["values"] = {"name": "Two"}
    assert codes(other.push(made)) == ["applied"]
    device.replica = str(uuid.uuid4())
    made["values"] = {"name": "Three"}
    assert codes(device.push(made)) == ["applied"]


def test_W1_an_id_stands_for_one_thing(device: Pusher) -> None:
    made = create("PushTag", "t", {"code": "t"})
    device.push(made)
    other = {**made, "values": {"code": "t", "name": "other"}}
    assert codes(device.push(other)) == ["id_reused"]
    assert codes(device.push(made)) == ["applied"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [2, 3])
def test_W1_the_same_at_the_same_time_has_effect_once(ann: User, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is held in the middle of its transaction until the others have come as far as they get."""
    mutations = some()
    entered, begun, go_on = threading.Semaphore(0), threading.Event(), threading.Event()
    real_run, real_perform = batch.Batch.run, PushVisit.perform_create

    def run(self: Any) -> Any:
        entered.release()
        return real_run(self)

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        begun.set()
        assert go_on.wait(120)
        real_perform(self, instance, change)

    monkeypatch.setattr(batch.Batch, "run", run)
    monkeypatch.setattr(PushVisit, "perform_create", perform_create)
    replica = str(uuid.uuid4())
    devices = [Pusher(replica=replica) for _ in range(times)]
    for one in devices:
        one.sign_in("ann")
    answers: list[list[Json]] = []

    def push(one: Pusher) -> None:
        try:
            answers.append(one.push(*mutations))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=push, args=(one,)) for one in devices]
    threads[0].start()
    assert begun.wait(120)
    for thread in threads[1:]:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=120)
    go_on.set()
    for thread in threads:
        thread.join(120)
    assert len(answers) == times
    assert codes(answers[0]) == EXPECTED
    assert all(answer == answers[0] for answer in answers)
    assert counts() == (1, 1, 1, 2, 5, 5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["claim", "perform", "settle"])
def test_W1_a_crash_in_between_leaves_nothing(device: Pusher, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends before the commit: what it did, and what it noted of that, is undone together."""

    real = many.settle

    def crash(*args: Any) -> Any:
        if place == "settle":
            real(*args)
        raise KeyboardInterrupt

    if place == "perform":
        monkeypatch.setattr(PushVisit, "perform_create", crash)
    else:
        monkeypatch.setattr(many, place, crash)
    mutations = some()
    with pytest.raises(KeyboardInterrupt):
        device.push(*mutations)
    assert counts() == (0, 0, 0, 0, 0, 0)
    monkeypatch.undo()
    assert codes(device.push(*mutations)) == EXPECTED


def test_W3_a_database_that_could_not_be_had_is_no_outcome(device: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadlock takes the whole transaction: the units are tried one by one, and only the one that fails waits."""
    real = PushVisit.perform_create

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        real(self, instance, change)
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(PushVisit, "perform_create", perform_create)
    mutations = some()
    outcomes = device.push(*mutations)
    assert codes(outcomes) == ["error", "error", *EXPECTED[2:]]
    assert [one["error"]["code"] for one in outcomes[:2]] == ["busy", "busy"]
    assert all(one["error"]["retry"] for one in outcomes[:2])
    assert counts() == (0, 0, 1, 0, 3, 3)
    monkeypatch.undo()
    assert codes(device.push(*mutations)) == EXPECTED


@pytest.mark.django_db(transaction=True)
def test_W2_what_the_commit_refuses_is_found_and_told(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A constraint that is checked at the end of a transaction takes one unit along, and not all of them."""
    from tests.push.entities import PushTag

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        instance.save(force_insert=True)
        if instance.code == "bad":
            Visit.objects.create(site_id=4711, text="nowhere")

    monkeypatch.setattr(PushTag, "perform_create", perform_create)
    tags = [create("PushTag", code, {"code": code}) for code in ("a", "bad", "c")]
    edit = update("PushSite", site.pk, {"size": 4}, {"size": 3})
    first = device.push(*tags, edit)
    assert codes(first) == ["applied", "invalid_values", "applied", "applied"]
    assert set(first[1]["error"]["fields"]) == {"non_field_errors"}
    assert sorted(Tag.objects.values_list("code", flat=True)) == ["a", "c"]
    assert not Visit.objects.exists()
    assert device.push(*tags, edit) == first
    assert PushedChange.objects.count() == 4


def test_W2_deferred_constraints_are_free_inside_of_a_group(device: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is whole at the end of a unit may be broken on the way."""
    from tests.push.entities import PushTag

    def perform_create(self: Any, instance: Any, change: Any) -> None:
        Visit.objects.create(site_id=4711, text=instance.code)
        Site.objects.create(pk=4711, owner_id=change.user.pk, name="late")
        instance.save(force_insert=True)

    monkeypatch.setattr(PushTag, "perform_create", perform_create)
    assert codes(device.push(create("PushTag", "a", {"code": "a"}))) == ["applied"]


def test_P6_rows_of_the_same_answer_are_newer_than_the_outcomes(device: Pusher) -> None:
    device.sync()
    made = create("PushTag", "t", {"code": "t", "name": "new"})
    response = device.request({"context": "", "cursors": device.cursors, "mutations": [made]})
    lines = [json.loads(line) for line in response.getvalue().splitlines()]
    kinds = [line["type"] if isinstance(line, dict) else "row" for line in lines]
    assert kinds.index("outcome") < kinds.index("entity") < kinds.index("row")
    outcome = lines[kinds.index("outcome")]
    assert ["t", outcome["version"], "new"] in lines


def test_W3_deletions_take_their_dependents_along_unless_these_are_protected(device: Pusher, site: Site) -> None:
    from tests.push.models import Part

    visit = Visit.objects.create(site=site, text="a")
    Part.objects.create(visit=visit)
    (outcome,) = device.push(delete("PushVisit", visit.pk))
    assert codes([outcome]) == ["invalid_values"]
    assert "parts" in outcome["error"]["fields"]["non_field_errors"][0]
    Part.objects.all().delete()
    assert statuses(device.push(delete("PushVisit", visit.pk), delete("PushVisit", visit.pk))) == ["applied", "gone"]


def test_S1_who_may_not_view_an_entity_does_not_learn_of_it_by_deleting(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.push.models import Part

    visit = Visit.objects.create(site=site, text="a")
    Part.objects.create(visit=visit)
    monkeypatch.setattr(PushPart, "has_view_permission", lambda self, user: False)
    (outcome,) = device.push(delete("PushVisit", visit.pk))
    assert outcome["error"]["fields"] == {"non_field_errors": ["It cannot be deleted, because other records need it."]}


def test_W3_a_push_that_meets_locks_everywhere_ends_in_time(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt waits for a lock; a thousand of them would take hours, and no device would wait for the answer."""
    now = [0.0]

    def run(self: Any) -> Any:
        now[0] += 10
        raise OperationalError("database is locked")

    monkeypatch.setattr(batch.Batch, "run", run)
    mutations = [read(create("PushTag", f"t{n}", {"code": f"t{n}"})) for n in range(500)]
    origin = Origin(uuid.uuid4(), "push", "x")
    outcomes = push(registry.get("push"), ann, origin, mutations, [], clock=lambda: now[0])
    assert [one["status"] for one in outcomes] == ["error"] * 500
    assert now[0] == 30


def test_what_is_kept_of_changes_goes_after_its_time(device: Pusher, settings: Any) -> None:
    from syncapi.push import audit, local_keys

    settings.HAVERSACK = {"PULL_LOG_RETENTION": 10, "TRACKING_RETENTION": 20}
    mutations = some()
    device.push(*mutations)
    device.push(confirmed=[one["id"] for one in mutations])
    PushedChange.objects.filter(status="applied").update(at=timezone.now() - datetime.timedelta(days=11))
    LocalKey.objects.filter(entity="PushSite").update(made=timezone.now() - datetime.timedelta(days=21))
    assert (audit.clean(), local_keys.clean()) == (3, 1)
    assert sorted(PushedChange.objects.values_list("status", flat=True)) == ["gone", "rejected"]
    assert LocalKey.objects.get().entity == "PushVisit"


def test_nothing_is_written_down_where_the_log_is_off(device: Pusher, settings: Any) -> None:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0}
    assert codes(device.push(*some())) == EXPECTED
    assert not PushedChange.objects.exists()
    assert LedgerEntry.objects.count() == 5
