"""T4, W6: a server that is set back to a backup, and what devices had told it since, in a real browser."""

import json
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
territory = Territory.objects.filter(users__username="nancy").order_by("pk").first()
for code, name, city in (("AAAAA", "Aachen Printers", "Aachen"), ("BBBBB", "Bremen Sails", "Bremen")):
    Customer.objects.create(code=code, company_name=name, city=city, territory=territory)
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
SYNC_NOW = "() => window.offline.onSync().then(({ pushed }) => pushed ?? null)"
ORDER = "(key) => window.offline.entities.LocalOrder.get(key)"


def orders(site: Site, **where: object) -> list[list[Any]]:
    """Key, city and number of lines of orders."""
    told = site.shell(
        "import json; from catalog.models import Order; "
        f"print(json.dumps([[one.pk, one.ship_city, one.lines.count()] for one in Order.objects.filter(**{where!r})]))"
    )
    found: list[list[Any]] = json.loads(told)
    return found


def city(site: Site, code: str) -> str:
    return site.shell(f"from catalog.models import Customer; print(Customer.objects.get(code={code!r}).city)")


def backup_of(site: Site, folder: Path) -> Path:
    """A copy of the database, with what is in the log beside it. The site is stopped then."""
    site.stop()
    backup = folder / "backup.sqlite3"
    site.sql("VACUUM INTO ?", str(backup))
    return backup


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    site.shell(MADE)
    page = open_app(browser(reduced_motion="reduce"), site, "sales")
    sign_in(page, "nancy")
    download(page)
    return page


def test_T4_W6_what_had_arrived_after_the_backup_is_reported_and_sent_again_once(
    site: Site, page: Page, tmp_path: Path
) -> None:
    backup = backup_of(site, tmp_path)
    key: str = page.evaluate(WORK)
    site.start()
    assert press_sync(page)["pushed"] == {"applied": 4, "conflict": 0, "rejected": 0, "gone": 0}
    ours: int = page.evaluate(ORDER, key)["id"]
    assert (orders(site, ship_city="Ours"), city(site, "AAAAA")) == ([[ours, "Ours", 2]], "Metz")

    site.stop()
    for file in site.folder.glob("db.sqlite3*"):
        file.unlink()
    shutil.copy(backup, site.database)
    site.start()
    # Life goes on, past where it was: somebody else's order has the key of the one that is lost.
    site.shell(
        "from catalog.models import Customer, Order; from django.db import connection; "
        "Order.objects.create(customer=Customer.objects.get(code='BBBBB'), ship_city='Theirs')"
    )
    assert orders(site, ship_city="Theirs") == [[ours, "Theirs", 0]]
    assert press_sync(page)["type"] == "synccomplete"
    assert page.evaluate(PENDING) == [
        ["LocalCustomer", "update", "rejected", "lost"],
        ["LocalOrder", "create", "rejected", "lost"],
        ["LocalOrderLine", "create", "waiting", None],
        ["LocalOrderLine", "create", "waiting", None],
    ]
    assert page.evaluate(ORDER, ours)["ship_city"] == "Theirs"
    assert page.evaluate(ORDER, key)["ship_city"] == "Ours"
    # It is a question, and nothing more: the server has what it had.
    assert press_sync(page)["type"] == "synccomplete"
    assert (orders(site, ship_city="Ours"), city(site, "AAAAA")) == ([], "Aachen")

    part(page, "nav-changes").click()
    changes = part(page, "change")
    expect(changes).to_have_count(2)
    expect(part(page, "problem").first).to_contain_text("set back to an earlier state")
    for left in (1, 0):
        part(page, "send-again").first.click()
        expect(part(page, "send-again")).to_have_count(left)
    expect(part(page, "section-attention")).to_have_count(0)
    assert page.evaluate(SYNC_NOW) == {"applied": 4, "conflict": 0, "rejected": 0, "gone": 0}
    assert page.evaluate(PENDING) == []
    [[made, *rest]] = orders(site, ship_city="Ours")
    assert (rest, city(site, "AAAAA")) == (["Ours", 2], "Metz")
    assert page.evaluate(ORDER, key)["id"] == made
    assert orders(site, ship_city="Theirs") == [[ours, "Theirs", 0]]
    assert page.evaluate(SYNC_NOW) is None
    assert len(orders(site, ship_city="Ours")) == 1
    assert page.evaluate(PENDING) == []


NEWCOMER = """
from catalog.models import Customer, Territory
territory = Territory.objects.filter(users__username="nancy").order_by("pk").first()
print(Customer.objects.create(code={code!r}, company_name={name!r}, city="Ulm", territory=territory).pk)
"""
# Refused both: a code that somebody has, and more than is in stock, in the order that is there.
REFUSED = """async (order) => {
    const { offline } = window;
    const [{ id }] = await offline.entities.LocalCustomer.list({ where: { code: "CCCCC" } });
    await offline.entities.LocalCustomer.update(id, { code: "BBBBB", city: "Metz" });
    const [product] = await offline.entities.LocalProduct.list({ where: { discontinued: false }, limit: 1, offset: 5 });
    const line = { order, product: product.id, quantity: 32000, unit_price: product.unit_price };
    return offline.entities.LocalOrderLine.createOrUpdate(line);
}"""
CORRECT = "(key) => window.offline.entities.LocalOrderLine.update(key, { quantity: 1 })"
THEIRS = """async () => {
    return (await window.offline.conflicts()).map(({ theirs }) => [theirs.company_name, theirs.city]);
}"""
RESEND = "async () => window.offline.resend((await window.offline.pending()).map(({ id }) => id))"


def customer(site: Site, code: str) -> list[Any]:
    told = site.shell(
        "import json; from catalog.models import Customer; "
        f"print(json.dumps(list(Customer.objects.filter(code={code!r}).values_list('pk', 'company_name', 'city'))))"
    )
    found: list[Any] = json.loads(told)
    return found


def test_T4_W5_W6_what_was_refused_before_reaches_no_record_that_has_its_key_since(
    site: Site, page: Page, tmp_path: Path
) -> None:
    backup = backup_of(site, tmp_path)
    site.start()
    key = int(site.shell(NEWCOMER.format(code="CCCCC", name="Celle Paints")))
    local: str = page.evaluate(WORK)
    assert press_sync(page)["pushed"] == {"applied": 4, "conflict": 0, "rejected": 0, "gone": 0}
    ours: int = page.evaluate(ORDER, local)["id"]
    line: str = page.evaluate(REFUSED, ours)
    assert press_sync(page)["pushed"] == {"applied": 0, "conflict": 0, "rejected": 2, "gone": 0}

    site.stop()
    for file in site.folder.glob("db.sqlite3*"):
        file.unlink()
    shutil.copy(backup, site.database)
    site.start()
    # Others get the keys that ours had, and the versions.
    assert int(site.shell(NEWCOMER.format(code="DDDDD", name="Dresden Lamps"))) == key
    site.shell(
        "from catalog.models import Customer, Order; "
        "Order.objects.create(customer=Customer.objects.get(code='BBBBB'), ship_city='Theirs')"
    )
    assert orders(site, ship_city="Theirs") == [[ours, "Theirs", 0]]
    # The person corrects what they were told is wrong, and sends all of it again, before the device knows and after.
    page.evaluate(CORRECT, line)
    assert press_sync(page)["type"] == "synccomplete"
    assert page.evaluate(PENDING) == [
        ["LocalCustomer", "update", "rejected", "lost"],
        ["LocalOrder", "create", "rejected", "lost"],
        ["LocalOrderLine", "create", "waiting", None],
        ["LocalOrderLine", "create", "waiting", None],
        ["LocalCustomer", "update", "conflict", None],
        ["LocalOrderLine", "create", "waiting", None],
    ]
    page.evaluate(RESEND)
    assert page.evaluate(SYNC_NOW) == {"applied": 5, "conflict": 0, "rejected": 0, "gone": 0}
    assert orders(site, ship_city="Theirs") == [[ours, "Theirs", 0]]
    [[made, *rest]] = orders(site, ship_city="Ours")
    assert made != ours
    assert rest == ["Ours", 3]
    assert customer(site, "DDDDD") == [[key, "Dresden Lamps", "Ulm"]]
    # What is left is the person's to choose, with what is there now before their eyes.
    assert page.evaluate(PENDING) == [["LocalCustomer", "update", "conflict", None]]
    assert page.evaluate(THEIRS) == [["Dresden Lamps", "Ulm"]]
