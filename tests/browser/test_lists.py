"""Lists: narrowing, walking down a tree, and finding the place again."""

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Browser
from tests.browser.site import Site
from tests.browser.steps import download, nest_categories, open_app, part, press_sync


def top_row(page: Page) -> str:
    """Key of the first row in sight."""
    key: str = part(page, "list").evaluate(
        """async (list) => {
            for (;;) {
                const { top } = list.getBoundingClientRect();
                const rows = [...list.querySelectorAll('[data-test="list-row"]')];
                const first = rows.find((row) => row.getBoundingClientRect().bottom > top + 60);
                if (first?.dataset.key) return first.dataset.key;
                await new Promise(requestAnimationFrame);  // what was scrolled to is painted a moment later
            }
        }"""
    )
    return key


def height(page: Page, key: str) -> float:
    """How far down the row of a record is on the screen."""
    top: float = page.locator(f'[data-key="{key}"]').evaluate("(row) => row.getBoundingClientRect().top")
    return top


def position(page: Page, key: str) -> int:
    """The how-manieth of the list the row of a record is."""
    return int(page.locator(f'[data-key="{key}"]').get_attribute("aria-posinset") or 0)


def scroll(page: Page, top: int) -> None:
    part(page, "list").evaluate("(list, top) => list.scrollTo({ top })", top)


def test_filters_count_what_they_would_leave_and_are_taken_away_one_by_one(site: Site, browser: Browser) -> None:
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "open-filters").click()
    panel = part(page, "filters")
    discontinued = panel.locator('[data-test="filter-discontinued"]')
    expect(discontinued.get_by_label("Yes")).to_be_visible()
    expect(discontinued.locator("label", has_text="Yes")).to_contain_text("8")

    discontinued.get_by_label("Yes").check()
    expect(part(page, "show-results")).to_have_text("Show 8 products")
    panel.get_by_label("Unit price from").fill("40")
    expect(part(page, "show-results")).to_have_text("Show 3 products")
    part(page, "show-results").click()

    expect(panel).to_be_hidden()
    expect(part(page, "open-filters")).to_be_focused()
    expect(part(page, "list-row")).to_have_count(3)
    page.reload()  # the address carries them
    expect(part(page, "list-row")).to_have_count(3)
    part(page, "chip-unit_price").click()
    expect(part(page, "list-row")).to_have_count(8)
    part(page, "chip-discontinued").click()
    expect(part(page, "result-count")).to_contain_text("77")


def test_filters_work_by_keyboard_beside_the_list(site: Site, browser: Browser) -> None:
    page = open_app(browser(viewport=DESKTOP, reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "open-filters").focus()
    page.keyboard.press("Enter")
    expect(part(page, "filters").locator("h2")).to_be_focused()
    for _ in range(40):  # over the tree, bounds and suppliers, one Tab each
        page.keyboard.press("Tab")
        if part(page, "filter-discontinued").get_by_label("Yes").evaluate("(box) => box.matches(':focus')"):
            break
    page.keyboard.press("Space")
    expect(part(page, "list-row")).to_have_count(8)
    page.keyboard.press("Escape")
    expect(part(page, "filters")).to_be_hidden()
    expect(part(page, "open-filters")).to_be_focused()
    part(page, "column-unit_price").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(part(page, "list-row").first).to_contain_text("123.79")
    expect(page).to_have_url(re.compile("order=-unit_price"))


def test_a_branch_of_the_tree_shows_what_lies_below_it(site: Site, browser: Browser) -> None:
    nest_categories(site)
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    strip = part(page, "strip")
    # 5 products of its own, 13 confections and 12 condiments.
    strip.get_by_role("button", name="Produce 30").click()
    expect(part(page, "result-count")).to_contain_text("30 of 77")
    strip.get_by_role("button", name="Condiments 12").click()
    expect(part(page, "result-count")).to_contain_text("12 of 77")
    expect(page).to_have_url(re.compile(quote('"under"')))
    site.stop()
    page.reload()
    expect(part(page, "result-count")).to_contain_text("12 of 77")
    strip.get_by_role("button", name="All").click()
    expect(part(page, "result-count")).to_contain_text("77")


def test_the_tree_of_categories_by_keyboard(site: Site, browser: Browser) -> None:
    nest_categories(site)
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "nav-LocalCategory").click()
    tree = part(page, "tree")
    expect(tree.get_by_role("treeitem", name="Condiments, 12")).to_be_visible()  # unfolded: there are few
    part(page, "search").focus()
    page.keyboard.press("ArrowDown")
    expect(tree.locator(":focus")).to_have_count(1)
    page.keyboard.press("End")
    expect(tree.get_by_role("treeitem", name="Seafood, 12")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(tree.get_by_role("treeitem", name="Confections, 13")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name="Produce, 30")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name="Condiments, 12")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(part(page, "detail").locator("h1")).to_have_text("Produce")
    page.keyboard.press("Escape")
    expect(tree.get_by_role("treeitem", name="Produce, 30")).to_be_focused()
    part(page, "tree-switch").click()
    expect(part(page, "list-row")).to_have_count(8)


def test_back_finds_the_place_and_a_sync_keeps_it(site: Site, browser: Browser) -> None:
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    scroll(page, 2000)
    before = top_row(page)
    row = page.locator(f'[data-key="{before}"] a')
    row.click()
    expect(part(page, "detail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    assert top_row(page) == before

    site.shell("from catalog.models import Product; Product.objects.filter(name='Chai').update(unit_price=19)")
    page.evaluate("window.offline.onSync()")
    expect(part(page, "toast")).to_be_visible()
    expect(row).to_be_focused()
    assert top_row(page) == before


def test_records_are_stepped_through_in_the_order_of_the_list(site: Site, browser: Browser) -> None:
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "search").fill("ch")
    expect(part(page, "list-row").nth(2).locator("mark").first).to_be_visible()  # found, and painted
    titles = [row.split("\n")[0] for row in part(page, "list-row").all_inner_texts()]
    part(page, "list-row").nth(1).click()
    heading = part(page, "detail").locator("h1")
    expect(heading).to_have_text(titles[1])
    expect(part(page, "previous")).to_be_visible()
    part(page, "next").click()
    expect(heading).to_have_text(titles[2])
    part(page, "previous").click()
    expect(heading).to_have_text(titles[1])
    page.go_back()  # steps are no places to come back to
    expect(part(page, "search")).to_have_value("ch")
    expect(part(page, "detail")).to_be_hidden()


def test_what_was_searched_for_is_marked(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    part(page, "search").press_sequentially("cote bla")
    expect(part(page, "list-row").locator("mark")).to_have_text(["Côte", "Bla"])
    expect(part(page, "list-row")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(part(page, "search")).to_have_value("")
    expect(part(page, "list-row").locator("mark")).to_have_count(0)


def test_the_record_stays_open_while_a_sync_brings_its_changes(site: Site, browser: Browser) -> None:
    page = open_app(browser(viewport=DESKTOP, reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "search").fill("chai")
    expect(part(page, "list-row")).to_have_count(1)
    part(page, "list-row").first.click()
    expect(part(page, "attribute-unit_price")).to_contain_text("18.00")
    site.shell("from catalog.models import Product; Product.objects.filter(name='Chai').update(unit_price=19)")
    assert press_sync(page)["type"] == "synccomplete"
    expect(part(page, "attribute-unit_price")).to_contain_text("19.00")
    expect(part(page, "list-row").first).to_contain_text("19.00")


def test_what_a_sync_puts_above_moves_nothing_in_sight(site: Site, browser: Browser) -> None:
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    scroll(page, 2000)
    before = top_row(page)
    page.locator(f'[data-key="{before}"] a').focus()
    place, number = height(page, before), position(page, before)
    site.shell(
        "from catalog.models import Category, Product; "
        "[Product.objects.create(sku=f'N{n}', name=f'Aalborg no. {n}', category=Category.objects.first(), "
        "unit_price=1) for n in range(3)]"
    )
    page.evaluate("window.offline.onSync()")
    expect(page.locator(f'[data-key="{before}"]')).to_have_attribute("aria-posinset", str(number + 3))
    expect(part(page, "result-count")).to_contain_text("80")
    expect(page.locator(f'[data-key="{before}"] a')).to_be_focused()
    assert abs(height(page, before) - place) <= 1  # browsers scroll by whole pixels, rows need not be as high


def test_who_types_into_the_search_is_not_disturbed_by_a_sync(site: Site, browser: Browser) -> None:
    page = open_app(browser(reduced_motion="reduce"), site, "catalog")
    download(page)
    part(page, "search").fill("aalborg")
    expect(part(page, "list-row")).to_have_count(0)
    part(page, "search").evaluate("(input) => input.setSelectionRange(2, 5)")
    site.shell(
        "from catalog.models import Category, Product; "
        "Product.objects.create(sku='N', name='Aalborg herring', category=Category.objects.first(), unit_price=1)"
    )
    page.evaluate("window.offline.onSync()")
    expect(part(page, "list-row")).to_have_count(1)
    expect(part(page, "search")).to_be_focused()
    assert part(page, "search").evaluate("({ selectionStart, selectionEnd }) => [selectionStart, selectionEnd]") == [
        2,
        5,
    ]
