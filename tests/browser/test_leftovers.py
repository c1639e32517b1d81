"""S1: what left a person's scope is not even in the browser's databases."""

import json

from playwright.sync_api import Page

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, press_sync, sign_in
from tests.browser.test_deltas import ANOTHER_TERRITORY, of_nancy


def kept(page: Page) -> str:
    """Everything that the browser's databases of this origin hold, as text; files by their names."""
    text: str = page.evaluate(
        """async () => {
            const told = (request) => new Promise((resolve, reject) => {
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            const all = [];
            for (const { name } of await indexedDB.databases()) {
                const database = await told(indexedDB.open(name));
                for (const store of database.objectStoreNames) {
                    const open = database.transaction(store).objectStore(store);
                    const [keys, values] = await Promise.all([told(open.getAllKeys()), told(open.getAll())]);
                    all.push(name, store, keys, values);
                }
                database.close();
            }
            return JSON.stringify(all);
        }"""
    )
    return text


def test_S1_nothing_of_a_territory_that_was_taken_away_is_left_in_the_browser(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "sales")
    sign_in(page, "nancy")
    download(page)
    old, _ = of_nancy(site)
    assert found(old, page) == old

    site.shell(ANOTHER_TERRITORY)
    assert press_sync(page)["type"] == "synccomplete"
    new, _ = of_nancy(site)
    assert found(new, page) == new
    assert found(old, page) == set()


def found(words: set[str], page: Page) -> set[str]:
    """Those that are somewhere in the browser's databases."""
    everything = kept(page)
    return {word for word in words if json.dumps(word, ensure_ascii=False)[1:-1] in everything}
