"""What a queryset depends on (decision 0012): by name for each kind of query, and against every single change."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, models, transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)  # fmt: skip
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Lower, Now, Random, RowNumber
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory, TerritoryAssignment
from syncapi import offline
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.keys import only_keys, with_raw_key
from syncapi.tracking.plan import Followed, Plan, declared_watch, plan
from syncapi.tracking.watched import Watched
from tests.wire.models import Child, Jar, Note, Pointer, Profile, Shelf, Specimen, Tariff

pytestmark = pytest.mark.django_db

Model = type[models.Model]


class OfOrders(offline.LocalEntity):
    model = Order
    attributes = ["number", "customer__company_name", "customer__territory__name", "taken_by__username"]


class OfLines(offline.LocalEntity):
    model = OrderLine
    attributes = ["quantity", "order__customer", "product__category__parent__name"]


class OfCategories(offline.LocalEntity):
    model = Category
    attributes = ["name", "parent__name", "parent__parent__name"]


class OfProducts(offline.LocalEntity):
    model = Product
    attributes = ["sku", "category__name"]


class OfChildren(offline.LocalEntity):
    model = Child
    attributes = ["name", "width"]


class OfPointers(offline.LocalEntity):
    model = Pointer
    attributes = ["supplier__company_name", "child__name", "parent__supplier__city"]


class OfNotes(offline.LocalEntity):
    model = Note
    attributes = ["profile__name", "profile__person__username"]


def declared(cls: type[LocalEntity], rows: QuerySet[Any] | None = None, **options: Any) -> LocalEntity:
    """An entity that carries the rows of `rows`."""
    if rows is not None:
        options["get_queryset"] = lambda self, scope: rows.all()
    made = type(cls.__name__, (cls,), options)
    return offline.OfflineApp("plans", title="Plans", entities=[made]).entities[cls.__name__]


def planned(cls: type[LocalEntity], rows: QuerySet[Any] | None = None) -> Plan:
    entity = declared(cls, rows)
    return plan(entity, entity.rows(None))


# -- each kind of query, by name


@dataclass(frozen=True)
class Kind:
    """`follows`: paths that decide membership. `member`: columns that do, of all tables."""

    cls: type[LocalEntity]
    rows: Callable[[], QuerySet[Any]]
    follows: str = ""
    unfollowed: str = ""
    member: str = ""
    volatile: bool = False


class Shouted(Func):
    """A function of a project's own."""

    function = "UPPER"


LINES = OrderLine.objects.filter(order=OuterRef("pk"))
O, C, P = Order.objects, Category.objects, Product.objects  # noqa: E741

KINDS: dict[str, Kind] = {
    "all": Kind(OfOrders, O.all),
    "none": Kind(OfOrders, O.none),
    "own column": Kind(OfOrders, lambda: O.filter(freight__gt=5), member="order.freight"),
    "empty set": Kind(OfOrders, lambda: O.filter(customer__in=frozenset()), member="order.customer_id"),
    "nothing excluded": Kind(OfOrders, lambda: O.exclude(pk__in=[])),
    "key of a relation": Kind(OfOrders, lambda: O.filter(customer__in=[1, 2]), member="order.customer_id"),
    "relation": Kind(
        OfOrders,
        lambda: O.filter(customer__city="Bern"),
        follows="customer",
        member="order.customer_id customer.city",
    ),
    "relation of a relation": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__name="North"),
        follows="customer customer__territory",
        member="order.customer_id customer.territory_id territory.name",
    ),
    "key of a relation of a relation": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__in=frozenset([1, 2])),
        follows="customer",
        member="order.customer_id customer.territory_id",
    ),
    "not": Kind(
        OfOrders,
        lambda: O.exclude(taken_by__username="ann"),
        follows="taken_by",
        member="order.taken_by_id auth_user.username",
    ),
    "or across relations": Kind(
        OfOrders,
        lambda: O.filter(Q(taken_by__is_active=True) | ~Q(customer__territory__region="x") | Q(number=3)),
        follows="taken_by customer customer__territory",
        member="order.taken_by_id auth_user.is_active order.customer_id customer.territory_id territory.region "
        "order.number",
    ),
    "exclusive or": Kind(
        OfOrders,
        lambda: O.filter(Q(number=1) ^ Q(customer__city="Bern")),
        follows="customer",
        member="order.number order.customer_id customer.city",
    ),
    "no relation": Kind(OfOrders, lambda: O.filter(taken_by=None), member="order.taken_by_id"),
    "no relation of a relation": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__isnull=True),
        follows="customer",
        member="order.customer_id customer.territory_id",
    ),
    "column against column": Kind(
        OfOrders,
        lambda: O.filter(ship_city=F("customer__city")),
        follows="customer",
        member="order.ship_city order.customer_id customer.city",
    ),
    "columns in a list": Kind(
        OfOrders,
        lambda: O.filter(ship_city__in=[F("customer__city"), "Bern"]),
        follows="customer",
        member="order.ship_city order.customer_id customer.city",
    ),
    "columns as bounds": Kind(
        OfOrders,
        lambda: O.filter(number__range=(0, F("customer__id"))),
        member="order.number order.customer_id",
    ),
    "case": Kind(
        OfOrders,
        lambda: O.annotate(
            city=Case(When(Q(customer__city="Bern"), then="ship_city"), default=Value("-"))
        ).filter(city="x"),
        follows="customer",
        member="order.customer_id customer.city order.ship_city",
    ),
    "functions of Django": Kind(
        OfOrders,
        lambda: O.annotate(city=Lower(Coalesce("ship_city", "customer__city"))).filter(city="x"),
        follows="customer",
        member="order.customer_id customer.city order.ship_city",
    ),
    "part of a date": Kind(OfOrders, lambda: O.filter(order_date__year__gt=2000), member="order.order_date"),
    "relation that must lead somewhere": Kind(
        OfOrders,
        lambda: O.annotate(name=F("taken_by__first_name")).filter(taken_by__username__isnull=False),
        follows="taken_by",
        member="order.taken_by_id auth_user.username",
    ),
    "in all rows": Kind(
        OfOrders,
        lambda: O.filter(taken_by__in=User.objects.values("pk")),
        unfollowed="auth_user",
        member="order.taken_by_id",
    ),
    "reverse": Kind(
        OfOrders,
        lambda: O.filter(lines__quantity__gt=2),
        unfollowed="orderline",
        member="orderline.order_id orderline.quantity",
    ),
    "reverse, each once": Kind(
        OfOrders,
        lambda: O.filter(lines__quantity__gt=2).distinct(),
        unfollowed="orderline",
        member="orderline.order_id orderline.quantity",
    ),
    "not reverse": Kind(
        OfOrders,
        lambda: O.exclude(lines__product__discontinued=True),
        unfollowed="orderline product",
        member="orderline.order_id orderline.product_id product.discontinued",
    ),
    "nothing on the reverse side": Kind(
        OfOrders, lambda: O.filter(lines__isnull=True), unfollowed="orderline", member="orderline.order_id"
    ),
    "many to many": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__users__username="ann"),
        follows="customer customer__territory",
        unfollowed="territoryassignment auth_user",
        member="order.customer_id customer.territory_id territoryassignment.territory_id territoryassignment.user_id "
        "auth_user.username",
    ),
    "key of many to many": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__assignments__user=1),
        follows="customer customer__territory",
        unfollowed="territoryassignment",
        member="order.customer_id customer.territory_id territoryassignment.territory_id territoryassignment.user_id",
    ),
    "filtered relation": Kind(
        OfOrders,
        lambda: O.annotate(big=FilteredRelation("lines", condition=Q(lines__quantity__gt=2))).filter(
            big__product__name="Tea"
        ),
        unfollowed="orderline product",
        member="orderline.order_id orderline.quantity orderline.product_id product.name",
    ),
    "filtered forward relation": Kind(
        OfOrders,
        lambda: O.annotate(bern=FilteredRelation("customer", condition=Q(customer__city="Bern"))).filter(
            bern__company_name__isnull=True
        ),
        follows="customer",
        member="order.customer_id customer.city customer.company_name",
    ),
    "count to show": Kind(OfOrders, lambda: O.annotate(count=Count("lines"))),
    "count to choose": Kind(
        OfOrders,
        lambda: O.annotate(count=Count("lines")).filter(count__gt=1),
        unfollowed="orderline",
        member="orderline.order_id",
    ),
    "count of what another join repeats": Kind(
        OfOrders,
        lambda: O.annotate(lines_to_show=Max("lines__quantity"), count=Count("customer")).filter(count__gt=1),
        unfollowed="orderline",
        member="orderline.order_id order.customer_id",
    ),
    "filtered sum": Kind(
        OfOrders,
        lambda: O.annotate(sum=Sum("lines__quantity", filter=Q(lines__product__discontinued=False))).filter(sum__gt=2),
        unfollowed="orderline product",
        member="orderline.order_id orderline.quantity orderline.product_id product.discontinued",
    ),
    "exists": Kind(
        OfOrders,
        lambda: O.filter(Exists(LINES.filter(product__name="Tea"))),
        unfollowed="orderline product",
        member="orderline.order_id orderline.product_id product.name",
    ),
    "exists, as a column": Kind(
        OfOrders,
        lambda: O.annotate(has=Exists(LINES)).filter(has=False),
        unfollowed="orderline",
        member="orderline.order_id",
    ),
    "exists, about a related column": Kind(
        OfOrders,
        lambda: O.filter(Exists(Supplier.objects.filter(city=OuterRef("customer__city")))),
        follows="customer",
        unfollowed="supplier",
        member="order.customer_id customer.city supplier.city",
    ),
    "exists within exists": Kind(
        OfOrders,
        lambda: O.filter(
            Exists(LINES.filter(Exists(P.filter(name=OuterRef("order__ship_city"), pk=OuterRef("product")))))
        ),
        unfollowed="orderline product order",
        member="orderline.order_id orderline.product_id product.name order.ship_city",
    ),
    "in a query": Kind(
        OfOrders,
        lambda: O.filter(customer__territory__in=Territory.objects.filter(users__username="ann")),
        follows="customer",
        unfollowed="territory territoryassignment auth_user",
        member="order.customer_id customer.territory_id territoryassignment.territory_id territoryassignment.user_id "
        "auth_user.username",
    ),
    "in a query of columns": Kind(
        OfOrders,
        lambda: O.filter(ship_city__in=Supplier.objects.filter(country="CH").values("city")),
        unfollowed="supplier",
        member="order.ship_city supplier.country supplier.city",
    ),
    "in own rows": Kind(
        OfOrders,
        lambda: O.filter(pk__in=O.filter(number__gt=1)),
        unfollowed="order",
        member="order.number",
    ),
    "subquery": Kind(
        OfOrders,
        lambda: O.filter(number=Subquery(LINES.values("order").annotate(n=Count("pk")).values("n"))),
        unfollowed="orderline",
        member="orderline.order_id order.number",
    ),
    "union": Kind(
        OfOrders,
        lambda: O.order_by().filter(number=1).union(O.order_by().filter(customer__city="Bern")),
        unfollowed="order customer",
        member="order.number order.customer_id customer.city",
    ),
    "window": Kind(
        OfOrders,
        lambda: O.annotate(place=Window(RowNumber(), partition_by="customer", order_by="number")).filter(place=1),
        unfollowed="order",
        member="order.customer_id order.number",
    ),
    "to be shown only": Kind(
        OfOrders,
        lambda: O.select_related("customer").defer("number").annotate(x=F("lines__quantity")).order_by("taken_by"),
    ),
    "self join": Kind(
        OfCategories, lambda: C.filter(parent__name="Food"), follows="parent", member="category.parent_id category.name"
    ),
    "self join, twice": Kind(
        OfCategories,
        lambda: C.filter(parent__parent__name="Food").exclude(parent__name="x"),
        follows="parent parent__parent",
        member="category.parent_id category.name",
    ),
    "self join, reverse": Kind(
        OfCategories,
        lambda: C.filter(children__name="Food"),
        unfollowed="category",
        member="category.parent_id category.name",
    ),
    "inherited column": Kind(
        OfChildren, lambda: Child.objects.filter(name="a"), follows="shelf_ptr", member="shelf.name"
    ),
    "column beside inherited ones": Kind(OfChildren, lambda: Child.objects.filter(width=1), member="child.width"),
    "relation by another column": Kind(
        OfPointers,
        lambda: Pointer.objects.filter(supplier__city="Bern"),
        follows="supplier",
        member="pointer.supplier_id supplier.code supplier.city",
    ),
    "inherited column of a relation": Kind(
        OfPointers,
        lambda: Pointer.objects.filter(child__name="a"),
        follows="child child__shelf_ptr",
        member="pointer.child_id shelf.name",
    ),
    "child of a parent": Kind(
        OfChildren,
        lambda: Child.objects.filter(shelf_ptr__jar__name="x"),
        follows="shelf_ptr",
        unfollowed="jar",
        member="jar.shelf_id jar.name",
    ),
    "now": Kind(OfOrders, lambda: O.filter(order_date__lte=Now()), volatile=True, member="order.order_date"),
    "chance": Kind(OfOrders, lambda: O.annotate(r=Random()).filter(r__lt=0.5), volatile=True),
    "raw SQL": Kind(
        OfOrders, lambda: O.filter(pk__in=RawSQL("SELECT order_id FROM catalog_orderline", [])), volatile=True
    ),
    "extra": Kind(OfOrders, lambda: O.extra(where=["number > 1"]), volatile=True),
    "extra tables": Kind(OfOrders, lambda: O.extra(tables=["catalog_orderline"]), volatile=True),
    "function of a project": Kind(
        OfOrders,
        lambda: O.annotate(city=Shouted("customer__city")).filter(city="BERN"),
        follows="customer",
        member="order.customer_id customer.city",
        volatile=True,
    ),
    "function by name": Kind(
        OfOrders,
        lambda: O.annotate(city=Func(F("ship_city"), function="UPPER")).filter(city="BERN"),
        member="order.ship_city",
        volatile=True,
    ),
    "function by template": Kind(
        OfOrders,
        lambda: O.annotate(city=Lower("ship_city", template="random()")).filter(city="1"),
        member="order.ship_city",
        volatile=True,
    ),
    "the first": Kind(OfOrders, lambda: O.order_by("-number")[:2], unfollowed="order", volatile=True),
    "in the first": Kind(
        OfOrders,
        lambda: O.filter(customer__in=Customer.objects.order_by("city")[:2]),
        unfollowed="customer",
        member="order.customer_id",
        volatile=True,
    ),
    "groups": Kind(OfOrders, lambda: O.values("ship_city").annotate(n=Count("pk")).filter(n__gt=1), volatile=True),
}  # fmt: skip

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def full(name: str) -> str:
    if name.startswith("auth_"):
        return name
    return (
        f"wire_{name}"
        if name.split(".")[0] in ("child", "shelf", "jar", "pointer", "note", "profile")
        else f"catalog_{name}"
    )


@every_kind
def test_T5_a_query_tells_what_its_members_depend_on(kind: Kind) -> None:
    found = planned(kind.cls, kind.rows())
    assert found.volatile == kind.volatile
    follows = {"__".join(followed.path) for followed in found.followed if followed.member and followed.path}
    assert follows == set(kind.follows.split())
    assert found.unfollowed == {full(name) for name in kind.unfollowed.split()}
    member = {f"{table}.{column}" for table, watched in found.watched.items() for column in watched.member}
    assert member == {full(name) for name in kind.member.split()}
    assert found.followed[0] == Followed(kind.cls.model._meta.db_table, (), member=True)
    assert {followed.table for followed in found.followed} | found.unfollowed == set(found.watched)


@every_kind
def test_T5_looking_at_a_query_runs_nothing_and_changes_nothing(kind: Kind) -> None:
    entity = declared(kind.cls, kind.rows())
    rows = entity.rows(None)
    text = _text(rows)
    with CaptureQueriesContext(connection) as queries:
        first = plan(entity, rows)
    assert len(queries) == 0
    assert _text(rows) == text
    assert plan(entity, rows) == first == plan(entity, entity.rows(None))


def _text(rows: QuerySet[Any]) -> str:
    try:
        return str(rows.query)
    except EmptyResultSet:
        return "nothing"


# -- against every single change


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


# -- attributes


def test_T3_attributes_are_content_where_they_live() -> None:
    found = planned(OfLines)
    assert {table: watched.content for table, watched in found.watched.items()} == {
        "catalog_orderline": {"quantity", "order_id", "product_id"},
        "catalog_order": {"customer_id"},
        "catalog_product": {"category_id"},
        "catalog_category": {"parent_id", "name"},
    }
    assert not any(watched.member for watched in found.watched.values())
    assert [followed.path for followed in found.followed] == [
        (), ("order",), ("product",), ("product", "category"), ("product", "category", "parent"),
    ]  # fmt: skip
    assert [followed.path for followed in found.followed if followed.member] == [()]


def test_T3_inherited_attributes_live_in_the_table_of_the_parent() -> None:
    found = planned(OfChildren)
    assert found.followed == (
        Followed("wire_child", (), member=True), Followed("wire_shelf", ("shelf_ptr",), member=False),
    )  # fmt: skip
    assert found.watched == {
        "wire_child": Watched("wire_child", "shelf_ptr_id", frozenset({"width"})),
        "wire_shelf": Watched("wire_shelf", "id", frozenset({"name"})),
    }


def test_T3_a_relation_by_another_column_watches_that_column() -> None:
    found = planned(OfNotes)
    assert found.watched["wire_note"].content == {"profile_id"}
    assert found.watched["wire_profile"].content == {"person_id", "name"}
    assert found.watched["auth_user"].content == {"username"}


def test_T3_a_generated_value_watches_what_it_is_made_of() -> None:
    entity = declared(type("OfTariffs", (offline.LocalEntity,), {"model": Tariff, "attributes": ["doubled"]}))
    assert plan(entity, entity.rows(None)).watched["wire_tariff"].content == {"doubled", "rate"}


def test_T3_a_proxy_stands_for_its_table() -> None:
    class Proxy(Order):
        class Meta:
            app_label = "catalog"
            proxy = True

    found = planned(type("OfProxies", (OfOrders,), {"model": Proxy}), Proxy._default_manager.filter(number=1))
    assert not found.volatile
    assert found.followed == planned(OfOrders).followed
    assert found.watched["catalog_order"].member == {"number"}


# -- what cannot be made out


def test_T5_rows_of_another_model_are_not_trusted() -> None:
    entity = declared(OfOrders)
    assert plan(entity, Customer.objects.all()).volatile


def test_T5_a_query_class_of_others_is_not_trusted() -> None:
    class OwnQuery(models.sql.Query):
        pass

    entity = declared(OfOrders)
    rows: QuerySet[Any] = QuerySet(Order, query=OwnQuery(Order))
    assert plan(entity, rows).volatile


def test_T5_an_error_while_looking_is_no_error_of_the_pull(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Lower):
        def get_source_expressions(self) -> Any:
            raise ZeroDivisionError

    Broken.__module__ = "django.db.models.functions"
    entity = declared(type("OfBroken", (OfOrders,), {}))
    rows = Order.objects.filter(number=1)
    rows.query.where.children += [Broken("ship_city")]  # type: ignore[list-item]
    for _ in range(2):
        found = plan(entity, rows)
        assert found.volatile
        assert found.query == ""
        assert found.watched["catalog_customer"].content == {"company_name", "territory_id"}
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "OfBroken" in caplog.text


def test_T5_a_declaration_that_cannot_be_resolved_is_said() -> None:
    entity = declared(type("OfWrong", (OfOrders,), {"attributes": ["nothing"]}))
    with pytest.raises(DeclarationError):
        plan(entity, Order.objects.all())


# -- the hash


def test_T5_another_query_has_another_hash() -> None:
    entity = declared(OfOrders)
    rows = [
        O.all(), O.none(), O.filter(number=1), O.filter(number=2), O.exclude(number=1), O.filter(freight=1),
        O.filter(ship_city="1"), O.filter(ship_city__in=["1"]), O.filter(ship_city__in=["1", "2"]),
        O.filter(lines__quantity=1), O.filter(order_date=datetime.date(2026, 1, 1)),
        O.filter(customer__in=Customer.objects.filter(pk__in={1})), O.filter(Exists(LINES.filter(quantity__in={1}))),
        O.filter(customer__in=Customer.objects.filter(pk__in={2})), O.filter(Exists(LINES.filter(quantity__in={2}))),
    ]  # fmt: skip
    hashes = [plan(entity, one).query for one in rows]
    assert len(set(hashes)) == len(hashes)
    assert all(hashes)


def test_T5_what_is_shown_and_in_which_order_does_not_matter_to_the_hash() -> None:
    entity = declared(OfOrders)
    rows = O.filter(customer__city="Bern")
    known = plan(entity, rows).query
    for same in (rows.order_by("-number"), rows.select_related("customer"), rows.only("number"), rows.all()):
        assert plan(entity, same).query == known


def test_T5_long_JSON_parameters_do_not_look_alike() -> None:
    entity = declared(type("OfSpecimens", (offline.LocalEntity,), {"model": Specimen, "attributes": []}))
    long = {"a": "x" * 200}
    rows = [Specimen.objects.filter(json=long | {"b": b}) for b in (1, 2)]
    hashes = {plan(entity, one).query for one in rows}
    assert len(hashes) == 2
    found = plan(entity, Specimen.objects.filter(json__a__b__gt=3))
    assert not found.volatile
    assert found.watched["wire_specimen"].member == {"json"}


HASHES = """
import django; django.setup()
from django.db.models import *
from catalog.models import *
from syncapi.tracking.query_hash import query_hash
names = frozenset("abcdefghijklmnop")
cities = Supplier.objects.filter(code__in=names).values("city")
numbers = frozenset(range(50))
O, C = Order.objects, Customer.objects.order_by()
for rows in (
    O.filter(ship_city__in=names),
    O.filter(Q(number=1) | ~Q(customer__city__in=names)),
    O.filter(ship_city__in=cities),
    O.filter(Exists(Supplier.objects.filter(code__in=names, city=OuterRef("ship_city")))),
    O.annotate(x=Case(When(ship_city__in=names, then=1), default=2)).filter(x=1),
    O.exclude(lines__product__sku__in=names),
    O.filter(customer__in=C.filter(city__in=names).union(C.all()).values("pk")),
    O.annotate(c=FilteredRelation("lines", condition=Q(lines__product__in=numbers))).filter(c__isnull=False),
    O.filter(number__in={1, "2", None, 3.0}),
):
    print(query_hash(rows))
"""


def test_T5_equal_queries_have_equal_hashes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", HASHES],
            env=os.environ | {"PYTHONHASHSEED": str(seed), "DJANGO_SETTINGS_MODULE": "settings.test"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    (output,) = outputs
    assert len(set(output.split())) == len(output.split()) == 9


def test_T5_a_parameter_without_a_text_of_its_own_makes_a_query_volatile() -> None:
    class Odd(models.CharField):  # type: ignore[type-arg]
        def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
            return object()

    entity = declared(OfOrders)
    found = plan(entity, O.annotate(x=Value("x", output_field=Odd())).filter(x="y"))
    assert found.volatile
    assert found.query == ""


# -- what is watched beforehand


class Tracked(offline.ReadOnly):
    tracked = True


def watch(*entities: type[LocalEntity], anonymous: bool = False) -> dict[str, Watched]:
    return declared_watch([offline.OfflineApp("watch", title="Watch", entities=entities, anonymous=anonymous)])


def test_T1_entities_that_need_tracking_are_watched_and_no_others() -> None:
    class OfTracked(OfOrders):
        pattern = Tracked

    assert watch(OfLines) == {}
    assert watch(OfLines, OfTracked) == dict(planned(OfOrders).watched)


def test_T1_what_the_querysets_of_users_ask_about_is_watched() -> None:
    for number in range(50):
        User.objects.create(username=f"u{number}", is_superuser=number == 25)
    asked: list[Any] = []

    class OfScopes(OfOrders):
        pattern = Tracked

        def get_scope(self, user: Any) -> Any:
            asked.append(user)
            if isinstance(user, AnonymousUser):
                raise PermissionError
            return {"u0": "freight", "u25": "ship_name", "u49": "ship_city"}.get(user.username, "shipper")

        def get_queryset(self, scope: Any) -> QuerySet[Any]:
            if scope is None:
                raise ValueError
            return O.filter(**{f"{scope}__gt": 1})

    assert watch(OfScopes)["catalog_order"].member == {"freight", "ship_name", "ship_city", "shipper"}
    assert len(asked) <= 21
    asked.clear()
    assert watch(OfScopes, anonymous=True)["catalog_order"].member == set()
    assert len(asked) == 1


def test_T1_what_depends_on_names_is_watched() -> None:
    class OfDependent(OfOrders):
        pattern = Tracked
        depends_on = ["customer__territory__assignments__user", "customer__territory__users__email", "pk", "lines"]

    found = watch(OfDependent)
    assert {table: set(watched.member) for table, watched in found.items() if watched.member} == {
        "catalog_order": {"customer_id"},
        "catalog_customer": {"territory_id"},
        "catalog_territoryassignment": {"territory_id", "user_id"},
        "auth_user": {"email"},
        "catalog_orderline": {"order_id"},
    }

    class OfChild(OfChildren):
        pattern = Tracked
        depends_on = ["name", "jar__price"]

    found = watch(OfChild)
    assert found["wire_shelf"].member == {"name"}
    assert found["wire_jar"].member == {"shelf_id", "price"}


def test_T1_a_broken_entity_keeps_nothing_else_from_being_watched(caplog: pytest.LogCaptureFixture) -> None:
    class OfBroken(OfOrders):
        pattern = Tracked
        attributes = ["nothing"]
        depends_on = ["nothing__at__all", "number__more", "customer__nothing", "customer__city"]

        def get_scope(self, user: Any) -> Any:
            return User.objects.extra(where=["no_such_column = 1"]).count()

        def get_queryset(self, scope: Any) -> QuerySet[Any]:
            return O.extra(where=["no_such_column = 1"])

    class OfTracked(OfOrders):
        pattern = Tracked

    caplog.set_level("INFO", "haversack.tracking")
    found = watch(OfBroken, OfTracked)
    assert found["catalog_order"].content == planned(OfOrders).watched["catalog_order"].content
    assert found["catalog_customer"].member == {"city"}
    assert Order.objects.count() == 0  # the transaction around is not broken
    assert "OfBroken" in caplog.text


# -- cost


def test_T5_a_plan_costs_well_under_a_millisecond() -> None:
    entity = declared(OfOrders)
    rows = O.filter(customer__territory__in=frozenset(range(10)))
    plan(entity, rows)
    assert min(timeit.repeat(lambda: plan(entity, rows), number=50, repeat=5)) / 50 < 0.001
