"""`python -m bench.first_sync [--products N …]`: what a first sync costs a phone, on a real server, in a real Chromium.

The page's own thread is measured by tracing, in time on the wall and in time of the processor: on a machine that does
other things the first says little. Each answer is measured as it travels, compressed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

from tests.browser.conftest import ARGUMENTS, PHONE
from tests.browser.site import Site

CHANGED = 100  # rows of a delta
STARTS = 5
MINUTES = 10 * 60_000
AFTER = 3_000  # milliseconds for which the page is watched after the list is there
SEARCH = "amaretti"  # typed key by key; the seeded catalogue has such products
CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline"]

# Resolves when rows are drawn: the frame after the one in which they were put there.
PAINTED = """() => new Promise((resolve) => {
    const within = (root, name) => root?.querySelector(name)?.shadowRoot;
    const look = () => within(within(within(document, "hv-app"), "hv-list"), "hv-rows")?.querySelector("[data-key]")
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
        : requestAnimationFrame(look);
    look();
})"""

# Answers of the worker, and rows drawn, for each key typed into the search.
TYPED = """async (text) => {
    const frames = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const products = window.offline.entities.LocalProduct;
    const list = document.querySelector("hv-app").shadowRoot.querySelector("hv-list");
    const search = list.shadowRoot.querySelector("hv-search");
    const rows = list.shadowRoot.querySelector("hv-rows");
    const answered = [], painted = [];
    const type = async (value) => {
        const counted = new Promise((resolve) => rows.addEventListener("hv-counted", resolve, { once: true }));
        search.dispatchEvent(new CustomEvent("hv-search", { detail: value, bubbles: true, composed: true }));
        await counted;
        await frames();
    };
    for (let size = 1; size <= text.length; size += 1) {
        const begun = performance.now();
        await products.count({ search: text.slice(0, size) });
        answered.push(performance.now() - begun);
    }
    for (let size = 1; size <= text.length; size += 1) {
        const begun = performance.now();
        await type(text.slice(0, size).toUpperCase());
        painted.push(performance.now() - begun);
    }
    return { answered, painted };
}"""

SYNC = """() => new Promise((resolve) => {
    const begun = performance.now();
    for (const type of ["synccomplete", "syncerror"])
        window.offline.addEventListener(type, () => resolve([type, performance.now() - begun]), { once: true });
    window.offline.onSync();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[100, 10_000, 100_000])
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="path of the browser")
    arguments = parser.parse_args()
    sizes = sorted(arguments.products)
    with sync_playwright() as playwright:
        measured = [measure(playwright, arguments.chromium, products) for products in sizes]
    print(f"{'products':<44}" + "".join(f"{products:>14,}" for products in sizes) + f"{'ratio':>10}")
    for name in measured[0]:
        values = [one[name] for one in measured]
        ratio = values[-1] / values[0] if values[0] else float("nan")
        print(f"{name:<44}" + "".join(f"{value:14,.1f}" for value in values) + f"{ratio:10.1f}")


def measure(playwright: Playwright, chromium: str, products: int) -> dict[str, float]:
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "site").mkdir()
        site = seeded(Path(folder) / "site", products)
        site.start()
        try:
            with device(playwright, chromium, Path(folder) / "first") as context:
                page = context.pages[0]
                found |= first_sync(context, page, site, products)
                found["server: most memory, MB"] = site.peak_memory() / 1e6
                found["poll without changes, ms"] = synced(page)
                change(site)
                found[f"delta of {CHANGED} rows, ms"] = synced(page)
                found |= typed(page)
            with device(playwright, chromium, Path(folder) / "second") as context:
                second = first_sync(context, context.pages[0], site, products)
                found["second device: list painted, ms"] = second["first sync: list painted, ms"]
        finally:
            site.stop()
        with device(playwright, chromium, Path(folder) / "first") as context:
            found["cold start offline: list painted, ms"] = statistics.median(
                started(context, site) for _ in range(STARTS)
            )
    return found


def first_sync(context: BrowserContext, page: Page, site: Site, products: int) -> dict[str, float]:
    page.goto(f"{site.url}/apps/catalog/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    button = page.locator('[data-test="download"]')
    button.wait_for()
    before = travelled(site)
    with tasks(context.new_cdp_session(page)) as measured:
        begun = page.evaluate("performance.now()")
        button.click()
        page.set_default_timeout(MINUTES)
        painted = page.evaluate(PAINTED) - begun
        page.wait_for_timeout(AFTER)
    assert page.evaluate("window.offline.entities.LocalProduct.count()") == products
    return {
        "first sync: list painted, ms": painted,
        "rows a second": products / painted * 1e3,
        "on the wire, MB": (travelled(site) - before) / 1e6,
        "longest task of the page: wall, ms": max(wall for wall, _ in measured),
        "longest task of the page: processor, ms": max(cpu for _, cpu in measured),
        "tasks of the page over 50 ms: wall": sum(wall > 50 for wall, _ in measured),
        "tasks of the page over 50 ms: processor": sum(cpu > 50 for _, cpu in measured),
    }


def synced(page: Page) -> float:
    ended, duration = page.evaluate(SYNC)
    assert ended == "synccomplete"
    return float(duration)


def typed(page: Page) -> dict[str, float]:
    keys: dict[str, list[float]] = page.evaluate(TYPED, SEARCH)
    return {
        "search, a key: answered, median ms": statistics.median(keys["answered"]),
        "search, a key: answered, most ms": max(keys["answered"]),
        "search, a key: painted, median ms": statistics.median(keys["painted"]),
        "search, a key: painted, most ms": max(keys["painted"]),
    }


def started(context: BrowserContext, site: Site) -> float:
    """Opens the app in a page of its own, without a server: milliseconds from its address to its rows."""
    page = context.new_page()
    page.goto(f"{site.url}/apps/catalog/", wait_until="commit")
    painted: float = page.evaluate(PAINTED)
    page.close()
    return painted


def change(site: Site) -> None:
    """Another price for `CHANGED` products, from all over the catalogue."""
    site.sql(
        "UPDATE catalog_product SET unit_price = unit_price + 1 WHERE id IN (SELECT id FROM catalog_product "
        "WHERE id % max(1, (SELECT count(*) FROM catalog_product) / ?) = 0 LIMIT ?)",
        *(CHANGED, CHANGED),
    )


def travelled(site: Site) -> int:
    """Bytes of all answers of the sync API so far."""
    lines = (site.folder / "access.log").read_text().splitlines()
    return sum(int(line.rpartition(" ")[2]) for line in lines if " /api/sync/" in line)


@contextmanager
def tasks(session: CDPSession) -> Iterator[list[tuple[float, float]]]:
    """Gives the tasks of the page's main thread while this is open, once it is closed: wall and processor, in ms."""
    events: list[dict[str, Any]] = []
    measured: list[tuple[float, float]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {"includedCategories": CATEGORIES}})
    yield measured
    session.send("Tracing.end")
    deadline = time.monotonic() + 60
    while not ended:
        assert time.monotonic() < deadline
        session.send("Tracing.getCategories")  # lets what came in between arrive
    measured += page_tasks(events)


def page_tasks(events: list[dict[str, Any]]) -> list[tuple[float, float]]:
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    by_thread: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["name"] == "RunTask" and event["ph"] == "X" and thread in mains:
            by_thread.setdefault(thread, []).append((event["dur"] / 1e3, event.get("tdur", 0) / 1e3))
    # The page's renderer is the busiest: the browser keeps others in reserve.
    return max(by_thread.values(), key=len)


@contextmanager
def device(playwright: Playwright, chromium: str, profile: Path) -> Iterator[BrowserContext]:
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        args=ARGUMENTS,
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        locale="en-GB",
    )
    yield context
    context.close()


def seeded(folder: Path, products: int) -> Site:
    site = Site(folder)
    site.manage("migrate", "--verbosity", "0")
    site.manage("seedcatalog", "--products", str(products))
    site.shell(
        "from catalog.models import Category, Product; Product.objects.update(picture=''); "
        "Category.objects.update(picture='')"
    )
    shutil.rmtree(site.folder / "media", ignore_errors=True)
    site.sync_when_asked()
    return site


if __name__ == "__main__":
    main()
