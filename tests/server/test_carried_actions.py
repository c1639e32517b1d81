"""Own server actions in a sync's request: done once for each id, before the rows are read (W1, W3, decision 0021)."""

import datetime
import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError, connection, connections
from django.utils import timezone

import syncapi.urls  # noqa: F401 (made once, of what is declared: not of what these tests declare)
from syncapi import offline
from syncapi.actions import ActionCall, carried, perform
from syncapi.ledger import once as ledger
from syncapi.models import LedgerEntry
from syncapi.registry import registry
from syncapi.testing import Call, FakeDevice, SyncCut, SyncRefused
from syncapi.testing.device import new_replica
from tests.device import Device
from tests.wire.models import Shelf


@offline.action
def make_shelf(call: ActionCall, name: str, then: str = "") -> str:
    shelf = Shelf.objects.create(name=name)
    match then:
        case "refuse":
            raise offline.Refused("No room.", code="no_room", fields={"name": ["Try the cellar."]})
        case "busy":
            raise OperationalError("database is locked")
        case "broken":
            raise RuntimeError("secret")
        case "broken later":
            Shelf.objects.create(pk=shelf.pk, name="twice")
    return f"{name} \x00"  # which PostgreSQL does not keep


@offline.action(permission="wire.view_shelf")
def make_guarded(call: ActionCall) -> None:
    Shelf.objects.create(name="guarded")


@offline.action(atomic=False)
def make_loose(call: ActionCall) -> None:
    Shelf.objects.create(name="loose")


@pytest.fixture(params=[connection.vendor], autouse=True)
def database(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`, in the ids of the tests."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    for name in ("wire", "own"):
        actions = {action.name: action for action in (make_shelf, make_guarded, make_loose)}
        monkeypatch.setattr(registry.get(name), "actions", actions)


def shelves() -> list[str]:
    return sorted(Shelf.objects.values_list("name", flat=True))


def error_of(outcome: dict[str, Any]) -> tuple[str, str, bool]:
    assert "output" not in outcome
    return outcome["status"], outcome["error"]["code"], outcome["error"]["retry"]


# -- one request for both


def test_Q5_an_action_and_the_rows_it_changed_come_in_one_answer() -> None:
    device, call = FakeDevice(), Call("make_shelf", {"name": "Top"})
    result = device.sync("wire", actions=[call])
    assert result.requests == 1
    assert result.outcome(call) == {"type": "action", "id": call.id, "status": "done", "output": "Top \x00"}
    assert [row["name"] for row in device.rows("wire", "LocalShelf")] == ["Top"]


def test_actions_are_done_in_their_order_and_none_holds_back_another() -> None:
    device = FakeDevice()
    calls = [
        Call("make_shelf", {"name": "a"}),
        Call("make_shelf", {"name": "b", "then": "refuse"}),
        Call("make_shelf", {"name": 1.5, "colour": "red"}),
        Call("make_shelf", {"name": "d"}),
    ]
    result = device.sync("wire", actions=calls)
    assert list(result.outcomes) == [call.id for call in calls]
    assert [result.outcome(call)["status"] for call in calls] == ["done", "refused", "refused", "done"]
    assert result.outcome(calls[1])["error"] == {
        "code": "no_room",
        "message": "No room.",
        "retry": False,
        "fields": {"name": ["Try the cellar."]},
    }
    assert error_of(result.outcome(calls[2])) == ("refused", "invalid_input", False)
    assert [row["name"] for row in device.rows("wire", "LocalShelf")] == ["a", "d"]


def test_a_sync_without_actions_asks_nothing_of_the_ledger(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        ledger.confirm(ledger.Origin(uuid.UUID(int=1), "wire", "anonymous"), [])
        assert carried.perform_carried([], None, None, None) == []  # type: ignore[arg-type]


# -- once


@pytest.mark.parametrize(("then", "status"), [({}, "done"), ({"then": "refuse"}, "refused")])
def test_W1_an_action_whose_answer_was_lost_is_not_done_again(then: dict[str, str], status: str) -> None:
    device, call = FakeDevice(), Call("make_shelf", {"name": "Top", **then})
    first = []
    for size in (0, 10, 400):
        device.cut_after(bytes=size)
        with pytest.raises(SyncCut):
            device.sync("wire", actions=[call])
        first.append(LedgerEntry.objects.get().outcome)
    Shelf.objects.update(name="Renamed")
    outcome = device.sync("wire", actions=[call]).outcome(call)
    assert {"type": "action", "id": call.id, **json.loads(first[0])} == outcome
    assert len(set(first)) == 1
    assert outcome["status"] == status
    assert shelves() == ([] if then else ["Renamed"])


@pytest.mark.django_db(transaction=True)
def test_W1_the_same_at_the_same_time_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, entered = threading.Event(), threading.Event(), threading.Semaphore(0)
    real = ledger.once

    def counted(*args: Any) -> Any:
        entered.release()
        return real(*args)

    def slow(*args: Any) -> Any:
        begun.set()
        assert go_on.wait(120)
        return perform(*args)

    monkeypatch.setattr(carried, "once", counted)
    monkeypatch.setattr(carried, "perform", slow)
    body = {"context": "", "cursors": {}, "actions": [{"id": str(uuid.uuid4()), "name": "make_shelf"}]}
    body["actions"][0]["input"] = {"name": "Top"}  # type: ignore[index]
    answers: list[Any] = []

    def ask() -> None:
        try:
            response = Device("wire").request(body)
            answers.append([line for line in response.getvalue().splitlines() if line.startswith(b'{"type":"action"')])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    threads[0].start()
    assert begun.wait(120)
    for thread in threads[1:]:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=120)
    go_on.set()
    for thread in threads:
        thread.join(120)
    assert len(answers) == 3
    assert answers[0] == answers[1] == answers[2]
    assert b'"status":"done"' in answers[0][0]
    assert shelves() == ["Top"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("then", ["busy", "broken", "broken later"])
def test_W3_what_is_no_outcome_leaves_no_trace_and_is_tried_again(then: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device, call = FakeDevice(), Call("make_shelf", {"name": "Top", "then": then})
    outcome = device.sync("wire", actions=[call]).outcome(call)
    assert error_of(outcome) == ("error", "busy" if then == "busy" else "server_error", True)
    assert "secret" not in str(outcome)
    assert not Shelf.objects.exists()
    assert not LedgerEntry.objects.exists()
    monkeypatch.setattr(make_shelf, "function", lambda call, name, then: Shelf.objects.create(name=name).name)
    assert device.sync("wire", actions=[call]).outcome(call)["status"] == "done"
    assert shelves() == ["Top"]


@pytest.mark.django_db(transaction=True)
def test_W1_what_the_commit_refuses_takes_the_entry_along() -> None:
    """A constraint that is checked at the end: the effect is undone, so its outcome must be, too."""
    from tests.wire.models import Jar

    def break_later(call: ActionCall, name: str, then: str) -> str:
        Shelf.objects.create(name=name)
        Jar.objects.create(name="nowhere", price=1, shelf_id=4711)
        return name

    function, make_shelf.function = make_shelf.function, break_later
    device, call = FakeDevice(), Call("make_shelf", {"name": "Top"})
    try:
        outcome = device.sync("wire", actions=[call]).outcome(call)
    finally:
        make_shelf.function = function
    assert error_of(outcome) == ("error", "server_error", True)
    assert not Shelf.objects.exists()
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("other", [Call("make_shelf", {"name": "Low"}), Call("make_guarded", {"name": "Top"})])
def test_W1_an_id_stands_for_one_thing(other: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_guarded, "permission", None)
    device, call = FakeDevice(), Call("make_shelf", {"name": "Top"})
    device.sync("wire", actions=[call])
    again = Call(other.name, other.input, call.id)
    assert error_of(device.sync("wire", actions=[again]).outcome(again)) == ("refused", "id_reused", False)
    assert shelves() == ["Top"]


def test_S2_ids_are_of_one_device_and_user(ann: User, bob: User) -> None:
    call = Call("make_shelf", {"name": "Top"})
    assert FakeDevice(ann).sync("own", actions=[call]).outcome(call)["status"] == "done"
    for device, app in [(FakeDevice(ann), "own"), (FakeDevice(bob), "own"), (FakeDevice(), "wire")]:
        assert device.sync(app, actions=[call]).outcome(call)["status"] == "done"
    assert shelves() == ["Top"] * 4
    same, replica = [Device("own"), Device("own")], new_replica()
    for device_of, name in zip(same, ("ann", "bob"), strict=True):
        device_of.sign_in(name)
        body = {"context": "", "cursors": {}, "actions": [{"id": call.id, "name": "make_shelf", "input": call.input}]}
        assert b'"done"' in device_of.request(body, Haversack_Replica=replica).getvalue()
    assert shelves() == ["Top"] * 6


# -- who may, and what


def test_S1_a_permission_is_asked_for_also_where_the_outcome_is_known(ann: User) -> None:
    device, call = FakeDevice(ann), Call("make_guarded")
    denied = ("refused", "permission_denied", False)
    assert error_of(device.sync("own", actions=[call]).outcome(call)) == denied
    ann.user_permissions.add(Permission.objects.get(codename="view_shelf"))
    assert device.sync("own", actions=[call]).outcome(call)["status"] == "done"
    ann.user_permissions.clear()
    assert error_of(device.sync("own", actions=[call]).outcome(call)) == denied
    assert shelves() == ["guarded"]


def test_what_does_without_a_transaction_does_not_travel() -> None:
    device, call = FakeDevice(), Call("make_loose")
    assert error_of(device.sync("wire", actions=[call]).outcome(call)) == ("refused", "not_in_sync", False)
    assert not Shelf.objects.exists()


def test_an_unknown_action_refuses_the_request_and_nothing_of_it_is_done() -> None:
    with pytest.raises(SyncRefused) as refused:
        FakeDevice().sync("wire", actions=[Call("make_shelf", {"name": "Top"}), Call("nothing")])
    assert (refused.value.status, refused.value.code) == (404, "unknown_action")
    assert not Shelf.objects.exists()


def test_nothing_is_done_for_a_context_that_there_is_not() -> None:
    with pytest.raises(SyncRefused):
        FakeDevice().sync("wire", "nowhere", actions=[Call("make_shelf", {"name": "Top"})])
    assert not Shelf.objects.exists()


@pytest.mark.parametrize(
    "actions",
    [
        None,
        {},
        ["make_shelf"],
        [{"id": "x", "name": "make_shelf"}],
        [{"name": "make_shelf"}],
        [{"id": str(uuid.uuid4())}],
        [{"id": str(uuid.uuid4()), "name": "make_shelf", "at": 1}],
        [{"id": str(uuid.UUID(int=1)), "name": "make_shelf"}] * 2,
        [{"id": str(uuid.UUID(int=number)), "name": "make_shelf"} for number in range(21)],
    ],
)
def test_S4_actions_of_another_form_are_refused(wire: Device, actions: Any) -> None:
    response = wire.request({"context": "", "cursors": {}, "actions": actions})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
    assert set(response.json()["error"]["fields"]) == {"actions"}


@pytest.mark.parametrize("given", [None, [], "x", 7, {"name": None}, {}])
def test_S4_input_of_another_form_is_an_outcome(wire: Device, given: Any) -> None:
    action = {"id": str(uuid.uuid4()), "name": "make_shelf", "input": given}
    response = wire.request({"context": "", "cursors": {}, "actions": [action]})
    assert b'"code":"invalid_input"' in response.getvalue()


@pytest.mark.parametrize("confirmed", [None, "x", ["x"], [str(uuid.uuid4())] * 1001])
def test_S4_confirmations_of_another_form_are_refused(wire: Device, confirmed: Any) -> None:
    response = wire.request({"context": "", "cursors": {}, "confirmed": confirmed})
    assert (response.status_code, set(response.json()["error"]["fields"])) == (400, {"confirmed"})


# -- forgetting


def _days_ago(days: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


@pytest.fixture
def two_kept() -> Callable[[], list[str]]:
    """Two outcomes, of which the first is confirmed. Returns what tells how many are left, by name."""
    device, other = FakeDevice(), FakeDevice()
    device.sync("wire", actions=[Call("make_shelf", {"name": "confirmed"})])
    other.sync("wire", actions=[Call("make_shelf", {"name": "open"})])
    assert not LedgerEntry.objects.exclude(confirmed=None).exists()
    device.sync("wire")
    return lambda: sorted(json.loads(entry.outcome)["output"][:-2] for entry in LedgerEntry.objects.all())


def test_W1_a_confirmed_outcome_is_kept_for_a_copied_profile(two_kept: Callable[[], list[str]]) -> None:
    LedgerEntry.objects.exclude(confirmed=None).update(confirmed=_days_ago(80))
    assert ledger.clean() == 0
    assert two_kept() == ["confirmed", "open"]


def test_an_outcome_goes_after_the_retention(two_kept: Callable[[], list[str]], settings: Any) -> None:
    settings.HAVERSACK = {"TRACKING_RETENTION": 30}
    LedgerEntry.objects.filter(confirmed=None).update(made=_days_ago(29))
    assert ledger.clean() == 0
    LedgerEntry.objects.filter(confirmed=None).update(made=_days_ago(31))
    assert ledger.clean() == 1
    assert two_kept() == ["confirmed"]


def test_S2_nobody_confirms_for_another_device(wire: Device) -> None:
    call = Call("make_shelf", {"name": "Top"})
    FakeDevice().sync("wire", actions=[call])
    assert wire.request({"context": "", "cursors": {}, "confirmed": [call.id]}).status_code == 200
    assert LedgerEntry.objects.get().confirmed is None
