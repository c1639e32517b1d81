"""What the screens must not lose, and what they must not keep."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Browser
from tests.browser.site import Site
from tests.browser.steps import download, heading, open_app, part, press_sync, sign_in, sign_out

# The element that has the focus, through every shadow root.
FOCUSED = """() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.tagName === "A" ? element.getAttribute("href") : element?.tagName;
}"""


def focused(page: Page) -> Any:
    return page.evaluate(FOCUSED)


def test_the_engine_is_started_from_the_apps_own_address_on_a_first_visit(site: Site, browser: Browser) -> None:
    context = browser()
    page = context.pages[0]
    with page.expect_worker() as started:
        page.goto(f"{site.url}/apps/catalog/")
    assert started.value.url.startswith(f"{site.url}/apps/catalog/worker-")
    part(page, "download").click()
    expect(part(page, "result-count")).to_contain_text("77")


def test_a_worker_that_does_not_load_is_said_at_once(site: Site, browser: Browser) -> None:
    context = browser()
    context.route("**/worker-*.js", lambda route: route.abort())
    page = open_app(context, site, "catalog")
    expect(part(page, "starting").get_by_role("button")).to_be_visible()
    code: str = page.evaluate("window.offline.ready.then(() => 'ready', (error) => error.code)")
    assert code == "internal"


def test_a_sync_leaves_the_record_on_screen_with_its_focus(site: Site, browser: Browser) -> None:
    context = browser(viewport=DESKTOP)
    page = open_app(context, site, "catalog")
    download(page)
    page.goto(f"{site.url}/apps/catalog/LocalCategory/1/")
    link = part(page, "related-LocalProduct").locator("a").first
    link.focus()
    before = focused(page)
    page.evaluate(
        """() => {
            const root = document.querySelector("hv-app").renderRoot.querySelector("hv-detail").renderRoot;
            window.blanked = 0;
            new MutationObserver(() => {
                if (root.querySelector("article").getAttribute("aria-busy") === "true") window.blanked += 1;
            }).observe(root, { subtree: true, attributes: true, childList: true });
        }"""
    )
    for name in ("A tea", "A better tea"):
        change = f"from catalog.models import Product; Product.objects.filter(pk=1).update(name='{name}')"
        site.manage("shell", "-v", "0", "-c", change)
        page.evaluate("window.offline.onSync()")
        expect(part(page, "related-LocalProduct")).to_contain_text(name)
    assert page.evaluate("window.blanked") == 0
    assert focused(page) == before


def test_the_record_on_screen_is_read_again_in_place(site: Site, browser: Browser) -> None:
    page = open_app(browser(viewport=DESKTOP), site, "catalog")
    download(page)
    page.goto(f"{site.url}/apps/catalog/LocalProduct/1/")
    heading = part(page, "detail").locator("h1")
    expect(heading).to_have_text("Chai")
    site.manage("shell", "-v", "0", "-c", "from catalog.models import Product; Product.objects.update(name='Other')")
    page.evaluate("window.offline.onSync()")
    expect(heading).to_have_text("Other")
    expect(page).to_have_title("Other · Product catalogue")


def walk(page: Page, step: str) -> None:
    """Back or forward in the history, until the app has heard of it."""
    page.evaluate(
        """(step) => new Promise((resolve) => {
            addEventListener("popstate", () => resolve(), { once: true });
            history[step]();
        })""",
        step,
    )


def test_what_a_person_did_stays_behind_their_sign_out(site: Site, browser: Browser) -> None:
    """S2."""
    context = browser()
    page = open_app(context, site, "sales")
    app_title = page.title()
    sign_in(page, "nancy")
    download(page)
    part(page, "search").fill("al")
    expect(page).to_have_url(f"{site.url}/apps/sales/LocalCustomer/?q=al")
    searched = page.url
    part(page, "list-row").first.click()
    expect(page).to_have_title(f"{heading(page)} · {app_title}")
    expect(page).to_have_url(re.compile(r"/LocalCustomer/\d+/$"))
    record = page.url
    other = context.new_page()
    other.goto(record)
    expect(part(other, "detail")).to_be_visible()
    expect(other).not_to_have_title(app_title)

    page.go_back()
    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    for left in (page, other):
        expect(part(left, "sign-in-form")).to_be_visible()
        expect(left).to_have_title(app_title)
        expect(left).to_have_url(f"{site.url}/apps/sales/")
    walk(page, "back")
    expect(page).to_have_url(f"{site.url}/apps/sales/")

    sign_in(page, "andrew")
    download(page)
    for step in ("forward", "back"):
        walk(page, step)
        expect(part(page, "search")).to_have_value("")
        assert page.evaluate("location.href") not in (searched, record)


def test_the_list_is_walked_by_keyboard_to_its_ends_and_keeps_the_focus(site: Site, browser: Browser) -> None:
    page = open_app(browser(viewport=DESKTOP), site, "catalog", "LocalProduct/")
    download(page)
    rows = part(page, "list-row")
    focus = page.locator('[data-test="list-row"]:has(a:focus)')
    rows.first.locator("a").focus()
    for key, place in (("End", "77"), ("ArrowUp", "76"), ("Home", "1"), ("PageDown", None), ("End", "77")):
        page.keyboard.press(key)
        expect(focus).to_have_count(1)
        if place:
            expect(focus).to_have_attribute("aria-posinset", place)
        expect(focus).to_be_in_viewport()
    page.keyboard.press("Home")
    for _ in range(60):  # faster than rows are rendered
        page.keyboard.press("ArrowDown")
    expect(focus).to_have_attribute("aria-posinset", "61")

    # Scrolled away by wheel or finger the row keeps the focus, and a key goes on from it.
    part(page, "list").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    expect(part(page, "list-row").nth(0)).to_have_attribute("aria-posinset", "1")
    expect(focus).to_have_attribute("aria-posinset", "61")
    page.keyboard.press("ArrowDown")
    expect(focus).to_have_attribute("aria-posinset", "62")
    expect(focus).to_be_in_viewport()


def test_a_remembered_filter_of_an_attribute_that_is_gone_breaks_nothing(site: Site, browser: Browser) -> None:
    """L5."""
    page = open_app(browser(), site, "catalog")
    download(page)
    page.goto(f"{site.url}/apps/catalog/LocalProduct/?is.gone=1&order=-gone")
    expect(part(page, "result-count")).to_contain_text("77")
    expect(part(page, "list-row").first).to_be_visible()
    expect(part(page, "clear-filters")).to_have_count(0)


def test_presses_of_the_sync_button_are_never_a_loop(site: Site, browser: Browser) -> None:
    """Q1."""
    page = open_app(browser(), site, "catalog")
    download(page)
    for _ in range(8):
        assert press_sync(page)["type"] == "synccomplete"


def test_values_are_read_in_their_own_direction(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog", "LocalProduct/")
    hebrew = "from catalog.models import Product; Product.objects.filter(pk=1).update(name='תה (1)')"
    site.manage("shell", "-v", "0", "-c", hebrew)
    download(page)
    part(page, "search").fill("תה")
    expect(part(page, "list-row")).to_have_count(1)
    title = part(page, "list-row").locator(".title")
    expect(title).to_have_css("direction", "rtl")
    part(page, "list-row").click()
    expect(part(page, "detail").locator("h1")).to_have_css("direction", "rtl")
