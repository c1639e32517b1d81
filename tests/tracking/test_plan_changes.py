"""What a queryset depends on, against every single change of every row (T3, T5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.db.models import (
    QuerySet,
)  # fmt: skip

from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory, TerritoryAssignment
from syncapi.entities import LocalEntity
from syncapi.keys import only_keys, with_raw_key
from syncapi.tracking.plan import Plan, plan
from tests.tracking.kinds import (
    KINDS,
    Kind,
    Model,
    OfCategories,
    OfChildren,
    OfLines,
    OfNotes,
    OfOrders,
    OfPointers,
    OfProducts,
    declared,
)
from tests.wire.models import Child, Jar, Note, Pointer, Profile, Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(db: Any) -> None:
    """A few rows of everything, with empty relations among them."""
    ann, bob = (User.objects.create(username=name, email=f"{name}@example.com") for name in ("ann", "bob"))
    north, south = (Territory.objects.create(code=name, name=name, region="x") for name in ("North", "South"))
    TerritoryAssignment.objects.create(territory=north, user=ann)
    TerritoryAssignment.objects.create(territory=south, user=bob)
    Supplier.objects.create(code="s1", company_name="S1", city="Bern", country="CH")
    Supplier.objects.create(code="s2", company_name="S2", city="Rome", country="IT")
    customers = [
        Customer.objects.create(code=f"c{i}", company_name=f"C{i}", city=city, territory=territory)
        for i, (city, territory) in enumerate([("Bern", north), ("Rome", south), ("Bern", None)])
    ]
    food = Category.objects.create(code="food", name="Food")
    tea = Category.objects.create(code="tea", name="Tea", parent=food)
    green = Category.objects.create(code="green", name="Food", parent=tea)
    products = [
        Product.objects.create(sku="p1", name="Tea", category=green),
        Product.objects.create(sku="p2", name="Bern", category=tea, discontinued=True),
        Product.objects.create(sku="p3", name="Salt"),
    ]
    orders = [
        Order.objects.create(number=i + 1, customer=customer, taken_by=user, ship_city=city, freight=i * 4)
        for i, (customer, user, city) in enumerate(
            [
                (customers[0], ann, "Bern"),
                (customers[1], None, "Rome"),
                (customers[2], bob, "x"),
                (customers[0], bob, ""),
            ]
        )
    ]
    for order, product, quantity in [(0, 0, 1), (0, 1, 3), (1, 1, 2), (2, 2, 4)]:
        OrderLine.objects.create(order=orders[order], product=products[product], quantity=quantity, unit_price=1)
    children = [Child.objects.create(name=name, width=i) for i, name in enumerate("ab")]
    Shelf.objects.create(name="a")
    first = Pointer.objects.create(supplier_id="s1", child=children[0])
    Pointer.objects.create(supplier_id="s2", parent=first)
    Pointer.objects.create(supplier_id="gone", child=children[1])
    Jar.objects.create(name="x", price=1, shelf_id=children[0].pk)
    Note.objects.create(profile=Profile.objects.create(person=ann, name="Ann"))
    Note.objects.create(profile=Profile.objects.create(person=bob, name="Bob"))


CHANGED: dict[Model, str] = {
    Order: "number customer taken_by ship_city freight order_date",
    OrderLine: "order product quantity",
    Customer: "territory city company_name",
    Territory: "name region",
    TerritoryAssignment: "territory user",
    User: "username is_active email",
    Product: "category name discontinued sku",
    Category: "parent name",
    Supplier: "code city country company_name",
    Shelf: "name",
    Child: "width",
    Jar: "name shelf",
    Pointer: "supplier child parent",
    Profile: "person name",
    Note: "profile",
}


@dataclass(frozen=True)
class Change:
    """One column of one row set to another value, or, without a column, the row deleted."""

    model: Model
    key: Any
    column: str | None
    value: Any = None

    def apply(self) -> bool:
        """Whether the table allows it."""
        try:
            with transaction.atomic():
                self._apply()
        except IntegrityError:
            return False
        return True

    def _apply(self) -> None:
        table, key = self.model._meta.db_table, self.model._meta.pk.column
        with connection.cursor() as cursor:  # below Django, which would save the rest of the world
            if self.column is None:
                cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [self.key])
                if self.model is Profile and connection.vendor == "postgresql":
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what points at another column relies on them
            else:
                cursor.execute(f"UPDATE {table} SET {self.column} = %s WHERE {key} = %s", [self.value, self.key])


def changes() -> Iterator[Change]:
    """Each row deleted; each column set to what other rows have, to NULL, and to what none has."""
    for model, names in CHANGED.items():
        rows = list(model._base_manager.order_by("pk"))
        for name in names.split():
            field = model._meta.get_field(name)
            assert isinstance(field, models.Field)
            values = list(dict.fromkeys(getattr(row, field.attname) for row in rows))
            for row in rows:
                own = getattr(row, field.attname)
                new = [value for value in values if value != own and not field.unique][:2]
                if field.null and own is not None:
                    new.append(None)
                if isinstance(own, bool):
                    new = [not own]
                elif isinstance(own, datetime.date):
                    new.append(own + datetime.timedelta(days=900))
                elif not field.is_relation:
                    new.append("Food!" if isinstance(own, str) else 77)
                for value in new:
                    yield Change(model, row.pk, field.column, value)
        for row in rows:
            yield Change(model, row.pk, None)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def carried(entity: LocalEntity, rows: QuerySet[Any]) -> tuple[set[Any], dict[Any, Any]]:
    """Keys of the members, and what of them would travel."""
    names = [column.name for column in entity.columns]
    return set(rows.order_by().values_list("pk", flat=True)), {
        row[0]: row for row in rows.order_by().values_list(*names)
    }


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS.values() if not kind.volatile],
    ids=[name for name in KINDS if not KINDS[name].volatile],
)
def test_T3_T5_no_change_of_any_row_goes_unexplained(kind: Kind) -> None:
    entity = declared(kind.cls, kind.rows())
    found = plan(entity, entity.rows(None))
    members, values = carried(entity, entity.rows(None))
    effects = 0
    for change in changes():
        table = change.model._meta.db_table
        (raw,) = with_raw_key(change.model._base_manager.filter(pk=change.key)).values_list("_raw_key", flat=True)
        with undone():
            if not change.apply():
                continue
            members_now, values_now = carried(entity, entity.rows(None))
            moved = members ^ members_now
            changed = {key for key in members & members_now if values.get(key) != values_now.get(key)}
            if not moved and not changed:
                continue
            effects += 1
            watched = found.watched[table]
            assert change.column is None or change.column in watched.columns, change
            if table not in found.unfollowed or (change.column is not None and change.column not in watched.member):
                assert moved <= reaching(entity, found, change, raw, member=True), change
            assert changed <= reaching(entity, found, change, raw, member=False), change
            if moved:
                assert change.column is None or change.column in watched.member, change
    assert effects or kind.rows().query.is_empty() or not members


def reaching(entity: LocalEntity, found: Plan, change: Change, raw: Any, member: bool) -> set[Any]:
    """Keys of the rows that a pull looks at after the change, by the ways that the plan knows."""
    everywhere = entity.model._base_manager.order_by()
    keys: set[Any] = set()
    for followed in found.followed:
        if followed.table == change.model._meta.db_table and (followed.member or not member):
            keys |= set(only_keys(everywhere, followed.path, [raw]).values_list("pk", flat=True))
            keys |= set() if followed.path else {change.key}
    return keys


@pytest.mark.usefixtures("trade")
@pytest.mark.parametrize("cls", [OfOrders, OfLines, OfCategories, OfProducts, OfChildren, OfPointers, OfNotes])
def test_T3_no_change_of_a_carried_value_goes_unexplained(cls: type[LocalEntity]) -> None:
    test_T3_T5_no_change_of_any_row_goes_unexplained(Kind(cls, cls.model._default_manager.all))
