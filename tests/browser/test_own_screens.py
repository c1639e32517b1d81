"""Screens of an app's own in place of generated ones, in a real browser: the example of `docs/screens.md`."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browser
from tests.browser.ownscreens import __name__ as ownscreens
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part

pytestmark = pytest.mark.browser


def test_own_screens_show_the_records_and_lead_to_one_another_also_offline(site: Site, browser: Browser) -> None:
    site.stop()
    site.start(f"{ownscreens}.settings")
    context = browser()
    page = open_app(context, site, "ownscreens", "LocalShelf/")
    # A screen that cannot be loaded is the generated one, which says so.
    download(page)
    expect(part(page, "screen-failed")).to_be_visible()
    expect(page.locator("hv-list h1")).to_have_text("Categories")
    site.stop()

    page.goto(f"{site.url}/apps/ownscreens/LocalPrice/")
    board = page.locator("hv-own-screen[kind=list]")
    rows = board.locator("li")
    expect(rows).to_have_count(77)
    expect(rows.first).to_contain_text("Geitost")
    board.get_by_role("searchbox").fill("chai")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(f"{site.url}/apps/ownscreens/LocalPrice/?q=chai")
    rows.first.get_by_role("link").click()
    tag = page.locator("price-tag")
    expect(tag.locator("h1")).to_have_text("Chai")
    expect(tag.locator("h1")).to_be_focused()
    expect(page).to_have_title("Chai · Prices")
    # Opened by its address, without a server.
    page.reload()
    expect(tag.locator("strong")).to_have_text("18.00")
    page.get_by_text("All prices").click()
    expect(tag).to_have_count(0)
    expect(rows).to_have_count(1)
    board.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(77)

    page.goto(f"{site.url}/apps/ownscreens/LocalPrice/9999999/")
    expect(part(page, "not-on-device")).to_be_visible()
