"""Rules of the models, and the small decisions around them."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from catalog.importing.plan import username
from catalog.models import Category, Customer, Order, OrderLine, Product
from catalog.tree import Node, grow


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "catalog", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_a_category_cannot_lie_inside_itself() -> None:
    top = Category.objects.create(code="top", name="Top")
    middle = Category.objects.create(code="middle", name="Middle", parent=top)
    leaf = Category.objects.create(code="leaf", name="Leaf", parent=middle)
    leaf.full_clean()

    top.parent = leaf
    with pytest.raises(ValidationError) as refused:
        top.full_clean()
    assert list(refused.value.message_dict) == ["parent"]

    top.parent = top
    with pytest.raises(IntegrityError), transaction.atomic():
        top.save()


@pytest.mark.django_db
def test_orders_refuse_dates_before_themselves_and_doubled_products() -> None:
    customer = Customer.objects.create(code="C", company_name="C")
    product = Product.objects.create(sku="P", name="P", unit_price=Decimal("9.99"))
    day = datetime.date(2026, 3, 1)
    order = Order(customer=customer, order_date=day, shipped_date=day - datetime.timedelta(days=1))
    with pytest.raises(ValidationError) as refused:
        order.full_clean()
    assert list(refused.value.message_dict) == ["shipped_date"]

    order.shipped_date = None
    order.save()
    line = OrderLine.objects.create(
        order=order, product=product, unit_price=Decimal("9.99"), quantity=3, discount=Decimal("0.15")
    )
    assert line.total == Decimal("25.47")  # 25.4745
    assert order.total == Decimal("25.47")
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(order=order, product=product, unit_price=1, quantity=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(discount=Decimal("1.001"))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Nancy", "Davolio", "nancy.davolio"),
        ("Åsa", "Lindström", "asa.lindstrom"),
        ("Søren", "Großmann", "soren.grossmann"),
        ("Jean-Luc", "de la Tour", "jean-luc.de-la-tour"),
        ("Orla", "O'Neill", "orla.oneill"),
        ("Łukasz", "", "lukasz"),
        ("李", "明", ""),
    ],
)
def test_user_names_are_plain_ascii(first: str, last: str, expected: str) -> None:
    assert username(first, last) == expected


def test_the_tree_is_in_reading_order_and_loses_nobody() -> None:
    tree = grow([Node(1, None, "b"), Node(2, 1, "z"), Node(3, 1, "Y"), Node(4, None, "A"), Node(5, 99, "orphan")])
    assert [(node.pk, tree.depth[node.pk]) for node in tree.order] == [(4, 0), (1, 0), (3, 1), (2, 1), (5, 0)]
    assert tree.below(1) == {1, 2, 3}
    assert tree.below(77) == set()

    ring = grow([Node(1, 2, "a"), Node(2, 1, "b")])
    assert [node.pk for node in ring.order] == [1, 2]
