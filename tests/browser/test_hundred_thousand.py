"""A catalogue of 100,000 products: the first sync survives being killed, is right, and is no burden for the server."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browser, kill
from tests.browser.line import Line
from tests.browser.site import Site
from tests.browser.steps import part, until_true

PRODUCTS = 100_000
FEW = 10_000
PARTS = "GET /api/sync/catalog/segments/LocalProduct/"
HALF = 1_200_000  # bytes of parts, compressed: about half of them
KEPT = 30_000  # rows that have arrived by then, at least
MORE_MEMORY = 30 << 20  # bytes that ten times as many rows may cost the server

# What the database itself has: rendered anew, and summed up as a device does.
TRUTH = """
import json
from syncapi.pull.rendering import rendered
from syncapi.keys import in_key_order
from syncapi.registry import registry
from syncapi.rows import RowSet
entity = registry.get("catalog").entities["LocalProduct"]
content = RowSet()
for _, text in rendered(entity, in_key_order(entity.rows(None), entity)):
    content.add(text)
print(json.dumps([content.rows, content.fingerprint]))
"""


def seeded(folder: Path, products: int) -> Site:
    site = Site(folder)
    site.manage("migrate", "--verbosity", "0")
    site.manage("seedcatalog", "--products", str(products))
    site.shell(
        "from catalog.models import Category, Product; Product.objects.update(picture=''); "
        "Category.objects.update(picture='')"
    )
    shutil.rmtree(site.folder / "media")
    site.sync_when_asked()
    return site


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return seeded(tmp_path_factory.mktemp("hundred-thousand"), PRODUCTS)


@pytest.fixture(scope="module")
def small_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return seeded(tmp_path_factory.mktemp("ten-thousand"), FEW)


@contextlib.contextmanager
def running(site: Site) -> Iterator[None]:
    site.start()
    try:
        yield
    finally:
        site.stop()


def begin(page: Page, url: str) -> None:
    """Opens the app and presses *Download*; the page remembers how far it says to be, and how long its tasks take."""
    page.goto(f"{url}/apps/catalog/")
    page.evaluate(
        """() => {
            window.steps = [];
            window.tasks = [];
            new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)))
                .observe({ type: "longtask" });
            window.ended = new Promise((resolve) => {
                window.offline.addEventListener("syncprogress", ({ detail }) => window.steps.push(detail));
                for (const type of ["synccomplete", "syncerror"])
                    window.offline.addEventListener(type, (event) => resolve({ type, ...event.detail }));
            });
        }"""
    )
    part(page, "download").click()


def finish(page: Page) -> dict[str, Any]:
    ended: dict[str, Any] = page.evaluate("window.ended")
    tasks: list[float] = page.evaluate("window.tasks")
    print(f"main-thread tasks over 50 ms: {[round(task) for task in tasks] or 'none'}")
    return ended


def carried(page: Page) -> list[Any]:
    summary: list[Any] = page.evaluate(
        "window.offline.syncProperties().then(({ entities: { LocalProduct: p } }) => [p.rows, p.fingerprint])"
    )
    return summary


def served(site: Site) -> int:
    """Answers to requests for parts so far, whole or not."""
    return sum(line.startswith(PARTS) for line in (site.folder / "access.log").read_text().splitlines())


def test_P2_P5_killed_half_way_it_goes_on_and_ends_right(catalogue: Site, browser: Browser, tmp_path: Path) -> None:
    with running(catalogue), Line(catalogue, PARTS) as line:
        line.stop_after(HALF)
        page = browser("phone").pages[0]
        begin(page, line.url)
        line.wait_until_stopped()
        until_true(page, f"window.steps.some(({{ phase, done }}) => phase === 'rows' && done >= {KEPT})")
        kill(tmp_path / "phone")
        catalogue.kill()
        line.cut()
        catalogue.start()
        before = served(catalogue)

        page = browser("phone").pages[0]
        begin(page, line.url)
        assert finish(page)["type"] == "synccomplete"

        assert served(catalogue) - before <= (PRODUCTS - KEPT) / 1000
        assert carried(page) == json.loads(catalogue.shell(TRUTH))
        compared = page.evaluate("window.offline.check()")
        assert (compared["status"], compared["repaired"]) == ("complete", {})


def test_P3_the_servers_memory_is_bounded_by_a_part(catalogue: Site, small_catalogue: Site, browser: Browser) -> None:
    peaks = {}
    for site, products in ((small_catalogue, FEW), (catalogue, PRODUCTS)):
        site.shell("from syncapi.models import Snapshot; Snapshot.objects.all().delete()")
        with running(site):
            page = browser(f"phone-{products}").pages[0]
            begin(page, site.url)
            assert finish(page)["type"] == "synccomplete"
            assert carried(page)[0] == products
            peaks[products] = site.peak_memory()
    print({products: f"{peak / 1e6:.1f} MB" for products, peak in peaks.items()})
    assert peaks[PRODUCTS] - peaks[FEW] <= MORE_MEMORY
