"""Other languages than English: German as it is, and one from right to left that is made up for this."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import lettered
from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import Site
from tests.browser.steps import (
    apply_update,
    download,
    nest_categories,
    open_app,
    part,
    press_sync,
    ready_for_offline,
    sign_in,
)
from tests.browser.test_screens import SCREENS, violations

SMALL = {"width": 360, "height": 740}
SMALLEST = {"width": 320, "height": 640}
ARABIC = re.compile(r"[\u0600-\u06ff]")

# What is wrong with how a page is laid out: what reaches over the sides of the screen, and words that are cut off where
# nothing says that they go on.
FAULTS = """() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the screen");
    const scrolls = (element) => {
        for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
            const { overflowX, position } = getComputedStyle(at);
            if (at !== element && /auto|scroll|hidden|clip/.test(overflowX)) return true;
            if (position === "fixed") return false;
        }
        return false;
    };
    const visit = (root) => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) visit(element.shadowRoot);
            if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
            const { left, right, width, height } = element.getBoundingClientRect();
            if (width < 2 || height < 2 || element.closest("svg")) continue;
            const words = element.textContent.trim().slice(0, 60);
            const name = `${element.localName} ${element.dataset.test ?? element.className}: ${words}`;
            if ((left < -1 || right > innerWidth + 1) && !scrolls(element)) found.push(`over the side: ${name}`);
            const { overflowX, textOverflow } = getComputedStyle(element);
            const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
            if (hasText && isCut && textOverflow !== "ellipsis" && getComputedStyle(element).display !== "inline")
                found.push(`too narrow: ${name}`);
            if (isCut && textOverflow === "ellipsis" && element.matches("button, button *, h1, h1 *, nav a *"))
                found.push(`cut off: ${name}`);
        }
    };
    visit(document);
    return found;
}"""


def faults(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FAULTS)
    return found


def walk(context: BrowserContext, site: Site, shots: Path | None = None) -> dict[str, list[str]]:
    """Looks at every screen; what is wrong with each."""
    found: dict[str, list[str]] = {}
    for name, (app, path, press) in SCREENS.items():
        page = open_app(context, site, app, path)
        if name == "list":
            download(page)
        expect(page.locator("hv-app h1:visible").first).to_be_visible()
        expect(part(page, "starting")).to_have_count(0)
        if path.count("/") > 1 and name != "unknown record":
            expect(part(page, "detail").locator("dl").first).to_be_visible()
        elif "/" in path and app == "catalog" and name not in ("nothing found", "device", "unknown record"):
            expect(part(page, "list-row").or_(part(page, "tree")).first).to_be_visible()
        if press:
            part(page, press).click()
        if shots is not None:
            page.screenshot(path=shots / f"{name.replace(' ', '-')}.png", animations="disabled")
        if problems := faults(page):
            found[name] = problems
    return found


@pytest.fixture
def lettered_site(site: Site) -> Site:
    """A site that speaks the made-up language."""
    lettered.write(site.folder / "locale")
    site.stop()
    site.start("tests.browser.otherway")
    return site


def lang(page: Page) -> Any:
    return page.evaluate("[document.documentElement.lang, document.documentElement.dir]")


def test_a_german_browser_has_german_screens_online_and_offline(site: Site, browser: Browser) -> None:
    page = open_app(browser(locale="de-DE", bypass_csp=True), site, "catalog")
    expect(part(page, "download")).to_have_text("Herunterladen")
    assert lang(page) == ["de", "ltr"]
    download(page)
    expect(page).to_have_title(re.compile("^Artikel"))
    expect(part(page, "nav-LocalCategory")).to_contain_text("Warengruppen")
    expect(part(page, "result-count")).to_contain_text("77 Artikel")
    assert press_sync(page)["type"] == "synccomplete"
    error = page.evaluate(
        "window.offline.actions.stock_now({ product: 999999 }).catch(({ code, message }) => ({ code, message }))"
    )
    assert error == {"code": "no_such_product", "message": "Dieser Artikel ist nicht mehr im Katalog."}
    site.stop()
    page.reload()
    assert lang(page) == ["de", "ltr"]
    expect(part(page, "result-count")).to_contain_text("77 Artikel")
    failed = press_sync(page)
    assert failed["error"]["message"] == "Der Server ist nicht erreichbar."
    part(page, "search").fill("cote")
    expect(part(page, "list-row")).to_have_count(1)
    part(page, "list-row").click()
    expect(part(page, "detail")).to_contain_text("Einzelpreis")
    expect(part(page, "detail")).to_contain_text("263,50")
    page.goto(f"{site.url}/apps/catalog/status/")
    expect(part(page, "sync-status")).to_have_text("Keine Verbindung")
    expect(part(page, "readiness")).to_contain_text("Bereit für offline")
    assert violations(page) == []


def test_german_words_fit(site: Site, browser: Browser) -> None:
    nest_categories(site)
    found = walk(browser(locale="de-DE", viewport=SMALL, reduced_motion="reduce"), site)
    assert found == {}


def test_german_words_fit_the_smallest_phone_where_somebody_writes(site: Site, browser: Browser) -> None:
    """320 pixels are also what is left of a screen of 1280 that is magnified four times (WCAG 2.2, 1.4.10)."""
    page = open_app(
        browser(locale="de-DE", viewport=SMALLEST, reduced_motion="reduce"), site, "sales", "LocalCustomer/"
    )
    sign_in(page, "nancy")
    download(page)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        # The way back and the tabs say with dots that they go on.
        if problems := [fault for fault in faults(page) if not fault.startswith("cut off: span :")]:
            found[name] = problems

    part(page, "list-row").first.click()
    expect(part(page, "related-LocalOrder")).to_be_visible()
    look("record")
    part(page, "edit").click()
    part(page, "field-contact_name").locator("input").fill("Ada")
    expect(part(page, "draft-kept")).to_have_attribute("data-kept", "true")
    look("form")
    part(page, "save").click()
    expect(part(page, "toast-action")).to_be_visible()
    look("saved")
    page.goto(f"{site.url}/apps/sales/LocalStockCount/")
    expect(part(page, "sync-status")).to_have_text("1 nicht gesendet")
    look("a list with a long name")
    page.goto(f"{site.url}/apps/sales/changes/")
    part(page, "section-unsent").locator("button").first.click()
    expect(part(page, "discard-confirm").or_(part(page, "no-changes"))).to_be_visible()
    look("changes")
    assert found == {}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_right_to_left_everything_is_mirrored_and_fits(
    lettered_site: Site, browser: Browser, size: dict[str, int]
) -> None:
    nest_categories(lettered_site)
    context = browser(locale="ar", viewport=size, reduced_motion="reduce")
    assert walk(context, lettered_site) == {}
    page = open_app(context, lettered_site, "catalog", "LocalProduct/1/")
    assert lang(page) == ["ar", "rtl"]
    expect(part(page, "detail")).to_contain_text(ARABIC)
    middle = size["width"] / 2
    if size is PHONE:  # the way back is where reading begins
        back = part(page, "back").bounding_box()
        assert back is not None
        assert back["x"] > middle
    else:  # the list is on the right of its record
        row, record = part(page, "list-row").first.bounding_box(), part(page, "detail").bounding_box()
        assert row is not None
        assert record is not None
        assert row["x"] > record["x"] + record["width"] - 1


def test_another_language_of_the_browser_comes_with_the_next_version(site: Site, browser: Browser) -> None:
    english = browser(locale="en-GB")
    page = open_app(english, site, "catalog")
    download(page)
    expect(part(page, "result-count")).to_contain_text("77 products")
    english.close()
    page = open_app(browser(locale="de-DE"), site, "catalog")
    # One language at a time, screens and labels alike, until the person takes the new version.
    assert lang(page) == ["en", "ltr"]
    press_sync(page)
    expect(part(page, "result-count")).to_contain_text("77 products")
    apply_update(page)
    assert lang(page) == ["de", "ltr"]
    press_sync(page)
    expect(part(page, "result-count")).to_contain_text("77 Artikel")


def test_who_signs_in_is_answered_in_german(site: Site, browser: Browser) -> None:
    page = open_app(browser(locale="de-DE"), site, "sales")
    sign_in(page, "nancy", "wrong")
    expect(part(page, "sign-in-form")).to_contain_text("Benutzername oder Passwort stimmt nicht.")
    sign_in(page, "nancy")
    download(page)
    expect(part(page, "nav-LocalOrder")).to_contain_text("Aufträge")
    ready_for_offline(page)
