"""The field sales app as devices use it: what they send, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from catalog.demo import PASSWORD, make_demo_users
from catalog.field_sales import FIRST_NUMBER
from catalog.models import Customer, Interest, Order, Product, StockCount, Territory
from syncapi.models import PushedChange
from tests.push.conftest import Json, Pusher, create, delete, grouped, local, update

pytestmark = pytest.mark.django_db

MakePusher = Callable[[str], Pusher]


@pytest.fixture
def device() -> MakePusher:
    make_demo_users()

    def made(name: str) -> Pusher:
        pusher = Pusher("sales")
        pusher.sign_in(name, PASSWORD)
        return pusher

    return made


def customer_of(name: str) -> Customer:
    found = Customer.objects.filter(territory__users__username=name).order_by("pk").first()
    assert found is not None
    return found


def products(count: int, stock: int = 50) -> list[Product]:
    return [
        Product.objects.create(sku=f"own-{number}", name=f"Tea {number}", unit_price=18, units_in_stock=stock)
        for number in range(count)
    ]


def order_with_lines(customer: Customer, some: list[Product], quantity: int = 2) -> list[Json]:
    order = create("LocalOrder", local(1), {"customer": customer.pk, "order_date": "2026-03-02"})
    lines = [
        create(
            "LocalOrderLine",
            local(10 + at),
            {
                "order": local(1),
                "product": product.pk,
                "quantity": quantity,
                "unit_price": str(product.unit_price),
                "discount": "0.050",
            },
            depends_on=[order["id"]],
        )
        for at, product in enumerate(some)
    ]
    return grouped(order, *lines)


def test_W5_an_order_with_its_lines_arrives_once_as_one(device: MakePusher) -> None:
    nancy, before = device("nancy"), Order.objects.count()
    sent = order_with_lines(customer_of("nancy"), products(5))
    first = nancy.push(*sent)
    assert [one["status"] for one in first] == ["applied"] * 6
    assert nancy.push(*sent) == nancy.push(*sent) == first  # its answer was lost
    order = Order.objects.get(pk=first[0]["key"])
    assert Order.objects.count() == before + 1
    assert (order.number, str(order.taken_by)) == (FIRST_NUMBER + order.pk, "nancy")
    assert [str(line.unit_price) for line in order.lines.all()] == ["18.00"] * 5
    assert str(order.lines_total) == "171.00"


def test_W3_a_line_of_more_than_there_is_keeps_its_order_back_and_no_other(device: MakePusher) -> None:
    nancy, before = device("nancy"), Order.objects.count()
    (tea,) = products(1, stock=3)
    told = nancy.push(
        *order_with_lines(customer_of("nancy"), [tea], quantity=4),
        create("LocalOrder", local(2), {"customer": customer_of("nancy").pk, "order_date": "2026-03-02"}),
    )
    assert [one["status"] for one in told] == ["rejected", "rejected", "applied"]
    assert (told[0]["error"]["code"], told[1]["error"]["code"]) == ("group", "invalid_values")
    assert told[1]["error"]["fields"] == {"quantity": ["Only 3 of Tea 0 are in stock."]}
    assert Order.objects.count() == before + 1
    noted = PushedChange.objects.filter(entity="LocalOrderLine").latest("pk")
    assert (noted.status, noted.code, noted.user) == ("rejected", "invalid_values", User.objects.get(username="nancy"))


def test_C2_two_who_change_different_attributes_of_a_customer_do_not_conflict(device: MakePusher) -> None:
    nancy, customer = device("nancy"), customer_of("nancy")
    base = nancy.version("LocalCustomer", customer.pk)
    Customer.objects.filter(pk=customer.pk).update(phone="030")
    changed: Any = update("LocalCustomer", customer.pk, {"city": "Kiel"}, {"city": customer.city}, base=base)
    assert nancy.push(changed)[0]["status"] == "applied"
    both = update("LocalCustomer", customer.pk, {"phone": "040"}, {"phone": customer.phone}, base=base)
    (conflict,) = nancy.push(both)
    assert (conflict["status"], conflict["attributes"], conflict["theirs"]["phone"]) == ("conflict", ["phone"], "030")
    customer.refresh_from_db()
    assert (customer.city, customer.phone) == ("Kiel", "030")


def test_what_a_customer_likes_travels_with_the_customer(device: MakePusher) -> None:
    nancy, customer = device("nancy"), customer_of("nancy")
    fish, tea, *_ = Interest.objects.order_by("-name")
    customer.interests.set([fish])
    base = nancy.version("LocalCustomer", customer.pk)
    change = update("LocalCustomer", customer.pk, {"interests": [fish.pk, tea.pk]}, {"interests": [fish.pk]}, base=base)
    assert nancy.push(change)[0]["status"] == "applied"
    assert set(customer.interests.all()) == {fish, tea}
    again = update("LocalCustomer", customer.pk, {"interests": []}, {"interests": [fish.pk]}, base=base)
    assert nancy.push(again)[0]["status"] == "conflict"
    assert set(customer.interests.all()) == {fish, tea}


def test_of_two_stock_counts_of_one_place_the_last_one_stands(device: MakePusher) -> None:
    nancy, andrew = device("nancy"), device("andrew")
    (tea,) = products(1)
    values = {"product": tea.pk, "place": "A-01", "counted": 7, "counted_at": "2026-03-02T07:30:00.000000Z"}
    (made,) = nancy.push(create("LocalStockCount", local(1), values))
    counted = [
        one.push(update("LocalStockCount", made["key"], {"counted": number}, {"counted": 7}, base=made["version"]))[0]
        for one, number in ((nancy, 8), (andrew, 9))
    ]
    assert [one["status"] for one in counted] == ["applied", "applied"]
    count = StockCount.objects.get(pk=made["key"])
    assert (count.counted, str(count.counted_by)) == (9, "andrew")


def test_a_customer_found_on_the_way_is_in_the_finders_territory(device: MakePusher) -> None:
    nancy = device("nancy")
    (made,) = nancy.push(create("LocalCustomer", local(1), {"code": "NEW", "company_name": "New"}))
    assert made["status"] == "applied"
    first = Territory.objects.filter(users__username="nancy").order_by("code").first()
    assert Customer.objects.get(pk=made["key"]).territory == first
    (same,) = nancy.push(create("LocalCustomer", local(2), {"code": "NEW", "company_name": "Newer"}))
    assert (same["status"], list(same["error"]["fields"])) == ("rejected", ["code"])


def test_S1_nobody_writes_into_the_territory_of_somebody_else(device: MakePusher) -> None:
    nancy, theirs = device("nancy"), customer_of("andrew")
    territory = theirs.territory_id
    own = customer_of("nancy")
    told = nancy.push(
        update("LocalCustomer", theirs.pk, {"city": "Kiel"}, {"city": theirs.city}, base=0),
        update("LocalCustomer", own.pk, {"territory": territory}, {"territory": own.territory_id}, base=0),
        create("LocalOrder", local(1), {"customer": theirs.pk, "order_date": "2026-03-02"}),
        delete("LocalCustomer", own.pk),
        update("LocalOrder", own.orders.all()[0].pk, {"number": 1}, {"number": None}, base=0),
    )
    assert [one["status"] for one in told] == ["gone", "rejected", "rejected", "rejected", "rejected"]
    assert [one["error"]["code"] for one in told[3:]] == ["permission_denied", "invalid_values"]
    assert list(told[4]["error"]["fields"]) == ["number"]
    theirs.refresh_from_db()
    assert theirs.city != "Kiel"
    assert not Order.objects.filter(customer=theirs, order_date="2026-03-02").exists()
