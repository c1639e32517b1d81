"""How an entity syncs, whoever wrote its flow. Run inside of a project that declares the catalogue's models in an app
`trade`, once with the patterns of the framework, once with what `createsyncaction` wrote. Not collected by itself."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model

from catalog import models
from syncapi.entities import LocalEntity
from syncapi.registry import registry
from syncapi.testing import FakeDevice, SyncCut
from syncapi.testing.result import EntityResult

APP = "trade"
Make = Callable[[int], Model]


def category(n: int) -> models.Category:
    return models.Category.objects.create(code=f"c{n}", name=f"Category {n}")


def supplier(n: int) -> models.Supplier:
    return models.Supplier.objects.create(code=f"s{n}", company_name=f"Supplier {n}")


def product(n: int) -> models.Product:
    return models.Product.objects.create(sku=f"p{n}", name=f"Product {n}", category=category(n), supplier=supplier(n))


def territory(n: int) -> models.Territory:
    return models.Territory.objects.create(code=f"t{n}", name=f"Territory {n}")


def assignment(n: int) -> models.TerritoryAssignment:
    user = User.objects.create_user(f"user {n}")
    return models.TerritoryAssignment.objects.create(user=user, territory=territory(n))


def interest(n: int) -> models.Interest:
    return models.Interest.objects.create(name=f"Interest {n}")


def customer(n: int) -> models.Customer:
    return models.Customer.objects.create(code=f"c{n}", company_name=f"Customer {n}", territory=territory(n))


def order(n: int) -> models.Order:
    return models.Order.objects.create(number=n, customer=customer(n), order_date=datetime.date(2026, 1, 31))


def line(n: int) -> models.OrderLine:
    return models.OrderLine.objects.create(order=order(n), product=product(n), unit_price=18, quantity=n)


def count(n: int) -> models.StockCount:
    return models.StockCount.objects.create(product=product(n), place=f"Aisle {n}", counted=n)


MAKERS: dict[str, Make] = {
    "LocalCategory": category,
    "LocalSupplier": supplier,
    "LocalProduct": product,
    "LocalTerritory": territory,
    "LocalTerritoryAssignment": assignment,
    "LocalInterest": interest,
    "LocalCustomer": customer,
    "LocalOrder": order,
    "LocalOrderLine": line,
    "LocalStockCount": count,
}
CHANGES: dict[str, dict[str, Any]] = {
    "LocalSupplier": {"company_name": "Other"},
    "LocalCustomer": {"company_name": "Other"},
    "LocalOrder": {"number": 99},
    "LocalOrderLine": {"quantity": 99},
    "LocalStockCount": {"counted": 99},
}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("name", MAKERS)]


class Here:
    """One entity, its rows on the server, and a device of somebody who carries them all."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entity: LocalEntity = registry.get(APP).entities[name]
        self.tracked = self.entity.pattern.tracked
        self.rows = [MAKERS[name](n) for n in (1, 2, 3)]
        self.ann = User.objects.create_user("ann")
        self.device = FakeDevice(self.ann)

    def sync(self, **options: Any) -> EntityResult:
        return self.device.sync(APP, entities=[self.name], **options).entities[self.name]

    def change(self) -> None:
        """Something that the first row carries: its own, or of a related row."""
        first = self.rows[0]
        if isinstance(first, models.TerritoryAssignment):
            models.Territory.objects.filter(pk=first.territory_id).update(name="Other")
        else:
            type(first)._default_manager.filter(pk=first.pk).update(**CHANGES.get(self.name, {"name": "Other"}))

    @property
    def keys(self) -> list[Any]:
        key = self.entity.columns[0].name
        return [row[key] for row in self.device.rows(APP, self.name)]

    @property
    def is_right(self) -> bool:
        """Whether the device has what one has that syncs for the first time."""
        fresh = FakeDevice(self.ann)
        fresh.sync(APP, entities=[self.name])
        return self.device.rows(APP, self.name) == fresh.rows(APP, self.name)


@pytest.fixture
def here(name: str) -> Here:
    return Here(name)


@pytest.mark.parametrize(("inline", "mode"), [(1000, "replace"), (1, "snapshot")])
def test_first_sync(here: Here, inline: int, mode: str, settings: Any) -> None:
    settings.HAVERSACK = {"INLINE_ROWS": inline}
    assert here.sync().mode == mode
    assert here.keys == [row.pk for row in here.rows]


def test_no_changes(here: Here) -> None:
    here.sync()
    again = here.sync()
    assert (again.mode, again.rows_received) == ("unchanged", 0)
    assert here.is_right


def test_change(here: Here) -> None:
    here.sync()
    before = here.device.rows(APP, here.name)
    here.change()
    changed = here.sync()
    assert (changed.mode, changed.rows_received) == (("delta", 1) if here.tracked else ("replace", 3))
    assert here.device.rows(APP, here.name) != before
    assert here.is_right


def test_removal(here: Here) -> None:
    here.sync()
    last = here.rows.pop()
    here.rows = here.rows[:2]
    last.delete()
    assert here.sync().mode == ("delta" if here.tracked else "replace")
    assert here.keys == [row.pk for row in here.rows]


def test_scope(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = {row.pk for row in here.rows[:2]}
    model = here.entity.model
    monkeypatch.setattr(type(here.entity), "get_scope", lambda self, user: frozenset(carried))
    monkeypatch.setattr(
        type(here.entity), "get_queryset", lambda self, scope: model._default_manager.filter(pk__in=scope)
    )
    here.sync()
    assert here.keys == [row.pk for row in here.rows[:2]]
    carried.remove(here.rows[0].pk)
    carried.add(here.rows[2].pk)
    changed = here.sync()
    assert (changed.mode, changed.reset) == (("ranges", "scope") if here.tracked else ("replace", None))
    assert here.keys == [row.pk for row in here.rows[1:]]
    assert here.is_right


def test_reset(here: Here) -> None:
    here.sync()
    here.device.set_cursor(APP, here.name, "of another history")
    here.change()
    again = here.sync()
    assert (again.mode, again.reset) == (("ranges", "history") if here.tracked else ("replace", None))
    assert here.is_right


def test_damaged_copy(here: Here) -> None:
    if not here.tracked:
        assert here.sync().mode == "replace"  # it has no ranges to compare: all of it comes, or nothing
        return
    here.sync()
    here.device.forget(APP, here.name, keys=[here.rows[1].pk])
    assert here.sync(compare=True).mode == "ranges"
    assert here.is_right


def test_cut(here: Here) -> None:
    here.device.cut_after(rows=1)
    with pytest.raises(SyncCut):
        here.sync()
    assert here.keys == []
    here.sync()
    assert here.is_right
    here.change()
    here.device.cut_after(bytes=150)
    before = here.device.rows(APP, here.name)
    with pytest.raises(SyncCut):
        here.sync()
    assert here.device.rows(APP, here.name) == before
    here.sync()
    assert here.is_right
