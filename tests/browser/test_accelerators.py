"""What `createsyncaction` writes, in a real browser: as a developer has it a minute after the command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app

SETTINGS = """
from settings.development import *
INSTALLED_APPS = [*INSTALLED_APPS, "ours"]
"""
OFFLINE = """
from catalog.models import Category, Customer, Product
from syncapi import offline


class LocalProduct(offline.LocalEntity):
    model = Product
    attributes = ["name", "unit_price"]
    pattern = offline.ReadOnlyOptimized
    list_display = ["name"]
    search_fields = ["name"]


class LocalCategory(offline.LocalEntity):
    model = Category
    attributes = ["name"]
    list_display = ["name"]


class LocalCustomer(offline.LocalEntity):
    model = Customer
    attributes = ["company_name", "city", "phone", "code"]
    pattern = offline.ReadWriteWithConflictDetection
    list_display = ["company_name"]

    def has_add_permission(self, user):
        return True

    def has_change_permission(self, user, instance=None):
        return True


customers_app = offline.OfflineApp(
    "customers", title="Customers", entities=[LocalCustomer, LocalCategory], anonymous=True, on_sync="ours/visits.js"
)
ours_app = offline.OfflineApp("ours", title="Ours", entities=[LocalProduct, LocalCategory], anonymous=True)
"""
OWN = """
// Ours: customers first, whatever the context.
export default async function onSync({ actions }) {
  await actions.SyncLocalCustomer();
  await actions.SyncLocalCategory();
}
"""
EDIT = """async ([first, second]) => {
  const { LocalCustomer } = offline.entities;
  await LocalCustomer.update(first, { city: "Mine" });
  await LocalCustomer.update(second, { phone: "1" });
  await LocalCustomer.createOrUpdate({ code: "NEW", company_name: "New" });
}"""
SYNC_CUSTOMERS = "POST /api/sync/customers/"
SYNC = "POST /api/sync/ours/"


@pytest.fixture
def site(northwind: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with apps of somebody's own, in which products and customers are written out."""
    static = tmp_path / "ours" / "static" / "ours"
    static.mkdir(parents=True)
    for name, text in {"our_settings.py": SETTINGS, "ours/__init__.py": "", "ours/offline.py": OFFLINE}.items():
        (tmp_path / name).write_text(text)
    (static / "visits.js").write_text(OWN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    copy = northwind.copy_to(tmp_path / "site")
    for entity in ("LocalProduct", "LocalCustomer"):
        copy.manage("createsyncaction", f"ours.{entity}", "--settings", "our_settings")
    copy.manage("migrate", "--verbosity", "0", "--settings", "our_settings")
    copy.start("our_settings")
    yield copy
    copy.stop()


def test_what_is_written_syncs_in_a_browser_and_is_there_offline(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "ours")
    download(page)
    assert page.evaluate("Promise.all(Object.values(offline.entities).map((entity) => entity.count()))") == [77, 8]
    assert site.until_sent(SYNC, 3) == 3  # the definition, the products, which are written out, and all others
    site.sql("UPDATE catalog_product SET name = 'Masala chai' WHERE name = 'Chai'")
    done = page.evaluate("offline.onSync()")
    assert (done["status"], done["received"]) == ("complete", {"LocalProduct": 1})
    assert site.until_sent(SYNC, 5) == 5
    assert page.evaluate("offline.entities.LocalProduct.list({ search: 'masala' })")[0]["name"] == "Masala chai"
    # Both modules are there without the server: what fails is the request that they make.
    site.stop()
    page.reload()
    page.evaluate("window.offline.ready")
    assert page.evaluate("offline.onSync()")["error"]["code"] == "network"
    assert page.evaluate("offline.entities.LocalProduct.count()") == 77


def test_what_is_written_sends_what_people_changed_and_asks_them_in_a_conflict(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    own = (tmp_path / "ours" / "static" / "ours" / "visits.js").read_text()
    assert "await SyncLocalCustomer({ phases });" in own  # in place of the framework's action
    page = open_app(browser(), site, "customers")
    download(page)
    rows = site.sql("SELECT id FROM catalog_customer WHERE code IN ('ALFKI', 'ANTON') ORDER BY code")
    [(first,), (second,)] = rows
    # Offline: the server is not there.
    site.stop()
    page.evaluate(EDIT, [first, second])
    assert page.evaluate("offline.onSync()")["error"]["code"] == "network"
    site.sql("UPDATE catalog_customer SET city = 'Theirs' WHERE id IN (?, ?)", first, second)
    site.start("our_settings")
    before = len(site.sent(SYNC_CUSTOMERS))
    done = page.evaluate("offline.onSync()")
    assert (done["status"], done["pushed"]) == ("complete", {"applied": 2, "conflict": 1, "rejected": 0, "gone": 0})
    assert site.until_sent(SYNC_CUSTOMERS, before + 3) == before + 3  # changes, customers, categories
    # Other attributes went together; the same one is a person's turn.
    assert site.sql("SELECT city, phone FROM catalog_customer WHERE id = ?", second) == [("Theirs", "1")]
    assert page.evaluate("offline.entities.LocalCustomer.list({ where: { code: 'NEW' } })")[0]["company_name"] == "New"
    [conflict] = page.evaluate("offline.conflicts()")
    assert (conflict["attributes"], conflict["theirs"]["city"]) == (["city"], "Theirs")
    page.evaluate("(id) => offline.resolve(id, 'mine')", conflict["id"])
    assert page.evaluate("offline.onSync()")["pushed"]["applied"] == 1
    assert site.sql("SELECT city FROM catalog_customer WHERE id = ?", first) == [("Mine",)]
    assert site.sql("SELECT count(*) FROM catalog_customer WHERE code = 'NEW'") == [(1,)]
    assert page.evaluate("offline.pending()") == []
