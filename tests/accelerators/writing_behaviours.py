"""What becomes of changes of an entity, whoever wrote its flow: run as `behaviours.py` is, for writable patterns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import Model

from catalog import models
from syncapi import offline
from syncapi.testing import FakeDevice, SyncCut
from syncapi.testing.edits import Edit
from syncapi.testing.result import SyncResult
from tests.accelerators.behaviours import APP, MAKERS, Here, customer, order, product, territory

Values = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """How records of one model are written.

    `new`: values of a record that is made, given what its `parent` is; `parent`: the entity and the values of a record
    that it belongs to. `edit`: an attribute with three values, and `wrong` one of it that is refused. `other`: another
    attribute, with one value.
    """

    new: Callable[[Any], Values]
    edit: tuple[str, Any, Any, Any]
    wrong: Any
    other: tuple[str, Any] | None = None
    parent: tuple[str, Callable[[], Values]] | None = None


def named(name: str) -> Callable[[Any], Values]:
    return lambda parent: {"code": "new", name: "New"}


KINDS = {
    "LocalCategory": Kind(
        lambda parent: {"code": "new", "name": "New", "parent": parent},
        ("name", "Mine", "Theirs", "Spare"),
        "",
        ("code", "theirs"),
        ("LocalCategory", lambda: {"code": "over", "name": "Over it"}),
    ),
    "LocalSupplier": Kind(named("company_name"), ("company_name", "Mine", "Theirs", "Spare"), "", ("city", "Theirs")),
    "LocalProduct": Kind(
        lambda parent: {"sku": "new", "name": "New", "unit_price": "3.00", "category": parent},
        ("name", "Mine", "Theirs", "Spare"),
        "",
        ("sku", "theirs"),
        ("LocalCategory", lambda: {"code": "over", "name": "Over it"}),
    ),
    "LocalTerritory": Kind(named("name"), ("name", "Mine", "Theirs", "Spare"), "", ("region", "Theirs")),
    "LocalInterest": Kind(lambda parent: {"name": "New"}, ("name", "Mine", "Theirs", "Spare"), ""),
    "LocalCustomer": Kind(
        lambda parent: {"code": "new", "company_name": "New", "territory": parent},
        ("company_name", "Mine", "Theirs", "Spare"),
        "",
        ("city", "Theirs"),
        ("LocalTerritory", lambda: {"code": "over", "name": "Over it"}),
    ),
    "LocalOrder": Kind(
        lambda parent: {"customer": parent or customer(90), "order_date": "2026-01-31"},
        ("ship_name", "Mine", "Theirs", "Spare"),
        "x" * 101,
        ("shipper", "Theirs"),
        ("LocalCustomer", lambda: {"code": "over", "company_name": "Over it"}),
    ),
    "LocalOrderLine": Kind(
        lambda parent: {"order": parent or order(90), "product": product(91), "unit_price": "2.00", "quantity": 2},
        ("quantity", 97, 98, 99),
        0,
        ("discount", "0.500"),
        ("LocalOrder", lambda: {"customer": customer(92), "order_date": "2026-01-31"}),
    ),
    "LocalStockCount": Kind(
        lambda parent: {"product": parent or product(90), "place": "New", "counted": 7},
        ("counted", 97, 98, 99),
        -1,
        ("note", "Theirs"),
        ("LocalProduct", lambda: {"sku": "over", "name": "Over it"}),
    ),
}
"""Of each model whose records devices can make; those of `TerritoryAssignment` need a user, whom they do not carry."""

pytestmark = [pytest.mark.django_db(transaction=True)]
each = pytest.mark.parametrize("name", KINDS)


class Written(Here):
    """Rows on the server, and a device that has them and changes them."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.kind = KINDS[name]
        self.asks = self.entity.pattern.detects_conflicts
        self.device.sync(APP)

    @property
    def model(self) -> Any:
        return self.entity.model._default_manager

    def create(self, parent: Any = None) -> Edit:
        return self.device.create(APP, self.name, self.kind.new(parent))

    def update(self, row: Model, value: Any = None) -> Edit:
        """The attribute that is edited; default to what is mine."""
        name, mine, _theirs, _spare = self.kind.edit
        return self.device.update(APP, self.name, row, {name: mine if value is None else value})

    def somebody(self, row: Model, name: str, value: Any) -> None:
        """Somebody else changes it on the server."""
        self.model.filter(pk=row.pk).update(**{name: value})

    def now(self, row: Model, name: str) -> Any:
        """What the server has."""
        return self.model.values_list(name, flat=True).get(pk=row.pk)

    def push(self) -> SyncResult:
        """A sync of everything, after which the device has what one has that syncs for the first time."""
        result = self.device.sync(APP)
        fresh = FakeDevice(self.ann)
        fresh.sync(APP)
        for name in self.entity.app.entities:
            assert self.device.rows(APP, name) == fresh.rows(APP, name)
        return result

    def statuses(self, *edits: Edit) -> list[str]:
        told = self.push()
        return [told.outcome(edit)["status"] for edit in edits]


@pytest.fixture
def here(name: str) -> Written:
    return Written(name)


@each
def test_W1_create(here: Written) -> None:
    edit = here.create()
    outcome = here.push().outcome(edit)
    assert outcome["status"] == "applied"
    assert here.model.count() == 4
    row = here.device.get(APP, here.name, outcome["key"]) or {}
    given = {key: value for key, value in edit.mutation["values"].items() if value is not None}
    assert given.items() <= row.items()
    assert row["_version"] == outcome["version"]


@each
def test_W1_update_and_delete(here: Written) -> None:
    changed, removed = here.update(here.rows[0]), here.device.delete(APP, here.name, here.rows[2])
    assert here.statuses(changed, removed) == ["applied", "applied"]
    name, mine, _theirs, _spare = here.kind.edit
    assert here.now(here.rows[0], name) == mine
    assert here.keys == [row.pk for row in here.rows[:2]]


@each
def test_W1_a_replay_gets_what_it_got_and_has_no_effect(here: Written) -> None:
    made, changed = here.create(), here.update(here.rows[0])
    twin = here.device.copy()
    for _ in range(3):
        here.device.cut_after(bytes=0)
        with pytest.raises(SyncCut):
            here.device.sync(APP)
    name, _mine, theirs, _spare = here.kind.edit
    here.somebody(here.rows[0], name, theirs)
    told = here.push()
    again = twin.sync(APP)
    assert [told.outcome(edit) for edit in (made, changed)] == [again.outcome(edit) for edit in (made, changed)]
    assert {told.outcome(edit)["status"] for edit in (made, changed)} == {"applied"}
    assert here.model.count() == 4
    assert here.now(here.rows[0], name) == theirs  # what came after it stays


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.parent])
def test_W2_a_record_and_what_belongs_to_it_are_made_as_one(here: Written) -> None:
    assert here.kind.parent is not None
    parent, values = here.kind.parent
    with here.device.together():
        over = here.device.create(APP, parent, values())
        made = here.create(over)
    told = here.push()
    assert [told.outcome(edit)["status"] for edit in (over, made)] == ["applied", "applied"]
    row = here.device.get(APP, here.name, told.outcome(made)["key"]) or {}
    assert told.outcome(over)["key"] in row.values()


@each
def test_W2_a_group_is_all_or_nothing_and_holds_up_no_other(here: Written) -> None:
    with here.device.together():
        good, bad = here.update(here.rows[0]), here.update(here.rows[1], here.kind.wrong)
    other = here.update(here.rows[2])
    told = here.push()
    assert told.outcome(good)["error"]["code"] == "group"
    assert set(told.outcome(bad)["error"]["fields"]) == {here.kind.edit[0]}
    assert told.outcome(other)["status"] == "applied"
    assert [here.now(row, here.kind.edit[0]) == here.kind.edit[1] for row in here.rows] == [False, False, True]


@each
def test_C1_both_changed_the_same(here: Written) -> None:
    """The last one wins, or the person chooses."""
    name, mine, theirs, spare = here.kind.edit
    edit, other = here.update(here.rows[0]), here.update(here.rows[1], spare)
    here.somebody(here.rows[0], name, theirs)
    told = here.push()
    assert told.outcome(other)["status"] == "applied"
    if here.asks:
        outcome = told.outcome(edit)
        assert (outcome["status"], outcome["attributes"]) == ("conflict", [name])
        assert outcome["theirs"][name] == theirs == here.now(here.rows[0], name)
        edit = here.update(here.rows[0])  # mine, on theirs
        told = here.push()
    assert told.outcome(edit)["status"] == "applied"
    assert here.now(here.rows[0], name) == mine


@each
def test_C1_a_deletion_of_what_somebody_changed(here: Written) -> None:
    name, _mine, theirs, _spare = here.kind.edit
    edit = here.device.delete(APP, here.name, here.rows[0])
    here.somebody(here.rows[0], name, theirs)
    assert here.statuses(edit) == ["conflict" if here.asks else "applied"]
    assert here.model.filter(pk=here.rows[0].pk).exists() is here.asks


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.other])
def test_C2_changes_of_different_attributes_go_together(here: Written) -> None:
    assert here.kind.other is not None
    name, mine, _theirs, _spare = here.kind.edit
    here.update(here.rows[0])
    here.somebody(here.rows[0], *here.kind.other)
    here.push()
    row = here.device.get(APP, here.name, here.rows[0].pk) or {}
    assert (row[name], row[here.kind.other[0]]) == (mine, here.kind.other[1])


@each
def test_W3_gone(here: Written) -> None:
    edits = [here.update(here.rows[0]), here.device.delete(APP, here.name, here.rows[1]), here.update(here.rows[2])]
    for row in here.rows[:2]:
        here.model.filter(pk=row.pk).delete()
    assert here.statuses(*edits) == ["gone", "gone", "applied"]


@each
def test_W3_rejected_and_corrected(here: Written) -> None:
    edit, other = here.update(here.rows[0], here.kind.wrong), here.update(here.rows[1], here.kind.edit[3])
    told = here.push()
    assert set(told.outcome(edit)["error"]["fields"]) == {here.kind.edit[0]}
    assert told.outcome(other)["status"] == "applied"
    assert here.statuses(here.update(here.rows[0])) == ["applied"]
    assert here.now(here.rows[0], here.kind.edit[0]) == here.kind.edit[1]


@each
def test_W4_the_rules_of_the_entity_hold(here: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, instance: Any, change: offline.Change) -> None:
        raise offline.Refused("Not now.", code="closed")

    for name in ("perform_create", "perform_update", "perform_destroy"):
        monkeypatch.setattr(type(here.entity), name, refuse)
    edits = [here.create(), here.update(here.rows[0]), here.device.delete(APP, here.name, here.rows[1])]
    told = here.push()
    assert [told.outcome(edit)["error"]["code"] for edit in edits] == ["closed"] * 3
    monkeypatch.undo()
    monkeypatch.setattr(type(here.entity), "has_change_permission", lambda self, user, instance=None: False)
    edit = here.update(here.rows[0])
    assert here.push().outcome(edit)["error"]["code"] == "permission_denied"
    assert here.model.count() == 3


@each
def test_S1_scope(here: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = frozenset(row.pk for row in here.rows[:2])
    made, left, stays = here.create(), here.update(here.rows[2]), here.update(here.rows[1])
    monkeypatch.setattr(type(here.entity), "get_scope", lambda self, user: carried)
    monkeypatch.setattr(type(here.entity), "get_queryset", lambda self, scope: here.model.filter(pk__in=scope))
    told = here.push()
    assert told.outcome(made)["error"]["code"] == "out_of_scope"
    assert told.outcome(left) == {"status": "gone"}
    assert told.outcome(stays)["status"] == "applied"
    assert here.model.count() == 3
    assert here.now(here.rows[2], here.kind.edit[0]) != here.kind.edit[1]


@each
def test_P6_what_was_edited_before_an_answer_came_goes_with_the_next(here: Written) -> None:
    """Its answer is lost; the next sync brings both, what somebody else did meanwhile, and rows newer than either."""
    name, mine, theirs, spare = here.kind.edit
    first = here.update(here.rows[0], theirs)
    here.device.cut_after(bytes=0)
    with pytest.raises(SyncCut):
        here.device.sync(APP, entities=[])
    second = here.update(here.rows[0])
    here.somebody(here.rows[1], name, spare)
    assert here.device.pending(APP) == [first, second]
    assert here.statuses(first, second) == ["applied", "applied"]
    assert [here.now(row, name) for row in here.rows[:2]] == [mine, spare]
    assert here.device.pending(APP) == []


def test_what_cannot_be_made_is_told_so() -> None:
    MAKERS["LocalTerritoryAssignment"](1)
    device = FakeDevice(models.TerritoryAssignment.objects.get().user)
    device.sync(APP)
    made = device.create(APP, "LocalTerritoryAssignment", {"territory": territory(2)})
    moved = device.update(
        APP, "LocalTerritoryAssignment", models.TerritoryAssignment.objects.get(), {"territory": territory(3)}
    )
    told = device.sync(APP)
    assert told.outcome(made)["error"]["code"] == "invalid_values"
    assert told.outcome(moved)["status"] == "applied"
    assert models.TerritoryAssignment.objects.get().territory.code == "t3"


def test_sets_of_related_records_travel_with_their_record() -> None:
    here = Written("LocalCustomer")
    interests = [MAKERS["LocalInterest"](n) for n in (7, 8)]
    made = here.device.create(APP, "LocalCustomer", {**here.kind.new(None), "interests": interests[:1]})
    changed = here.device.update(APP, "LocalCustomer", here.rows[0], {"interests": interests})
    assert here.statuses(made, changed) == ["applied", "applied"]
    assert models.Customer.objects.get(pk=here.rows[0].pk).interests.count() == 2
    assert models.Customer.objects.get(code="new").interests.count() == 1
