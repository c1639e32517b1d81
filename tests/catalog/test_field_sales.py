"""What holds for people in the field, whatever way their changes come."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import ValidationError

from catalog.field_sales import FIRST_NUMBER
from catalog.models import Customer, Order, OrderLine, Product, StockCount, Territory, TerritoryAssignment
from catalog.offline import sales_app
from syncapi import offline
from syncapi.definition import app_definition
from syncapi.push.change import Op

pytestmark = pytest.mark.django_db


@pytest.fixture
def nancy() -> User:
    user = User.objects.create_user("nancy")
    for code in ("S", "N"):
        territory = Territory.objects.create(code=code, name=code)
        TerritoryAssignment.objects.create(territory=territory, user=user)
    Territory.objects.create(code="A", name="Somebody else's")
    return user


@pytest.fixture
def customer(nancy: User) -> Customer:
    territory = Territory.objects.get(code="N")
    return Customer.objects.create(
        code="ALFKI", company_name="Alfreds Futterkiste", address="Obere Str. 57", city="Berlin", territory=territory
    )


@pytest.fixture
def tea() -> Product:
    return Product.objects.create(sku="1", name="Tea", unit_price=Decimal("18.00"), units_in_stock=39)


def change(user: Any, op: Op, entity: str, **values: Any) -> offline.Change:
    return offline.Change(sales_app.entities[entity], op, user, uuid.uuid4(), values, None)


def create(user: User, instance: Any, entity: str) -> None:
    sales_app.entities[entity].perform_create(instance, change(user, "create", entity))


def update(user: User, instance: Any, entity: str, **values: Any) -> None:
    for name, value in values.items():
        setattr(instance, name, value)
    sales_app.entities[entity].perform_update(instance, change(user, "update", entity, **values))


def line(user: User, customer: Customer, product: Product, quantity: int) -> OrderLine:
    order = Order(customer=customer)
    create(user, order, "LocalOrder")
    made = OrderLine(order=order, product=product, unit_price=product.unit_price, quantity=quantity)
    create(user, made, "LocalOrderLine")
    return made


def test_an_order_from_a_device_gets_its_number_who_took_it_and_where_it_goes(nancy: User, customer: Customer) -> None:
    order = Order(customer=customer)
    create(nancy, order, "LocalOrder")
    order.refresh_from_db()
    assert (order.number, order.taken_by) == (FIRST_NUMBER + order.pk, nancy)
    assert (order.ship_name, order.ship_address, order.ship_city) == ("Alfreds Futterkiste", "Obere Str. 57", "Berlin")


def test_an_order_goes_where_somebody_said(nancy: User, customer: Customer) -> None:
    order = Order(customer=customer, ship_city="Potsdam")
    create(nancy, order, "LocalOrder")
    order.refresh_from_db()
    assert (order.ship_name, order.ship_address, order.ship_city) == ("", "", "Potsdam")


def refused(user: User, made: OrderLine, **values: Any) -> list[str]:
    with pytest.raises(ValidationError) as error:
        update(user, OrderLine.objects.get(pk=made.pk), "LocalOrderLine", **values)
    assert list(error.value.message_dict) == ["quantity"]
    return error.value.message_dict["quantity"]


def test_W3_more_than_is_in_stock_is_refused_at_the_quantity(nancy: User, customer: Customer, tea: Product) -> None:
    with pytest.raises(ValidationError) as error:
        line(nancy, customer, tea, 40)
    assert error.value.message_dict == {"quantity": ["Only 39 of Tea are in stock."]}
    made = line(nancy, customer, tea, 39)
    assert refused(nancy, made, quantity=40) == ["Only 39 of Tea are in stock."]


def test_what_was_agreed_stays_agreed_when_stock_falls(nancy: User, customer: Customer, tea: Product) -> None:
    made = line(nancy, customer, tea, 30)
    Product.objects.update(units_in_stock=1)
    update(nancy, OrderLine.objects.get(pk=made.pk), "LocalOrderLine", discount=Decimal("0.1"))
    update(nancy, OrderLine.objects.get(pk=made.pk), "LocalOrderLine", quantity=20)
    assert OrderLine.objects.get(pk=made.pk).quantity == 20
    assert refused(nancy, made, quantity=30) == ["Only 1 of Tea is in stock."]
    Product.objects.update(units_in_stock=0)
    assert refused(nancy, made, quantity=30) == ["Tea is out of stock."]
    coffee = Product.objects.create(sku="2", name="Coffee", units_in_stock=5)
    assert refused(nancy, made, product=coffee) == ["Only 5 of Coffee are in stock."]


def test_a_new_customer_belongs_to_a_territory_of_who_found_them(nancy: User) -> None:
    create(nancy, Customer(code="NEW", company_name="New"), "LocalCustomer")
    assert Customer.objects.get(code="NEW").territory == Territory.objects.get(code="N")
    create(nancy, Customer(code="OWN", company_name="Own", territory=Territory.objects.get(code="S")), "LocalCustomer")
    assert Customer.objects.get(code="OWN").territory == Territory.objects.get(code="S")


def test_who_counted_last_is_who_counted(nancy: User, tea: Product) -> None:
    count = StockCount(product=tea, place="A-01", counted=7, counted_at=datetime.datetime.now(datetime.UTC))
    create(nancy, count, "LocalStockCount")
    assert StockCount.objects.get().counted_by == nancy
    andrew = User.objects.create_user("andrew")
    update(andrew, count, "LocalStockCount", counted=8)
    saved = StockCount.objects.get()
    assert (saved.counted, saved.counted_by) == (8, andrew)


def test_S1_each_carries_their_own_territories_and_what_belongs_to_them(nancy: User, customer: Customer) -> None:
    other = Customer.objects.create(code="X", company_name="X", territory=Territory.objects.get(code="A"))
    Order.objects.create(customer=other)
    own = Order.objects.create(customer=customer)
    carried = {
        name: set(entity.get_queryset(entity.get_scope(nancy)).values_list("pk", flat=True))
        for name, entity in sales_app.entities.items()
    }
    assert carried["LocalTerritory"] == set(Territory.objects.exclude(code="A").values_list("pk", flat=True))
    assert (carried["LocalCustomer"], carried["LocalOrder"]) == ({customer.pk}, {own.pk})
    entity = sales_app.entities["LocalTerritory"]
    assert not entity.get_queryset(entity.get_scope(AnonymousUser())).exists()


def test_W4_people_may_on_a_device_what_they_may_in_the_admin(nancy: User) -> None:
    def may() -> dict[str, dict[str, bool]]:
        entities = app_definition(sales_app, User.objects.get(pk=nancy.pk))["entities"]
        return {one["name"]: one["writable"] for one in entities if "writable" in one}

    assert set(may()) == {"LocalCustomer", "LocalOrder", "LocalOrderLine", "LocalStockCount"}
    assert may()["LocalCustomer"] == {"create": False, "update": False, "delete": False}
    nancy.user_permissions.add(Permission.objects.get(codename="change_customer"))
    assert may()["LocalCustomer"] == {"create": False, "update": True, "delete": False}
    assert may()["LocalOrder"] == {"create": False, "update": False, "delete": False}


def test_lines_are_edited_within_their_order(nancy: User) -> None:
    entities = {one["name"]: one for one in app_definition(sales_app, nancy)["entities"]}
    assert entities["LocalOrder"]["inlines"] == [{"entity": "LocalOrderLine", "relation": "order"}]
    editable = {
        name: [one["name"] for one in entity["attributes"] if one.get("editable")] for name, entity in entities.items()
    }
    assert editable["LocalOrderLine"] == ["order", "product", "quantity", "unit_price", "discount"]
    assert "number" not in editable["LocalOrder"]
    assert "customer" in editable["LocalOrder"]
    assert editable["LocalProduct"] == []
