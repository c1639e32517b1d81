"""T3: a value of a related row stays right, once for each device, without a trigger that writes to other rows."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from django.db import connection, models

from catalog.models import Category, Customer, OrderLine, Product, Supplier
from syncapi import offline
from syncapi.testing import FakeDevice
from tests.tracking.field import category, check_equal, declared, field_app, query, territory, user
from tests.tracking.writers import writers
from tests.wire.models import ByInteger, ByText, Pointer

pytestmark = pytest.mark.django_db(transaction=True)


class LocalPointer(offline.LocalEntity):
    """Points at rows that need not be there."""

    model = Pointer
    attributes = ["integer", "integer__name", "text__name", "supplier__company_name", "parent__integer__name"]
    pattern = offline.ReadOnlyOptimized


class PointersOfNamed(offline.LocalEntity):
    """Decided by such a row."""

    model = Pointer
    attributes = ["integer__name"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Hashable) -> models.QuerySet[Any]:
        return Pointer.objects.filter(integer__name="named")


pointers_app = offline.OfflineApp("pointers", title="Pointers", entities=[LocalPointer, PointersOfNamed])


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    with declared(field_app, pointers_app):
        yield


@pytest.fixture
def tea(app: None) -> Category:
    category("coffee", 4)
    return category("tea", 5)


@pytest.fixture
def devices(tea: Category) -> list[FakeDevice]:
    nancy = user("nancy", territory(1))
    devices = [FakeDevice(nancy), FakeDevice(nancy), FakeDevice(user("andrew", territory(2)))]
    for device in devices:
        device.sync("field")
        assert device.sync("field").rows_received == 0
    return devices


def keys(**conditions: Any) -> list[int]:
    return sorted(Product.objects.filter(**conditions).values_list("pk", flat=True))


def versions() -> list[tuple[Any, ...]]:
    """Of products; and all else that is noted of them."""
    return query(
        "SELECT c.key, c.position, c.moved, c.version, c.deleted FROM syncapi_change AS c "
        "JOIN syncapi_source AS s ON s.id = c.source WHERE s.name = 'catalog_product' ORDER BY 1"
    )


def test_T3_a_renamed_category_delivers_its_products_once_to_each_device(
    tea: Category, devices: list[FakeDevice]
) -> None:
    before = versions()
    Category.objects.filter(pk=tea.pk).update(name="Teas")
    for device in devices:
        result = device.sync("field").entities["FieldProduct"]
        assert (result.mode, sorted(result.changed)) == ("delta", keys(category=tea))
        assert result.altered == keys(category=tea)
        assert {row["category__name"] for row in device.rows("field", "FieldProduct")} == {"Teas", "coffee", None}
        assert device.sync("field").rows_received == 0
        check_equal(device, "field")
    assert versions() == before
    assert before


def test_T3_what_a_device_does_not_carry_of_a_related_row_delivers_nothing(
    tea: Category, devices: list[FakeDevice]
) -> None:
    Category.objects.filter(pk=tea.pk).update(description="Leaves")  # only FieldCategory has it
    result = devices[0].sync("field")
    assert result.entities["FieldCategory"].changed == [tea.pk]
    assert result.entities["FieldProduct"].altered == []


def test_T3_renamed_and_back_is_delivered_at_most_once(tea: Category, devices: list[FakeDevice]) -> None:
    for name in ("a", "b", "tea"):
        Category.objects.filter(pk=tea.pk).update(name=name)
    result = devices[0].sync("field").entities["FieldProduct"]
    assert len(result.changed) == len(set(result.changed)) <= 5
    assert result.altered == []
    assert devices[0].sync("field").rows_received == 0


def test_T3_a_product_changed_together_with_its_category_comes_once(tea: Category, devices: list[FakeDevice]) -> None:
    Product.objects.filter(sku="tea-0").update(name="Other")
    Category.objects.filter(pk=tea.pk).update(name="Teas")
    result = devices[0].sync("field").entities["FieldProduct"]
    assert sorted(result.changed) == keys(category=tea)
    check_equal(devices[0], "field")


def test_T3_two_hops(devices: list[FakeDevice]) -> None:
    """Order line → order → customer, which is in nobody else's scope."""
    customer = Customer.objects.get(code="C10000000007")
    line = OrderLine.objects.get(order__customer=customer)
    Customer.objects.filter(pk=customer.pk).update(company_name="Renamed")
    result = devices[0].sync("field")
    assert result.entities["FieldCustomer"].changed == [customer.pk]
    assert result.entities["FieldLine"].changed == [line.pk]
    row = devices[0].get("field", "FieldLine", line.pk)
    assert row
    assert row["order__customer__company_name"] == "Renamed"
    check_equal(devices[0], "field")
    assert devices[2].sync("field").rows_received == 0


def test_T3_a_relation_that_becomes_NULL(tea: Category, devices: list[FakeDevice]) -> None:
    supplier = Supplier.objects.create(code="s", company_name="Supplier")
    Product.objects.filter(sku="tea-0").update(supplier=supplier)
    devices[0].sync("field")
    tea_keys = keys(category=tea)
    supplier.delete()
    Category.objects.filter(pk=tea.pk).delete()  # both are SET_NULL
    result = devices[0].sync("field")
    assert sorted(result.entities["FieldProduct"].changed) == tea_keys
    rows = [devices[0].get("field", "FieldProduct", key) or {} for key in tea_keys]
    assert {(row["category"], row["category__name"], row["supplier__company_name"]) for row in rows} == {
        (None, None, None)
    }
    assert result.entities["FieldCategory"].removed == [tea.pk]
    check_equal(devices[0], "field")


def test_T3_another_related_row(tea: Category, devices: list[FakeDevice]) -> None:
    coffee = Category.objects.get(code="coffee")
    Product.objects.filter(sku="tea-0").update(category=coffee)
    assert devices[0].sync("field").entities["FieldProduct"].changed == keys(sku="tea-0")
    Category.objects.filter(pk=tea.pk).update(name="Teas")
    assert sorted(devices[0].sync("field").entities["FieldProduct"].changed) == keys(category=tea)
    check_equal(devices[0], "field")


def test_T3_keys_that_point_nowhere(app: None) -> None:
    """The row comes, changes, goes and comes back; nothing keeps the others from pointing at it meanwhile."""
    Pointer.objects.create(pk=1, integer_id=5, text_id="x", supplier_id="gone")
    Pointer.objects.create(pk=2, parent_id=1)
    Pointer.objects.create(pk=3, integer_id=6)
    device = FakeDevice(user("nancy"))
    device.sync("pointers")

    def pull(*expected: int) -> None:
        result = device.sync("pointers").entities["LocalPointer"]
        assert (result.reset, sorted(result.altered)) == (None, list(expected))
        check_equal(device, "pointers")
        assert device.sync("pointers").unchanged

    ByInteger.objects.create(key=5, name="there")
    pull(1, 2)
    ByInteger.objects.filter(key=5).update(name="named")
    pull(1, 2)
    assert [row["id"] for row in device.rows("pointers", PointersOfNamed)] == [1]
    ByInteger.objects.filter(key=5).delete()
    pull(1, 2)
    assert device.rows("pointers", PointersOfNamed) == []
    ByInteger.objects.create(key=6, name="named")
    pull(3)
    ByInteger.objects.filter(key=6).update(key=5)
    pull(1, 2, 3)
    assert [row["id"] for row in device.rows("pointers", PointersOfNamed)] == [1]
    ByText.objects.create(key="x", name="text")
    Supplier.objects.create(code="gone", company_name="Back")
    pull(1)
    Supplier.objects.filter(code="gone").update(code="other")
    pull(1)
    Supplier.objects.filter(code="other").update(code="gone", company_name="Again")
    pull(1)
    Supplier.objects.filter(code="gone").delete()
    pull(1)
    Pointer.objects.filter(pk=1).delete()
    pull(2)
    assert [row["id"] for row in device.rows("pointers", LocalPointer)] == [2, 3]


if connection.vendor == "postgresql":

    def test_T3_a_rename_waits_for_no_product_and_no_product_for_it(tea: Category, devices: list[FakeDevice]) -> None:
        """Each writes what the other had written, in the order that would deadlock if triggers wrote to products."""
        first, second = keys(category=tea)[:2]
        with writers(2) as (one, two):
            for writer in (one, two):
                writer.execute("SET LOCAL lock_timeout = '2s'")
            one.execute("UPDATE catalog_product SET name = 'one' WHERE id = %s", [first])
            two.execute("UPDATE catalog_category SET name = 'Teas' WHERE id = %s", [tea.pk])
            one.execute("UPDATE catalog_product SET name = 'one' WHERE id = %s", [second])
            two.execute("UPDATE catalog_category SET name = 'Teas!' WHERE id = %s", [tea.pk])
            one.commit()
            result = devices[0].sync("field").entities["FieldProduct"]
            assert sorted(result.changed) == [first, second]
            two.commit()
        assert sorted(devices[0].sync("field").entities["FieldProduct"].changed) == keys(category=tea)
        check_equal(devices[0], "field")

    def test_T3_many_renames_beside_many_updates_never_deadlock(tea: Category, devices: list[FakeDevice]) -> None:
        some = keys(category=tea)
        failed: list[BaseException] = []

        def work(statements: list[tuple[str, list[Any]]]) -> None:
            try:
                with writers(1) as (writer,):
                    for _ in range(60):
                        for sql, parameters in statements:
                            writer.execute(sql, parameters)
                        writer.commit()
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        rename = "UPDATE catalog_category SET name = name || '!' WHERE id = %s", [tea.pk]
        update = "UPDATE catalog_product SET name = %s WHERE id = %s"
        products: list[tuple[str, list[Any]]] = [(update, [f"new {key}", key]) for key in some]
        again: list[tuple[str, list[Any]]] = [(update, [f"old {key}", key]) for key in some]
        Category.objects.filter(pk=tea.pk).update(name="")
        threads = [threading.Thread(target=work, args=[one]) for one in ([rename], [*products, *again])]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                devices[0].sync("field")
                thread.join(0.01)
        assert failed == []
        devices[0].sync("field")
        check_equal(devices[0], "field")
