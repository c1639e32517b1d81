"""What a person does, in one line each."""

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.patience import MILLISECONDS, until
from tests.browser.site import PASSWORD, Site


def part(page: Page, name: str) -> Locator:
    """The part of the screen with this `data-test`."""
    return page.locator(f'[data-test="{name}"]')


def open_app(context: BrowserContext, site: Site, app: str, path: str = "") -> Page:
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{site.url}/apps/{app}/{path}")
    return page


def download(page: Page) -> None:
    """The first download, by the button of the first screen; waits until the app is ready to go offline."""
    part(page, "download").click()
    expect(part(page, "list")).to_be_visible()
    ready_for_offline(page)


def ready_for_offline(page: Page) -> None:
    """Until rows and pictures are here and the service worker has what it keeps."""
    page.evaluate(
        """async (patience) => {
            const end = performance.now() + patience;
            for (;;) {
                const { syncing, lastSync, filesMissing } = await window.offline.state();
                // Not the page's controller: a page that loads while the first service worker starts has none.
                const worker = (await navigator.serviceWorker.getRegistration())?.active?.state;
                const facts = { syncing, lastSync, filesMissing, worker };
                if (lastSync !== null && syncing === null && filesMissing === 0 && worker === "activated") return;
                if (performance.now() > end) throw new Error(`not ready for offline: ${JSON.stringify(facts)}`);
                await new Promise(requestAnimationFrame);
            }
        }""",
        MILLISECONDS,
    )


def heading(page: Page) -> str:
    """What the record that is on screen is called, once it is read."""
    expect(part(page, "detail")).to_have_attribute("aria-busy", "false")
    return part(page, "detail").locator("h1").inner_text()


def nest_categories(site: Site) -> None:
    """Northwind's categories lie side by side: some of them move below another."""
    site.shell(
        "from catalog.models import Category as C; "
        "C.objects.filter(name__in=['Confections', 'Condiments']).update(parent=C.objects.get(name='Produce'))"
    )


def press_sync(page: Page) -> dict[str, Any]:
    """Presses the sync button and returns the detail of the event that ends the sync."""
    page.evaluate(
        """() => {
            window.ended = new Promise((resolve) => {
                for (const type of ["synccomplete", "syncerror"])
                    window.offline.addEventListener(type, (event) => resolve({ type, ...event.detail }));
            });
        }"""
    )
    part(page, "sync-button").click()
    ended: dict[str, Any] = page.evaluate(
        """(patience) => Promise.race([
            window.ended,
            new Promise((_, reject) => setTimeout(() => reject(new Error("the sync did not end")), patience)),
        ])""",
        MILLISECONDS,
    )
    return ended


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    form = part(page, "sign-in-form")
    form.locator('input[autocomplete="username"]').fill(username)
    form.locator('input[autocomplete="current-password"]').fill(password)
    form.locator('[type="submit"]').click()


def sign_out(page: Page) -> None:
    part(page, "nav-status").click()
    part(page, "sign-out").click()
    part(page, "sign-out-confirm").click()


def apply_update(page: Page) -> None:
    """Presses "Update" and waits for the page of the new version: a change of the address alone is none."""
    with page.expect_event("load"):
        part(page, "update-banner").get_by_role("button", name="Update").click()


def databases(page: Page) -> set[str]:
    """Names of the browser's databases of this origin."""
    names: list[str] = page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))")
    return set(names)


def until_left(page: Page, *names: str) -> None:
    """Until these are the only databases of this origin: who signs out is shown the door a moment before."""
    assert until(lambda: databases(page) == set(names)), databases(page)


def until_true(page: Page, expression: str) -> None:
    """Asks from outside: a page that evaluates text by itself, again and again, offends against the apps' policy."""
    assert until(lambda: bool(page.evaluate(expression))), expression
