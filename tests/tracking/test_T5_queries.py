"""T5: rows enter and leave by querysets that foreign keys do not follow: many to many, subqueries, time, permission."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from catalog.models import Customer, Order, OrderLine, Product, TerritoryAssignment
from syncapi import entities as framework
from syncapi import offline
from syncapi.testing import FakeDevice
from tests.tracking.field import check_equal, declared, query, territory, user
from tests.wire.models import ByDateTime

pytestmark = pytest.mark.django_db(transaction=True)


class OfUsers(offline.LocalEntity):
    """Along a many-to-many, where a customer may be found twice."""

    model = Customer
    attributes = ["company_name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Customer.objects.filter(territory__users__is_active=True)


class InSubquery(offline.LocalEntity):
    model = Product
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Product.objects.filter(pk__in=OrderLine.objects.filter(quantity__gte=5).values("product"))


class ThatExist(offline.LocalEntity):
    model = Product
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Product.objects.filter(~Exists(OrderLine.objects.filter(product=OuterRef("pk"), quantity__gte=5)))


class Counted(offline.LocalEntity):
    model = Customer
    attributes = ["company_name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Customer.objects.annotate(count=Count("orders")).filter(count__gte=2)


class FirstFew(offline.LocalEntity):
    model = Customer
    attributes = ["company_name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Customer.objects.order_by("company_name")[:2]


class Published(offline.LocalEntity):
    """By the clock of the web server."""

    model = ByDateTime
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized
    now = timezone.now

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return ByDateTime.objects.filter(key__lte=type(self).now())


class PublishedThere(offline.LocalEntity):
    """By the clock of the database."""

    model = ByDateTime
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return ByDateTime.objects.filter(key__lte=Now())


class Permitted(offline.LocalEntity):
    model = Product
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized

    def get_scope(self, user: framework.User) -> Hashable:
        assert isinstance(user, User | AnonymousUser)
        return user.has_perm("catalog.view_product")

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Product.objects.all() if scope else Product.objects.none()


queries_app = offline.OfflineApp(
    "queries",
    title="Queries",
    entities=[OfUsers, InSubquery, ThatExist, Counted, FirstFew, Published, PublishedThere, Permitted],
)


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    with declared(queries_app):
        yield


@pytest.fixture
def nancy(app: None) -> User:
    one, two = territory(1), territory(2)
    nancy = user("nancy", one)
    TerritoryAssignment.objects.create(territory=one, user=user("andrew"))  # the join finds customers twice
    TerritoryAssignment.objects.create(territory=two, user=User.objects.create_user("idle", is_active=False))
    Product.objects.create(sku="q", name="Q")
    return nancy


@pytest.fixture
def device(nancy: User) -> FakeDevice:
    device = FakeDevice(nancy)
    device.sync("queries")
    assert device.sync("queries").unchanged
    return device


def line(at: int) -> Any:
    return OrderLine.objects.filter(pk=10_000_000_007 + at * 1000 + 200)


CHANGES: dict[str, tuple[str, Callable[[], Any], int, int]] = {
    "a row of the join is written": (
        "OfUsers", lambda: User.objects.filter(username="idle").update(is_active=True), 3, 0,
    ),
    "a row of the join is deleted": (
        "OfUsers", lambda: TerritoryAssignment.objects.filter(territory__code="T1").delete(), 0, 3,
    ),
    "one of two rows of the join is deleted": (
        "OfUsers", lambda: TerritoryAssignment.objects.filter(user__username="andrew").delete(), 0, 0,
    ),
    "the subquery finds more": ("InSubquery", lambda: line(0).update(quantity=5), 1, 0),
    "EXISTS finds more": ("ThatExist", lambda: line(0).update(quantity=5), 0, 1),
    "a count rises": (
        "Counted", lambda: Order.objects.filter(pk=20_000_000_107).update(customer=10_000_000_007), 1, 0,
    ),
    "another row is among the first": (
        "FirstFew", lambda: Customer.objects.filter(pk=20_000_000_007).update(company_name="A"), 1, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_T5_membership_follows(name: str, device: FakeDevice) -> None:
    entity, change, entered, left = CHANGES[name]
    change()
    result = device.sync("queries").entities[entity]
    assert (len(result.altered), len(result.removed)) == (entered, left)
    check_equal(device, "queries", [entity])
    again = device.sync("queries").entities[entity]
    assert (again.reset, again.rows_received) == (None, 0)


def test_T5_a_change_that_moves_nobody_is_no_reset(device: FakeDevice) -> None:
    """Tables that decide were written, and the keys in scope are the same."""
    line(0).update(quantity=4)
    User.objects.filter(username="nancy").update(last_name="Davolio")
    Customer.objects.filter(pk=10_000_001_007).update(company_name="Company10000001007, renamed")
    result = device.sync("queries")
    assert {name: one.reset for name, one in result.entities.items() if one.reset} == {}
    assert result.entities["OfUsers"].changed == [10_000_001_007]
    check_equal(device, "queries")


def test_T5_a_row_counts_when_its_time_comes(nancy: User, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
    keys = [noon + datetime.timedelta(hours=hour) for hour in range(6)]
    ByDateTime.objects.bulk_create(ByDateTime(key=key, name=f"at {key.hour}") for key in keys)
    device = FakeDevice(nancy)
    for hour in range(6):
        monkeypatch.setattr(Published, "now", lambda hour=hour: keys[hour])
        result = device.sync("queries").entities["Published"]
        assert len(result.altered) == 1
        assert len(device.rows("queries", Published)) == hour + 1
        # A clock that goes on is no reason to compare, once it is known for one.
        monkeypatch.setattr(Published, "now", lambda hour=hour: keys[hour] + datetime.timedelta(minutes=1))
        device.sync("queries")
        monkeypatch.setattr(Published, "now", lambda hour=hour: keys[hour] + datetime.timedelta(minutes=2))
        ByDateTime.objects.filter(key=keys[0]).update(name=f"renamed {hour}")
        result = device.sync("queries").entities["Published"]
        assert (result.mode, result.reset, result.rows_received) == ("delta", None, 1)
    monkeypatch.setattr(Published, "now", lambda: keys[1])  # back
    assert len(device.sync("queries").entities["Published"].removed) == 4
    check_equal(device, "queries")


def test_T5_the_time_of_the_database_counts_too(device: FakeDevice) -> None:
    soon = timezone.now() + datetime.timedelta(seconds=5)  # the first sync comes before it, also on a busy machine
    ByDateTime.objects.create(key=soon, name="soon")
    assert device.sync("queries").entities["PublishedThere"].altered == []
    pause = threading.Event()
    while not ByDateTime.objects.filter(key__lte=Now()).exists():
        pause.wait(0.05)
    result = device.sync("queries").entities["PublishedThere"]
    assert (result.reset, len(result.altered)) == ("query", 1)
    assert device.sync("queries").entities["PublishedThere"].reset is None


def test_T5_a_permission_given_and_taken(nancy: User, device: FakeDevice) -> None:
    permission = Permission.objects.get(codename="view_product")
    assert device.rows("queries", Permitted) == []
    nancy.user_permissions.add(permission)
    assert len(device.sync("queries").entities["Permitted"].altered) == 2
    check_equal(device, "queries")
    assert device.sync("queries").entities["Permitted"].mode == "unchanged"
    nancy.user_permissions.remove(permission)
    assert len(device.sync("queries").entities["Permitted"].removed) == 2
    assert device.rows("queries", Permitted) == []


def test_T5_columns_found_late_are_noted_and_nothing_is_missed(nancy: User, device: FakeDevice) -> None:
    """Before triggers watch what a queryset asks, each pull reads the keys in scope."""
    from syncapi.tracking.install import install
    from syncapi.tracking.watched import Watched

    install({"catalog_customer": Watched("catalog_customer", "id", frozenset({"company_name"}))})
    device.sync("queries")
    Customer.objects.filter(pk=10_000_000_007).update(territory=None)
    result = device.sync("queries").entities["OfUsers"]
    assert result.removed == [10_000_000_007]
    assert ("catalog_customer", "territory_id") in query("SELECT name, column_name FROM syncapi_need")
    install()
    device.sync("queries")
    Customer.objects.filter(pk=10_000_001_007).update(territory=None)
    assert device.sync("queries").entities["OfUsers"].removed == [10_000_001_007]
    check_equal(device, "queries")
