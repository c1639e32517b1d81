"""Looking around while the first download runs (rule P3): on a line that stands still, breaks and comes back."""

from playwright.sync_api import expect

from tests.browser.conftest import Browser
from tests.browser.line import Line
from tests.browser.site import Site
from tests.browser.steps import heading, part

PARTS = "GET /api/sync/catalog/segments/LocalProduct/"
PRODUCTS = 20_000
HALF = 300_000  # bytes of parts, compressed


def test_P3_what_has_come_is_looked_at_and_the_place_is_kept_until_all_is_here(large: Site, browser: Browser) -> None:
    with Line(large, PARTS) as line:
        line.stop_after(HALF)
        page = browser(reduced_motion="reduce").pages[0]
        page.goto(f"{line.url}/apps/catalog/")
        part(page, "download").click()
        line.wait_until_stopped()
        part(page, "peek").click()

        expect(part(page, "download-banner")).to_contain_text("Still downloading")
        expect(part(page, "list-row").first).to_be_visible()
        arrived = page.evaluate("window.offline.entities.LocalProduct.count()")
        assert 0 < arrived < PRODUCTS
        part(page, "search").fill("amaretti")
        expect(part(page, "list-row").first).to_contain_text("Amaretti")
        few = page.evaluate("window.offline.entities.LocalProduct.count({ search: 'amaretti' })")
        part(page, "list-row").first.click()
        title = heading(page)
        assert title.startswith("Amaretti")

        line.cut()
        expect(part(page, "download-banner")).to_be_hidden()
        expect(part(page, "detail").locator("h1")).to_have_text(title)
        page.go_back()
        expect(part(page, "search")).to_have_value("amaretti")
        expect(part(page, "list-row").first).to_contain_text("Amaretti")
        all_of = page.evaluate("window.offline.entities.LocalProduct.count({ search: 'amaretti' })")
        assert all_of > few
        expect(part(page, "result-count")).to_contain_text(f"{all_of:,} of {PRODUCTS:,}")
