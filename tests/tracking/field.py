"""An app of tracked entities over the reference domain, and what its devices ought to have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import connection

from catalog.models import Category, Customer, Order, OrderLine, Product, Territory, TerritoryAssignment
from catalog.offline import LocalCategory, LocalCustomer, LocalOrder, LocalOrderLine, LocalProduct
from syncapi import offline
from syncapi.registry import registry
from syncapi.testing import FakeDevice
from syncapi.tracking import needs
from syncapi.tracking.install import install


class FieldCustomer(LocalCustomer):
    pattern = offline.ReadOnlyOptimized  # type: ignore[assignment]


class FieldOrder(LocalOrder):
    pattern = offline.ReadOnlyOptimized  # type: ignore[assignment]


class FieldLine(LocalOrderLine):
    pattern = offline.ReadOnlyOptimized  # type: ignore[assignment]
    attributes = [*LocalOrderLine.attributes, "order__customer__company_name"]


class FieldProduct(LocalProduct):
    pattern = offline.ReadOnlyOptimized


class FieldCategory(LocalCategory):
    pattern = offline.ReadOnlyOptimized


field_app = offline.OfflineApp(
    "field", title="Field", entities=[FieldCustomer, FieldOrder, FieldLine, FieldProduct, FieldCategory]
)
OWN = ["FieldCustomer", "FieldOrder", "FieldLine"]  # of the user's territories


@contextmanager
def declared(*apps: offline.OfflineApp) -> Iterator[None]:
    """The project declares these apps too, and migrated since."""
    before = registry.declared
    registry.declared = [*before, *apps]
    for table in ("syncapi_need", "syncapi_change", "syncapi_history"):
        query(f"DELETE FROM {table}")  # what earlier tests left: columns found late, tombstones of the same keys
    needs.forget()
    try:
        report = install()
        assert not report.failed
        yield
    finally:
        registry.declared = before


def user(name: str, *territories: Territory) -> User:
    made = User.objects.create_user(name)
    for territory in territories:
        TerritoryAssignment.objects.create(territory=territory, user=made)
    return made


def territory(number: int, customers: int = 3) -> Territory:
    """A territory with customers, each with an order of one line. Keys and names are known by their number.

    Every key of it lies in the 10,000,000 from `number` times 10,000,000,000, so that bytes can be searched for them.
    """
    product, _ = Product.objects.get_or_create(sku="p", name="P")
    made = Territory.objects.create(code=f"T{number}", name=f"Territory{number}")
    for at in range(customers):
        key = number * 10_000_000_000 + at * 1000 + 7
        customer = Customer.objects.create(pk=key, code=f"C{key}", company_name=f"Company{key}", territory=made)
        order = Order.objects.create(pk=key + 100, customer=customer, ship_city=f"City{key}")
        OrderLine.objects.create(pk=key + 200, order=order, product=product, unit_price=1, quantity=1 + at)
    return made


def category(name: str, products: int) -> Category:
    made = Category.objects.create(code=name, name=name)
    Product.objects.bulk_create(
        Product(sku=f"{name}-{number}", name=f"{name} {number}", category=made) for number in range(products)
    )
    return made


def check_equal(device: FakeDevice, app: str, entities: Iterable[str] | None = None) -> None:
    """The device has what one has that downloads everything now, and that is what the queryset says."""
    fresh = FakeDevice(device.user)
    fresh.sync(app)
    for name in entities or registry.get(app).entities:
        entity = registry.get(app).entities[name]
        asking = device.user or AnonymousUser()
        keys = set(entity.get_queryset(entity.get_scope(asking)).values_list("pk", flat=True))
        key = entity.columns[0].name
        encode = entity.columns[0].type.encode or (lambda value: value)
        assert {row[key] for row in fresh.rows(app, name)} == {encode(one) for one in keys}
        assert device.rows(app, name) == fresh.rows(app, name)


def query(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def tracked_state() -> list[list[tuple[Any, ...]]]:
    """All that syncing may write of the tracker's."""
    return [query(f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("syncapi_history", "syncapi_need")]


def messages(content: bytes) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, content.splitlines()) if isinstance(one, dict)]
