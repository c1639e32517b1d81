"""Large entities in parts (decision 0015), against the real server: resumed, compared, repaired (0017), rebuilt."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browser, kill
from tests.browser.line import Line
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, until_true

PARTS = "GET /api/sync/catalog/segments/LocalProduct/"
PRODUCTS = 20_000
HALF = 300_000  # bytes of parts, compressed

# Number and fingerprint of the products, as the server tells a device that has nothing.
TOLD = """
import json
from syncapi.testing import FakeDevice
told = FakeDevice().sync("catalog").entities["LocalProduct"].message
assert (told["mode"], told["rows"], told["gaps"]) == ("snapshot", 0, 0), told
print(json.dumps({"rows": told["total"], "fingerprint": told["fingerprint"]}))
"""
# What `carried()` gives.
SUMMARY = """
import json
from django.db.models import Sum
from catalog.models import Product
last = Product.objects.order_by("pk").last()
print(json.dumps([Product.objects.count(), Product.objects.aggregate(sum=Sum("pk"))["sum"], last.name]))
"""

# Changes products in the device's database, and removes segments of them, as no code of the app does.
MEDDLE = """async (change) => {
    const told = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await told(indexedDB.open("haversack/catalog/anonymous"));
    const stores = database.transaction(["meta", "segments"], "readwrite");
    const { LocalProduct } = await told(stores.objectStore("meta").get("entities"));
    const segments = stores.objectStore("segments");
    const keyOf = (number) => ["LocalProduct", LocalProduct.generation, number];
    for (const [number, id] of change.rows) {
        const segment = await told(segments.get(keyOf(number)));
        const lines = segment.text.split("\\n");
        const at = lines.findIndex((line) => line.startsWith(`[${id},`));
        const row = JSON.parse(lines[at]);
        row[2] = `Meddled with ${id}`;
        lines[at] = JSON.stringify(row);
        await told(segments.put({ ...segment, text: lines.join("\\n") }, keyOf(number)));
    }
    for (const number of change.gone) await told(segments.delete(keyOf(number)));
    database.close();
}"""


CATEGORIES = "window.offline.entities.LocalCategory.count()"

# How many parts of the products a download that was cut has left in the device's database.
STAGED = """async () => {
    const told = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await told(indexedDB.open("haversack/catalog/anonymous"));
    const { LocalProduct = {} } = await told(database.transaction("meta").objectStore("meta").get("parts"));
    database.close();
    return Object.keys(LocalProduct).length;
}"""


def visit(page: Page, line: Line) -> None:
    """Opens the app; the page remembers how far it says to be."""
    page.goto(f"{line.url}/apps/catalog/")
    page.evaluate(
        """async () => {
            window.steps = [];
            window.ended = new Promise((resolve) => {
                window.offline.addEventListener("syncprogress", ({ detail }) => window.steps.push(detail));
                for (const type of ["synccomplete", "syncerror"])
                    window.offline.addEventListener(type, (event) => resolve({ type, ...event.detail }));
            });
            await window.offline.ready;
        }"""
    )


def finish(page: Page) -> dict[str, Any]:
    """The detail of the event that ends the sync, and how far it was, step by step."""
    ended: dict[str, Any] = page.evaluate("window.ended")
    steps: list[dict[str, Any]] = page.evaluate("window.steps")
    return {**ended, "steps": [(step["done"], step["total"]) for step in steps if step["phase"] == "rows"]}


def carried(page: Page) -> list[Any]:
    summary: list[Any] = page.evaluate(
        """window.offline.entities.LocalProduct.list({ orderBy: ["id"] }).then((rows) =>
            [rows.length, rows.reduce((sum, { id }) => sum + id, 0), rows.at(-1).name])"""
    )
    return summary


def proof(page: Page) -> dict[str, Any]:
    """Number and fingerprint of the products, as the device knows them."""
    told: dict[str, Any] = page.evaluate(
        """window.offline.syncProperties().then(({ entities }) => {
            const { rows, fingerprint } = entities.LocalProduct;
            return { rows, fingerprint };
        })"""
    )
    return told


def check(page: Page) -> dict[str, Any]:
    result: dict[str, Any] = page.evaluate("window.offline.check()")
    return result


@pytest.mark.parametrize("killed", ["server", "browser"])
def test_P2_a_first_download_goes_on(large: Site, browser: Browser, tmp_path: Path, killed: str) -> None:
    with Line(large, PARTS) as line:
        page = browser("phone").pages[0]
        line.stop_after(HALF)
        visit(page, line)
        part(page, "download").click()
        line.wait_until_stopped()
        until_true(page, "window.steps.some(({ phase, done }) => phase === 'rows' && done >= 1000)")
        if killed == "server":
            large.kill()
            line.cut()
            assert finish(page)["type"] == "syncerror"
            large.start()
        else:
            kill(tmp_path / "phone")
            line.cut()
            page = browser("phone").pages[0]

        visit(page, line)
        staged = 1000 * page.evaluate(STAGED)
        assert 1000 <= staged < PRODUCTS
        before = len(line.asked)
        part(page, "download").click()
        ended = finish(page)

        assert ended["type"] == "synccomplete"
        assert staged in [done for done, _ in ended["steps"]]
        assert {total for _, total in ended["steps"]} == {PRODUCTS + page.evaluate(CATEGORIES)}
        parts = line.asked[before:]
        assert len(parts) == len(set(parts)) == PRODUCTS // 1000 - staged // 1000
        assert carried(page) == json.loads(large.shell(SUMMARY))
        assert proof(page) == json.loads(large.shell(TOLD))
        assert check(page) == {"status": "complete", "repaired": {}}


def test_P5_a_comparison_repairs_ten_changed_rows_and_a_deleted_segment_and_says_so(
    large: Site, browser: Browser
) -> None:
    page = open_app(browser(), large, "catalog")
    download(page)
    first = page.evaluate("window.offline.entities.LocalProduct.list({ orderBy: ['id'], limit: 1 })")[0]["id"]
    rows = [[0, first + at] for at in (0, 1, 500, 999)] + [[7, first + 7000 + at] for at in (0, 3, 5, 77, 998, 999)]
    page.evaluate(MEDDLE, {"rows": rows, "gone": [12]})
    assert check(page) == {"status": "complete", "repaired": {"LocalProduct": 1010}}
    assert page.evaluate("window.offline.state().then(({ lastCheck }) => lastCheck.repaired)") == {"LocalProduct": 1010}
    assert carried(page) == json.loads(large.shell(SUMMARY))
    assert proof(page) == json.loads(large.shell(TOLD))
    assert check(page) == {"status": "complete", "repaired": {}}

    page.reload()
    assert carried(page) == json.loads(large.shell(SUMMARY))
    assert page.evaluate("window.offline.entities.LocalProduct.count({ search: 'Meddled' })") == 0


def test_L4_a_database_that_the_browser_evicts_is_noticed_and_rebuilt(large: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, large, "catalog")
    download(page)
    replica = page.evaluate("window.offline.state().then(({ replica }) => replica)")
    devtools = context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": large.url, "storageTypes": "indexeddb"})

    state = page.evaluate("window.offline.state()")
    assert state["replica"] not in (replica, None)
    assert state["entities"] == {}
    result = page.evaluate("window.offline.onSync()")
    assert result["status"] == "complete"
    assert carried(page) == json.loads(large.shell(SUMMARY))
    assert proof(page) == json.loads(large.shell(TOLD))
    assert page.evaluate("window.offline.state().then(({ replica }) => replica)") == state["replica"]


def test_L4_a_device_without_space_says_so_takes_none_and_syncs_when_there_is_some(
    large: Site, browser: Browser
) -> None:
    context = browser()
    devtools = context.new_cdp_session(context.pages[0])
    # Before the first write: the browser remembers for a while how much space there was.
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": large.url, "quotaSize": 50_000})
    page = open_app(context, large, "catalog")
    result = page.evaluate("window.offline.onSync()")
    assert (result["status"], result["error"]["code"], result["error"]["retry"]) == ("error", "quota", False)
    kept = page.evaluate(
        """async () => {
            const told = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
            const database = await told(indexedDB.open("haversack/catalog/anonymous"));
            const segments = await told(database.transaction("segments").objectStore("segments").count());
            database.close();
            return segments;
        }"""
    )
    assert kept == 0
    assert page.evaluate("window.offline.state().then(({ lastError }) => lastError.code)") == "quota"

    devtools.send("Storage.overrideQuotaForOrigin", {"origin": large.url})
    assert page.evaluate("window.offline.onSync()")["status"] == "complete"
    assert carried(page) == json.loads(large.shell(SUMMARY))
    assert proof(page) == json.loads(large.shell(TOLD))
