"""Entities, and querysets of every kind, with what each depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import models
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

from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory
from syncapi import offline
from syncapi.entities import LocalEntity
from syncapi.tracking.plan import Plan, plan
from tests.wire.models import Child, Note, Pointer, Profile

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


class OfProfiles(offline.LocalEntity):
    model = Profile
    attributes = ["name"]


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
    "not, through relations that may be empty": Kind(
        OfCategories,
        lambda: C.exclude(parent__parent__name="Food"),
        follows="parent parent__parent",
        member="category.parent_id category.name",
    ),
    "join that loses what points nowhere": Kind(
        OfProfiles,
        lambda: Profile.objects.annotate(username=F("person__username")),
        follows="person",
        member="profile.person_id",
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
