"""What changed arrives, and nothing else, whoever changed it and whatever the database went through."""

import json
import shutil
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, press_sync, sign_in

SYNC = "POST /api/sync/catalog/"
DELTA = 1500  # bytes; all Northwind products take three times as many, compressed

# What the server has, in the form of `carried()`.
PRODUCTS = (
    "import json; from catalog.models import Product; print(json.dumps([[pk, name, str(price), category, stock] "
    "for pk, name, price, category, stock in Product.objects.order_by('pk')"
    ".values_list('pk', 'name', 'unit_price', 'category__name', 'units_in_stock')]))"
)


def carried(page: Page) -> list[list[Any]]:
    rows: list[list[Any]] = page.evaluate(
        """window.offline.entities.LocalProduct.list({ orderBy: ["id"] }).then((rows) =>
            rows.map((row) => [row.id, row.name, row.unit_price, row.category__name, row.units_in_stock]))"""
    )
    return rows


def test_P4_a_price_changed_by_update_and_by_raw_sql_arrives_as_a_delta(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog", "LocalProduct/")
    download(page)
    part(page, "search").fill("chai")
    row = part(page, "list-row")
    expect(row).to_have_count(1)

    site.shell("from catalog.models import Product; Product.objects.filter(name='Chai').update(unit_price='19.50')")
    assert press_sync(page)["received"] == {"LocalProduct": 1}
    expect(row).to_contain_text("19.50")

    site.sql("UPDATE catalog_product SET unit_price = 20.75 WHERE name = 'Chai'")
    assert press_sync(page)["received"] == {"LocalProduct": 1}
    expect(row).to_contain_text("20.75")

    assert site.until_sent(SYNC, 3) == 3
    whole, *deltas = site.sent(SYNC)
    assert whole > 3 * DELTA
    assert max(deltas) < DELTA
    assert carried(page) == json.loads(site.shell(PRODUCTS))


def test_T5_a_deleted_product_disappears(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog", "LocalProduct/")
    download(page)
    site.shell(
        "from catalog.models import *; OrderLine.objects.filter(product__name='Chai').delete(); "
        "Product.objects.get(name='Chai').delete()"
    )
    assert press_sync(page)["received"] == {"LocalProduct": 1}
    expect(part(page, "result-count")).to_contain_text("76")
    part(page, "search").fill("chai")
    expect(part(page, "list-row")).to_have_count(0)
    assert site.until_sent(SYNC, 2) == 2
    assert site.sent(SYNC)[1] < DELTA
    assert carried(page) == json.loads(site.shell(PRODUCTS))


def test_T3_a_renamed_category_shows_on_its_products(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog", "LocalProduct/")
    download(page)
    part(page, "search").fill("chai")
    expect(part(page, "list-row")).to_have_count(1)
    expect(part(page, "list-row")).to_contain_text("Beverages")
    site.shell("from catalog.models import Category; Category.objects.filter(name='Beverages').update(name='Drinks')")
    received = press_sync(page)["received"]
    assert received == {"LocalProduct": 12, "LocalCategory": 8}
    expect(part(page, "list-row")).to_contain_text("Drinks")
    assert site.until_sent(SYNC, 2) == 2
    assert site.sent(SYNC)[1] < site.sent(SYNC)[0] / 2
    assert carried(page) == json.loads(site.shell(PRODUCTS))


def names(page: Page, entity: str, attribute: str) -> set[str]:
    rows: list[dict[str, Any]] = page.evaluate(f"window.offline.entities.{entity}.list()")
    return {str(row[attribute]) for row in rows}


# What the server has for her: names of customers, numbers of orders.
OF_NANCY = """
import json
from catalog.models import Customer, Order
customers = Customer.objects.filter(territory__assignments__user__username="nancy").distinct()
orders = Order.objects.filter(customer__in=customers)
print(json.dumps([[one.company_name for one in customers], [str(one.number) for one in orders]]))
"""

ANOTHER_TERRITORY = """
from django.contrib.auth.models import User
from catalog.models import Territory, TerritoryAssignment
nancy = User.objects.get(username="nancy")
others = Territory.objects.exclude(users=nancy).exclude(customers=None).order_by("pk")
other = others[0]
TerritoryAssignment.objects.filter(user=nancy).delete()
TerritoryAssignment.objects.create(user=nancy, territory=other)
"""


def of_nancy(site: Site) -> tuple[set[str], set[str]]:
    customers, orders = json.loads(site.shell(OF_NANCY))
    return set(customers), set(orders)


def test_T5_another_territory_brings_its_customers_and_takes_the_old_ones(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "sales")
    sign_in(page, "nancy")
    download(page)
    old_customers, old_orders = of_nancy(site)
    assert names(page, "LocalCustomer", "company_name") == old_customers
    assert names(page, "LocalOrder", "number") == old_orders

    site.shell(ANOTHER_TERRITORY)
    customers, orders = of_nancy(site)
    assert customers
    assert orders
    assert customers & old_customers == set()
    assert press_sync(page)["type"] == "synccomplete"
    for name in customers:
        expect(page.locator("hv-app")).to_contain_text(name)
    site.stop()

    page.reload()
    expect(part(page, "result-count")).to_contain_text(str(len(customers)))
    for name in customers:
        expect(page.locator("hv-app")).to_contain_text(name)
    assert names(page, "LocalCustomer", "company_name") == customers
    assert names(page, "LocalOrder", "number") == orders


def test_T4_a_database_put_back_to_an_older_copy_is_what_the_device_has_then(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog", "LocalProduct/")
    download(page)
    site.stop()
    backup = site.folder / "backup"
    backup.mkdir()
    for file in site.folder.glob("db.sqlite3*"):
        shutil.copy(file, backup)
    site.start()
    site.shell(
        "from catalog.models import Product; Product.objects.filter(name='Chai').update(unit_price=99); "
        "Product.objects.create(sku='new', name='Never was', unit_price=1)"
    )
    assert press_sync(page)["received"] == {"LocalProduct": 2}
    expect(part(page, "result-count")).to_contain_text("78")

    site.stop()
    for file in site.folder.glob("db.sqlite3*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, site.folder)
    # As many changes as had been made after the copy, and more: positions are used twice, and so is a key.
    site.shell(
        "from catalog.models import Product; Product.objects.create(sku='other', name='Another', unit_price=2)\n"
        "for price in range(5): Product.objects.filter(name='Tofu').update(unit_price=price)"
    )
    site.start()

    assert press_sync(page)["type"] == "synccomplete"
    expect(part(page, "result-count")).to_contain_text("78")
    assert carried(page) == json.loads(site.shell(PRODUCTS))
    site.stop()  # what it has answered is written down then
    before = len(site.sent(SYNC))
    site.start()
    assert press_sync(page)["type"] == "synccomplete"
    assert site.until_sent(SYNC, before + 1) == before + 1
    assert site.sent(SYNC)[-1] < DELTA
