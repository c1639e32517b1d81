"""T5: rows enter and leave a scope however it comes about, only what differs travels, and no key outside is named."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import isolate_apps

from catalog.models import Customer, Order, OrderLine, Territory, TerritoryAssignment
from syncapi import offline
from syncapi.testing import FakeDevice
from tests.tracking.field import OWN, check_equal, declared, field_app, territory, user
from tests.wire.models import Jar, Shelf
from tests.wire.offline import LocalJar

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    with declared(field_app):
        yield


@pytest.fixture
def territories() -> list[Territory]:
    return [territory(number) for number in (1, 2, 3, 4)]


@pytest.fixture
def nancy(territories: list[Territory]) -> User:
    return user("nancy", territories[0], territories[1])


@pytest.fixture
def device(nancy: User) -> FakeDevice:
    device = FakeDevice(nancy)
    device.sync("field")
    assert device.sync("field").rows_received == 0
    return device


def seen(device: FakeDevice) -> bytes:
    """Everything that ever came, with what is inside of the cursors."""
    raw = b"\n".join(device.recording)
    cursors = re.findall(rb'"cursor":"([^"]+)"', raw)
    assert cursors
    inside = [base64.urlsafe_b64decode(cursor + b"=" * (-len(cursor) % 4)) for cursor in cursors]
    assert all(one.startswith(b"{") for one in inside)
    return raw + b"\n" + b"\n".join(inside)


def names_keys_of(content: bytes, number: int) -> bool:
    """Whether it names a key that `territory()` made for this number, or one of its texts."""
    return re.search(rf"(?<!\d){number}0000000\d{{4}}(?!\d)|Territory{number}\b".encode(), content) is not None


def test_T5_the_search_for_keys_finds_them(territories: list[Territory], device: FakeDevice) -> None:
    assert names_keys_of(seen(device), 1)
    assert names_keys_of(seen(device), 2)
    assert not names_keys_of(seen(device), 3)


def test_T5_a_territory_lost_and_one_gained_though_no_row_changed(
    nancy: User, territories: list[Territory], device: FakeDevice
) -> None:
    TerritoryAssignment.objects.filter(user=nancy, territory=territories[0]).delete()
    TerritoryAssignment.objects.create(user=nancy, territory=territories[3])
    device.recording.clear()
    result = device.sync("field")
    for name in OWN:
        one = result.entities[name]
        assert (one.reset, one.mode) == ("scope", "ranges")
        assert {key // 10_000_000_000 for key in one.altered} == {4}
        assert {key // 10_000_000_000 for key in one.removed} == {1}
        assert {row["id"] // 10_000_000_000 for row in device.rows("field", name)} == {2, 4}
    check_equal(device, "field")
    assert not names_keys_of(seen(device), 3)
    # What left is not named either, except as the bound that the device itself gave to a range.
    assert not re.search(rb"Company1|City1|C1\d{9}", seen(device))
    assert device.sync("field").unchanged


def test_T5_lost_altogether(nancy: User, device: FakeDevice) -> None:
    TerritoryAssignment.objects.filter(user=nancy).delete()
    device.recording.clear()
    device.sync("field")
    assert all(device.rows("field", name) == [] for name in OWN)
    assert not re.search(rb"Company\d|City\d|[123]0000000\d{4}", seen(device))
    assert device.sync("field").unchanged


def _own_column(territories: list[Territory]) -> None:
    Customer.objects.filter(territory=territories[0], code__endswith="1007").update(territory=territories[2])


def _to_nowhere(territories: list[Territory]) -> None:
    Customer.objects.filter(territory=territories[0], code__endswith="1007").update(territory=None)


def _deleted(territories: list[Territory]) -> None:
    _own_delete(Customer.objects.get(territory=territories[0], code__endswith="1007"))


def _own_delete(customer: Customer) -> None:
    Order.objects.filter(customer=customer).delete()  # its lines by cascade
    customer.delete()


def _set_null(territories: list[Territory]) -> None:
    territories[0].delete()


def _another_key(territories: list[Territory]) -> None:
    line = OrderLine.objects.get(order__customer__territory=territories[0], order__customer__code__endswith="1007")
    OrderLine.objects.filter(pk=line.pk).update(id=line.pk + 5)


def _key_of_another(territories: list[Territory]) -> None:
    """A row of another scope takes the key of one that was here."""
    line = OrderLine.objects.get(order__customer__territory=territories[0], order__customer__code__endswith="1007")
    other = OrderLine.objects.filter(order__customer__territory=territories[2]).latest("pk")
    key = line.pk
    line.delete()
    OrderLine.objects.filter(pk=other.pk).update(id=key)


def _order_handed_over(territories: list[Territory]) -> None:
    """The row pointed to is another one, of another scope."""
    other = Customer.objects.filter(territory=territories[2]).latest("pk")
    Order.objects.filter(customer__territory=territories[0]).update(customer=other)


def _raw_truncate(territories: list[Territory]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE catalog_orderline")
        else:
            cursor.execute("DELETE FROM catalog_orderline")


LEAVING: dict[str, tuple[Callable[[list[Territory]], None], dict[str, int]]] = {
    "own column, and through it the rows below": (_own_column, dict.fromkeys(OWN, 1)),
    "a column that becomes NULL": (_to_nowhere, dict.fromkeys(OWN, 1)),
    "deletion with a cascade": (_deleted, dict.fromkeys(OWN, 1)),
    "SET NULL after a deletion": (_set_null, dict.fromkeys(OWN, 3)),
    "another key": (_another_key, {"FieldLine": 1}),
    "a key that a row of another scope takes": (_key_of_another, {"FieldLine": 1}),
    "the foreign key": (_order_handed_over, {"FieldOrder": 3, "FieldLine": 3}),
    "everything at once": (_raw_truncate, {"FieldLine": 6}),
}
COMPARED = {"SET NULL after a deletion", "everything at once"}  # the scope changes too; TRUNCATE tells no rows


@pytest.mark.parametrize("way", LEAVING)
def test_T5_rows_leave_by(way: str, territories: list[Territory], device: FakeDevice) -> None:
    leave, expected = LEAVING[way]
    device.recording.clear()
    leave(territories)
    result = device.sync("field")
    assert {name: len(result.entities[name].removed) for name in OWN if result.entities[name].removed} == expected
    if way not in COMPARED:
        assert {one.reset for one in result.entities.values()} == {None}
    check_equal(device, "field")
    assert device.sync("field").rows_received == 0
    content = seen(device)
    assert not names_keys_of(content, 3)
    assert not names_keys_of(content, 4)
    if way in COMPARED:
        return  # there the device named the bounds of ranges, and gets them back
    for name in OWN:  # a removed row is told by its neighbours
        for key in result.entities[name].removed:
            assert not re.search(rf"(?<!\d){key}(?!\d)".encode(), content)


def test_T5_what_enters_by_a_row_pointed_to_is_delivered(territories: list[Territory], device: FakeDevice) -> None:
    Customer.objects.filter(territory=territories[2]).update(territory=territories[0])
    result = device.sync("field")
    assert {name: len(result.entities[name].altered) for name in OWN} == dict.fromkeys(OWN, 3)
    assert {one.reset for one in result.entities.values()} == {None}
    check_equal(device, "field")


def test_T5_in_and_out_between_two_syncs(territories: list[Territory], device: FakeDevice) -> None:
    moved = Customer.objects.filter(territory=territories[2])
    keys = list(moved.values_list("pk", flat=True))
    moved.update(territory=territories[0])
    Customer.objects.filter(pk__in=keys).update(territory=territories[2])
    assert device.sync("field").rows_received == 0
    check_equal(device, "field")
    assert not names_keys_of(seen(device), 3)


def test_T5_changes_elsewhere_tell_nothing(territories: list[Territory], device: FakeDevice) -> None:
    device.recording.clear()
    Customer.objects.filter(territory=territories[2]).update(company_name="Other")
    Order.objects.filter(customer__territory=territories[2]).update(ship_city="Other")
    OrderLine.objects.filter(order__customer__territory=territories[2]).update(quantity=9)
    result = device.sync("field")
    assert {result.entities[name].mode for name in OWN} == {"unchanged"}
    assert result.requests == 1


def test_T5_only_ranges_that_differ_travel(nancy: User, territories: list[Territory]) -> None:
    """Three segments of customers, and a scope that takes two rows from the second."""
    wide = Territory.objects.create(code="W", name="Wide")
    some = Territory.objects.create(code="S", name="Some")
    base = 90_000_000_000
    Customer.objects.bulk_create(
        Customer(pk=base + n, code=f"w{n}", company_name=f"W{n}", territory=some if n in (1500, 1501) else wide)
        for n in range(3000)
    )
    mary: Any = user("mary", wide, some)
    device = FakeDevice(mary)
    assert device.sync("field").entities["FieldCustomer"].rows_received == 3000
    TerritoryAssignment.objects.filter(user=mary, territory=some).delete()
    result = device.sync("field").entities["FieldCustomer"]
    assert result.removed == [base + 1500, base + 1501]
    assert result.altered == []
    assert result.rows_received == 998  # of 3,000
    check_equal(device, "field")


def test_T5_a_device_that_was_away_longer_than_tombstones_are_kept(
    territories: list[Territory], device: FakeDevice
) -> None:
    """Its token is gone with them."""
    Customer.objects.filter(territory=territories[0], code__endswith="2007").update(company_name="Later")
    _deleted(territories)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapi_history")
        cursor.execute("DELETE FROM syncapi_change WHERE deleted = %s", [True])
    result = device.sync("field")
    assert {result.entities[name].reset for name in OWN} == {"history"}
    assert {name: len(result.entities[name].removed) for name in OWN} == dict.fromkeys(OWN, 1)
    check_equal(device, "field")
    assert device.sync("field").rows_received == 0


def test_T5_rows_that_the_base_manager_hides_leave_and_stay_all_the_same(db: Any) -> None:
    """A project's `base_manager_name` says what Django finds for itself, not what somebody carries."""

    class Sealed(models.Manager[Jar]):
        def get_queryset(self) -> models.QuerySet[Jar]:
            return super().get_queryset().exclude(state="o")

    with isolate_apps("tests.wire"):

        class SealedJar(Jar):
            objects = models.Manager()
            sealed = Sealed()

            class Meta:
                app_label = "wire"
                proxy = True
                base_manager_name = "sealed"

    class OnShelfA(LocalJar):
        model = SealedJar
        pattern = offline.ReadOnlyOptimized

        def get_queryset(self, scope: Any) -> Any:
            return SealedJar.objects.filter(shelf__name__startswith="A")

    class Cheapest(OnShelfA):
        def get_queryset(self, scope: Any) -> Any:
            return SealedJar.objects.order_by("price", "pk")[:2]

    app = offline.OfflineApp("sealed", title="Sealed", anonymous=True, entities=[OnShelfA, Cheapest])
    with declared(app):
        shelves = [Shelf.objects.create(name=name) for name in ("A1", "A2")]
        # Keys of their own: those of earlier tests may have grown beyond what travels as a number.
        jars = [
            Jar.objects.create(pk=pk, name="jar", price=1, shelf=shelf, state="o")
            for pk, shelf in enumerate(shelves, start=1)
        ]
        device = FakeDevice(None)
        device.sync("sealed")
        assert {row["id"] for row in device.rows("sealed", "Cheapest")} == {jar.pk for jar in jars}
        Shelf.objects.filter(pk=shelves[0].pk).update(name="B1")
        result = device.sync("sealed").entities["OnShelfA"]
        assert (result.mode, result.removed) == ("delta", [jars[0].pk])
