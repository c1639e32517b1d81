"""Pictures on a phone: small and large ones without a server, and no more of them than the person allows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, ready_for_offline

PRODUCTS = 24
PHOTOGRAPHS = f"""
import io
from django.core.files.base import ContentFile
from PIL import Image
from catalog.models import Category, Product
category = Category.objects.create(code="all", name="All")
for number in range({PRODUCTS}):
    picture = Image.linear_gradient("L").resize((1600, 1200)).rotate(15 * number).convert("RGB")
    picture.paste((10 * number, 200, 255 - 10 * number), (100, 100, 900, 700))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    product = Product(sku=f"{{number:03}}", name=f"Thing {{number:03}}", category=category, unit_price=1)
    product.picture.save(f"{{number:03}}.jpg", ContentFile(file.getvalue()))
"""


@pytest.fixture(scope="module")
def photographed(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("photographed"))
    site.manage("migrate", "--verbosity", "0")
    site.shell(PHOTOGRAPHS)
    site.sync_when_asked()
    return site


@pytest.fixture
def pictured(photographed: Site, tmp_path: Path) -> Iterator[Site]:
    """A running site whose products have photographs of 1600 by 1200 pixels."""
    copy = photographed.copy_to(tmp_path / "pictured")
    copy.start()
    yield copy
    copy.stop()


def width(page: Page, selector: str) -> int:
    """In pixels of the file that is shown, once it is decoded."""
    image = page.locator(selector).first
    expect(image).to_be_visible()
    found: int = image.evaluate("(image) => image.decode().then(() => image.naturalWidth)")
    return found


def report(page: Page) -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate("window.offline.storage()")
    return told


def stored(page: Page) -> dict[str, int]:
    """What the blobs in the database really come to, by kind."""
    found: dict[str, int] = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const opening = indexedDB.open("haversack/catalog/anonymous");
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const files = opening.result.transaction("files").objectStore("files");
                const sums = { small: 0, large: 0, file: 0 };
                files.openCursor().onsuccess = ({ target: { result: cursor } }) => {
                    if (cursor === null) { opening.result.close(); return resolve(sums); }
                    sums[cursor.key[0]] += cursor.value.blob.size;
                    cursor.continue();
                };
            };
        })"""
    )
    return found


HERO = '[data-test="detail-picture"] img'


def test_small_and_large_pictures_are_there_without_a_server(pictured: Site, browser: Browser) -> None:
    page = open_app(browser(), pictured, "catalog")
    download(page)
    kept = stored(page)
    assert kept["small"] > 0
    assert kept["large"] > kept["small"]
    pictures = report(page)["pictures"]
    assert pictures["count"] == PRODUCTS
    assert pictures["bytes"] == sum(kept.values())
    assert pictures["missing"] == 0
    originals = sum(file.stat().st_size for file in (pictured.folder / "media" / "catalog").rglob("*.jpg"))
    assert sum(kept.values()) < originals / 2, "they were to be smaller"

    pictured.stop()
    page.reload()
    assert width(page, '[data-test="list-row"] hv-picture img') == 256
    part(page, "list-row").first.click()
    expect(page.locator(HERO)).to_be_visible()
    expect(page.locator(HERO)).to_have_js_property("naturalWidth", 1280)


def test_a_lower_budget_is_kept_to_at_once_and_rows_stay(pictured: Site, browser: Browser) -> None:
    page = open_app(browser(), pictured, "catalog")
    download(page)
    before = stored(page)
    budget = before["small"] + before["large"] // 3
    page.evaluate("(bytes) => window.offline.setPictureBudget(bytes)", budget)
    after = stored(page)
    assert after["small"] == before["small"]
    assert 0 < after["large"] <= before["large"] // 3
    pictures = report(page)["pictures"]
    assert (pictures["bytes"], pictures["budget"], pictures["missing"]) == (sum(after.values()), budget, 0)
    assert page.evaluate("window.offline.entities.LocalProduct.count()") == PRODUCTS

    page.evaluate("window.offline.setPictureBudget(0)")
    assert sum(stored(page).values()) == 0
    assert page.evaluate("window.offline.entities.LocalProduct.count()") == PRODUCTS
    page.reload()
    expect(part(page, "result-count")).to_contain_text(str(PRODUCTS))
    assert report(page)["pictures"]["budget"] == 0


def test_a_large_picture_beyond_the_budget_comes_when_it_is_looked_at(pictured: Site, browser: Browser) -> None:
    page = open_app(browser(), pictured, "catalog")
    download(page)
    small = stored(page)["small"]
    page.evaluate("(bytes) => window.offline.setPictureBudget(bytes)", small + 10)
    assert stored(page)["large"] == 0
    size = """async (name) => {
        const blob = await window.offline.picture(name, "large");
        return blob && (await createImageBitmap(blob)).width;
    }"""
    name = pictured.shell("from catalog.models import Product; print(Product.objects.latest('pk').picture.name)")
    assert page.evaluate(size, name) == 1280
    assert stored(page)["large"] == 0, "there is no room to keep it"

    page.evaluate("(bytes) => window.offline.setPictureBudget(bytes)", small + 200_000)
    ready_for_offline(page)
    assert 0 < stored(page)["large"] <= 200_000
    assert page.evaluate(size, name) == 1280
    pictured.stop()
    assert page.evaluate(size, name) == 1280, "it was kept in the place of others"
    assert sum(stored(page).values()) <= small + 200_000


def test_the_report_says_what_the_browser_says(pictured: Site, browser: Browser) -> None:
    page = open_app(browser(), pictured, "catalog")
    download(page)
    told = report(page)
    assert told["entities"]["LocalProduct"]["rows"] == PRODUCTS
    assert told["entities"]["LocalProduct"]["bytes"] > 50 * PRODUCTS
    assert told["usage"] > told["pictures"]["bytes"]
    assert told["quota"] > told["usage"]
    assert told["persisted"] is page.evaluate("navigator.storage.persisted()")
    assert page.evaluate("window.offline.persist()") in (True, False)
