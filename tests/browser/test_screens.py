"""The screens: a new version that waits to be asked, and what everybody must be able to use."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import Site
from tests.browser.steps import apply_update, download, nest_categories, open_app, part, sign_in

TABLET = {"width": 820, "height": 1180}

# What is looked at: an app, a path, and what is pressed there.
SCREENS = {
    "sign-in": ("sales", "", ""),
    "first run": ("catalog", "", ""),
    "list": ("catalog", "LocalProduct/", ""),
    "filters": ("catalog", "LocalProduct/", "open-filters"),
    "narrowed": ("catalog", "LocalProduct/?q=ch&is.discontinued=false&is.unit_price=%7B%22gte%22%3A%2210%22%7D", ""),
    "nothing found": ("catalog", "LocalProduct/?q=zzz", ""),
    "tree": ("catalog", "LocalCategory/", ""),
    "detail": ("catalog", "LocalProduct/1/", ""),
    "picture": ("catalog", "LocalProduct/1/", "enlarge"),
    "unknown record": ("catalog", "LocalProduct/999999/", ""),
    "device": ("catalog", "status/", ""),
}


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{item['id']}: {node['html']}" for item in found for node in item["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, TABLET, DESKTOP], ids=["phone", "tablet", "desktop"])
def test_axe_finds_nothing(site: Site, browser: Browser, scheme: str, size: dict[str, int]) -> None:
    # The rules are a script of the test's own; everything else keeps to the policy.
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    nest_categories(site)
    found: dict[str, list[str]] = {}
    for name, (app, path, press) in SCREENS.items():
        page = open_app(context, site, app, path)
        if name == "list":
            download(page)
        expect(part(page, "starting")).to_be_hidden()  # it appears by and by, and is pale until then
        expect(page.locator("hv-app h1:visible").first).to_be_visible()
        if press:
            part(page, press).click()
        if problems := violations(page):
            found[name] = problems
    page.goto(f"{site.url}/")
    if problems := violations(page):
        found["home"] = problems
    assert found == {}


def test_what_is_touched_is_44_pixels_high(site: Site, browser: Browser) -> None:
    """A rem is what people set their browser to; the size of the page's text is another thing."""
    page = open_app(browser(viewport=PHONE), site, "sales")
    expect(part(page, "sign-in-form")).to_be_visible()
    controls = part(page, "sign-in-form").locator("input, button")
    heights = controls.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")
    assert len(heights) == 4
    assert min(heights) >= 44


def test_a_new_version_waits_until_it_is_asked_for(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    site.stop()
    site.start("tests.browser.newer")
    page.reload()
    page.evaluate("window.marker = 'still the same page'")
    expect(part(page, "update-banner")).to_be_visible()
    assert page.evaluate("window.marker") == "still the same page"

    apply_update(page)

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
    page.keyboard.press("ArrowDown")
    expect(part(page, "list-row").locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(part(page, "detail")).to_contain_text("Alfreds Futterkiste")
    expect(part(page, "detail").locator("h1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(part(page, "detail")).to_be_hidden()
    expect(part(page, "list-row").locator("a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(part(page, "search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(part(page, "search")).to_have_value("")
    expect(part(page, "result-count")).to_contain_text("22")
