"""What people without a device do: in the admin, by code, and with SQL that no code sees. All of it can be repeated."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import connection, models

from catalog.models import Customer, Interest, Order, OrderLine, Product, StockCount, Territory, TerritoryAssignment
from syncapi.registry import registry
from syncapi.testing import FakeDevice

DAY = datetime.date(2026, 3, 2)


class Dice:
    """Chooses by the numbers it was given, over and over."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = self._over(numbers)

    @staticmethod
    def _over(numbers: list[int]) -> Iterator[int]:
        while True:
            yield from numbers

    def below(self, most: int) -> int:
        return next(self._numbers) % most

    def one(self, rows: models.QuerySet[Any]) -> Any:
        """None where there is none."""
        found = list(rows.order_by("pk"))
        return found[self.below(len(found))] if found else None


def save_customer(dice: Dice, text: str) -> str:
    customer = dice.one(Customer.objects.all())
    name = ("phone", "city", "contact_name")[dice.below(3)]
    setattr(customer, name, text)
    customer.save()
    return f"saves {name} of customer {customer.pk}"


def update_customers(dice: Dice, text: str) -> str:
    territory = dice.one(Territory.objects.all())
    count = Customer.objects.filter(territory=territory).update(city=text)
    return f"updates {count} customers of territory {territory.pk} at once"


def sql_customer(dice: Dice, text: str) -> str:
    customer = dice.one(Customer.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_customer SET phone = %s WHERE id = %s", [text, customer.pk])
    return f"sets the phone of customer {customer.pk} by SQL"


def move_customer(dice: Dice, _text: str) -> str:
    customer, territory = dice.one(Customer.objects.all()), dice.one(Territory.objects.all())
    customer.territory = territory if dice.below(6) else None
    customer.save(update_fields=["territory"])
    return f"moves customer {customer.pk} to territory {customer.territory_id}"


def set_interests(dice: Dice, _text: str) -> str:
    customer = dice.one(Customer.objects.all())
    customer.interests.set([interest for interest in Interest.objects.order_by("pk") if dice.below(2)])
    return f"sets the interests of customer {customer.pk}"


def make_order(dice: Dice, text: str) -> str:
    customer = dice.one(Customer.objects.all())
    order = Order.objects.create(customer=customer, order_date=DAY, ship_city=text, ship_country=text)
    product = dice.one(Product.objects.all())
    OrderLine.objects.create(order=order, product=product, unit_price=product.unit_price, quantity=1)
    return f"makes order {order.pk}"


def ship_order(dice: Dice, text: str) -> str:
    order = dice.one(Order.objects.all())
    if order is None:
        return "has no order to ship"
    Order.objects.filter(pk=order.pk).update(shipped_date=order.order_date, shipper=text, ship_city=text)
    return f"ships order {order.pk}"


def delete_order(dice: Dice, _text: str) -> str:
    order = dice.one(Order.objects.all())
    if order is None:
        return "has no order to delete"
    told = f"deletes order {order.pk}"
    order.delete()
    return told


def sql_delete_order(dice: Dice, _text: str) -> str:
    order = dice.one(Order.objects.all())
    if order is None:
        return "has no order to delete"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_orderline WHERE order_id = %s", [order.pk])
        cursor.execute("DELETE FROM catalog_order WHERE id = %s", [order.pk])
    return f"deletes order {order.pk} by SQL"


def change_line(dice: Dice, _text: str) -> str:
    line = dice.one(OrderLine.objects.all())
    if line is None:
        return "has no line"
    if dice.below(3) == 0:
        told = f"deletes line {line.pk}"
        line.delete()
        return told
    OrderLine.objects.filter(pk=line.pk).update(quantity=1 + dice.below(9))
    return f"sets the quantity of line {line.pk}"


def set_stock(dice: Dice, _text: str) -> str:
    product = dice.one(Product.objects.all())
    product.units_in_stock = dice.below(20)
    product.save()
    return f"has {product.units_in_stock} of product {product.pk}"


def change_count(dice: Dice, text: str) -> str:
    count = dice.one(StockCount.objects.all())
    if count is None:
        return "has no count"
    if dice.below(3) == 0:
        told = f"deletes count {count.pk}"
        StockCount.objects.filter(pk=count.pk).delete()
        return told
    count.note = text
    count.save()
    return f"writes a note on count {count.pk}"


def assign(dice: Dice, _text: str) -> str:
    territory = dice.one(Territory.objects.all())
    user = User.objects.get(username=("nancy", "andrew")[dice.below(2)])
    assigned, is_new = TerritoryAssignment.objects.get_or_create(territory=territory, user=user)
    if not is_new:
        assigned.delete()
    return f"{'gives' if is_new else 'takes'} territory {territory.pk} {'to' if is_new else 'from'} {user}"


def permit(dice: Dice, _text: str) -> str:
    names = ("change_customer", "add_order", "delete_order", "change_stockcount")
    may = Permission.objects.get(content_type__app_label="catalog", codename=names[dice.below(len(names))])
    group = Group.objects.get(name="Sales")
    if group.permissions.filter(pk=may.pk).exists():
        group.permissions.remove(may)
        return f"forbids {may.codename}"
    group.permissions.add(may)
    return f"permits {may.codename}"


KINDS: list[Callable[[Dice, str], str]] = [
    *(save_customer, save_customer, save_customer, update_customers, sql_customer, move_customer, set_interests),
    *(make_order, ship_order, ship_order, delete_order, sql_delete_order, change_line, change_line),
    *(set_stock, set_stock, change_count, change_count, assign, permit),
]


def edit(numbers: list[int], text: str) -> str:
    """Does one thing. Returns what, for people."""
    dice = Dice(numbers)
    return KINDS[dice.below(len(KINDS))](dice, text)


def rows_of(name: str) -> dict[str, Any]:
    """Rows of the person by entity, in key order, in a first sync; and how many rows their scope has, by the models."""
    user = User.objects.get(username=name)
    device = FakeDevice(user)
    device.sync("sales")
    entities = registry.get("sales").entities
    return {
        "rows": {name: device.rows("sales", name) for name in entities},
        "counts": {name: entity.rows(entity.get_scope(user)).count() for name, entity in entities.items()},
    }
