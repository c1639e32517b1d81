"""T3: rows travel again when a value they carry changed at the row they point at, and not for its other columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import F

from catalog.models import Category, Customer, Product
from syncapi.testing import FakeDevice
from tests.tracking.field import category, check_equal, declared, field_app, territory, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with declared(field_app):
        category("tea", 5)
        device = FakeDevice(user("nancy", territory(1), territory(2)))
        device.sync("field")
        assert device.sync("field").unchanged
        yield device


def travelled(device: FakeDevice) -> dict[str, int]:
    """Rows by entity; what the device then has is what it ought to have."""
    result = device.sync("field")
    check_equal(device, "field")
    return {name: len(entity.changed) for name, entity in result.entities.items() if entity.changed}


def test_T3_stock_of_a_product_is_no_concern_of_its_order_lines(device: FakeDevice) -> None:
    Product.objects.filter(sku="p").update(units_in_stock=F("units_in_stock") + 1)
    assert travelled(device) == {"FieldProduct": 1}


def test_T3_the_name_of_a_product_is(device: FakeDevice) -> None:
    Product.objects.filter(sku="p").update(name="Plums")
    assert travelled(device) == {"FieldProduct": 1, "FieldLine": 6}


def test_T3_both_in_one_statement_and_one_after_the_other(device: FakeDevice) -> None:
    Product.objects.filter(sku="p").update(name="Plums", units_in_stock=5)
    Product.objects.filter(sku="p").update(units_in_stock=6)
    assert travelled(device) == {"FieldProduct": 1, "FieldLine": 6}
    assert device.sync("field").unchanged


def test_T3_only_the_name_of_a_customer_is_a_concern_of_orders(device: FakeDevice) -> None:
    customer = Customer.objects.order_by("pk").first()
    assert customer
    Customer.objects.filter(pk=customer.pk).update(city="Elsewhere")
    assert travelled(device) == {"FieldCustomer": 1}
    Customer.objects.filter(pk=customer.pk).update(company_name="Another")
    assert travelled(device) == {"FieldCustomer": 1, "FieldOrder": 1, "FieldLine": 1}
    Customer.objects.filter(pk=customer.pk).update(territory=None)
    assert travelled(device) == {}


def test_T3_a_deleted_and_a_replaced_category_are_a_concern_of_products(device: FakeDevice) -> None:
    Category.objects.filter(code="tea").delete()
    assert travelled(device) == {"FieldProduct": 5}
