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
from catalog.models import Category, Product
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


ours_app = offline.OfflineApp("ours", title="Ours", entities=[LocalProduct, LocalCategory], anonymous=True)
"""
SYNC = "POST /api/sync/ours/"


@pytest.fixture
def site(northwind: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site with an app of somebody's own, whose products are written out."""
    (tmp_path / "ours").mkdir()
    for name, text in {"our_settings.py": SETTINGS, "ours/__init__.py": "", "ours/offline.py": OFFLINE}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    copy = northwind.copy_to(tmp_path / "site")
    copy.manage("createsyncaction", "ours.LocalProduct", "--settings", "our_settings")
    copy.manage("migrate", "--verbosity", "0", "--settings", "our_settings")
    copy.start("our_settings")
    yield copy
    copy.stop()


def test_what_is_written_syncs_in_a_browser_and_is_there_offline(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "ours")
    download(page)
    assert page.evaluate("Promise.all(Object.values(offline.entities).map((entity) => entity.count()))") == [77, 8]
    before = len(site.sent(SYNC))
    site.sql("UPDATE catalog_product SET name = 'Masala chai' WHERE name = 'Chai'")
    done = page.evaluate("offline.onSync()")
    assert (done["status"], done["received"]) == ("complete", {"LocalProduct": 1})
    assert len(site.sent(SYNC)) == before + 2  # the products, which are written out, and all others
    assert page.evaluate("offline.entities.LocalProduct.list({ search: 'masala' })")[0]["name"] == "Masala chai"
    # Both modules are there without the server: what fails is the request that they make.
    site.stop()
    page.reload()
    page.evaluate("window.offline.ready")
    assert page.evaluate("offline.onSync()")["error"]["code"] == "network"
    assert page.evaluate("offline.entities.LocalProduct.count()") == 77
