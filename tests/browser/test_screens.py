"""The screens: a new version that waits to be asked, and what everybody must be able to use."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, sign_in

SCREENS = {
    "sign-in": ("sales", ""),
    "first run": ("catalog", ""),
    "list": ("catalog", "LocalProduct/"),
    "nothing found": ("catalog", "LocalProduct/?q=zzz"),
    "detail": ("catalog", "LocalProduct/1/"),
    "unknown record": ("catalog", "LocalProduct/999999/"),
    "status": ("catalog", "status/"),
}


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{item['id']}: {node['html']}" for item in found for node in item["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(site: Site, browser: Browser, scheme: str, size: dict[str, int]) -> None:
    # The rules are a script of the test's own; everything else keeps to the policy.
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    found: dict[str, list[str]] = {}
    for name, (app, path) in SCREENS.items():
        page = open_app(context, site, app, path)
        if name == "list":
            download(page)
        expect(page.locator("hv-app h1:visible").first).to_be_visible()
        if problems := violations(page):
            found[name] = problems
    page.goto(f"{site.url}/")
    if problems := violations(page):
        found["home"] = problems
    assert found == {}


def test_a_new_version_waits_until_it_is_asked_for(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    site.stop()
    site.start("tests.browser.newer")
    page.reload()
    page.evaluate("window.marker = 'still the same page'")
    expect(part(page, "update-banner")).to_be_visible()
    assert page.evaluate("window.marker") == "still the same page"

    with page.expect_navigation():
        part(page, "update-banner").get_by_role("button", name="Update").click()

    expect(part(page, "result-count")).to_contain_text("77")
    expect(part(page, "update-banner")).to_be_hidden()
    site.stop()
    page.reload()
    expect(part(page, "result-count")).to_contain_text("77")


def test_search_finds_words_without_their_accents_and_is_kept(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    part(page, "search").fill("cote")
    expect(part(page, "list-row")).to_have_count(1)
    expect(part(page, "list-row")).to_contain_text("Côte de Blaye")
    part(page, "list-row").click()
    expect(part(page, "detail")).to_be_visible()
    page.go_back()
    expect(part(page, "search")).to_have_value("cote")
    page.reload()
    expect(part(page, "search")).to_have_value("cote")
    part(page, "search").fill("zzz")
    expect(part(page, "list-row")).to_have_count(0)
    part(page, "clear-search").click()
    expect(part(page, "result-count")).to_contain_text("77")


def test_every_path_works_by_keyboard(site: Site, browser: Browser) -> None:
    page = open_app(browser(viewport=DESKTOP), site, "sales")
    expect(part(page, "sign-in-form")).to_be_visible()
    sign_in(page, "nancy")
    part(page, "download").focus()
    page.keyboard.press("Enter")
    expect(part(page, "list")).to_be_visible()
    page.keyboard.press("/")
    expect(part(page, "search")).to_be_focused()
    page.keyboard.type("alfreds")
    expect(part(page, "list-row")).to_have_count(1)
    for _ in range(10):  # from the search over the filters to the rows, one Tab each
        page.keyboard.press("Tab")
        if part(page, "list-row").locator("a:focus").count():
            break
    page.keyboard.press("Enter")
    expect(part(page, "detail")).to_contain_text("Alfreds Futterkiste")
    expect(part(page, "detail").locator("h1")).to_be_focused()
