"""T4, W6: a server that is set back to a backup, and what devices had told it since, in a real browser."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, press_sync, sign_in

MADE = """
from catalog.models import Customer, Territory
territory = Territory.objects.filter(employeeterritory__employee__user__username="nancy").first()
Customer.objects.create(code="AAAAA", company_name="Aachen Printers", city="Aachen", territory=territory)
Customer.objects.create(code="BBBBB", company_name="Bremen Sails", city="Bremen", territory=territory)
"""
# While there is no network: an edit, and an order with two lines as the form saves it.
WORK = """async () => {
    const { offline } = window;
    const [{ id }] = await offline.entities.LocalCustomer.list({ where: { code: "AAAAA" } });
    await offline.entities.LocalCustomer.update(id, { city: "Metz" });
    const products = await offline.entities.LocalProduct.list({ where: { discontinued: false }, limit: 2 });
    const order = offline.newKey();
    await offline.saveTogether([
        { entity: "LocalOrder", values: { id: order, customer: id, order_date: "2026-01-31", ship_city: "Ours" } },
        ...products.map((product) => ({
            entity: "LocalOrderLine",
            values: { order, product: product.id, quantity: 7, unit_price: product.unit_price },
        })),
    ]);
    return order;
}"""
PENDING = """async () => (await window.offline.pending()).map(({ entity, op, state, error }) => {
    return [entity, op, state, error?.code ?? null];
})"""
ORDER = "(key) => window.offline.entities.LocalOrder.get(key)"


def orders(site: Site, **where: object) -> list[tuple[int, str, int]]:
    """Key, city and number of lines of orders."""
    told = site.shell(
        "import json; from catalog.models import Order; "
        f"print(json.dumps([[one.pk, one.ship_city, one.lines.count()] for one in Order.objects.filter(**{where!r})]))"
    )
    return [tuple(one) for one in __import__("json").loads(told)]


def city(site: Site, code: str) -> str:
    return site.shell(f"from catalog.models import Customer; print(Customer.objects.get(code={code!r}).city)")


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    site.shell(MADE)
    page = open_app(browser(reduced_motion="reduce"), site, "sales")
    sign_in(page, "nancy")
    download(page)
    return page
