"""Forms against a real server: what people type where there is no network arrives as they meant it."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser, kill
from tests.browser.site import Site
from tests.browser.steps import download, heading, open_app, part, ready_for_offline, sign_in, sign_out, until_left
from tests.browser.test_screens import violations
from tests.browser.test_states import ADDRESS, screens, serve

__all__ = ["screens"]  # a fixture


def field(inside: Page | Locator, name: str) -> Locator:
    return inside.locator(f'[data-test="field-{name}"]')


def fill(inside: Page | Locator, name: str, text: str) -> None:
    control = field(inside, name).locator("input, textarea").first
    control.fill(text)
    control.blur()


def choose(page: Page, inside: Page | Locator, name: str, words: str) -> None:
    """Opens the search of a relation, types, and takes the first that is found with the keyboard."""
    field(inside, name).locator('[data-test="pick"]').click()
    part(page, "pick-search").fill(words)
    expect(part(page, "pick-option").first).to_contain_text(words)
    part(page, "pick-search").press("Enter")
    expect(field(inside, name).locator('[data-test="pick"]')).to_contain_text(words)


def pending(page: Page) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = page.evaluate("window.offline.pending()")
    return changes


def sync(page: Page) -> dict[str, Any]:
    result: dict[str, Any] = page.evaluate("window.offline.onSync()")
    return result


def until_kept(page: Page) -> None:
    expect(part(page, "draft-kept")).to_have_attribute("data-kept", "true")


def nancys(browser: Browser, site: Site, path: str = "", **options: Any) -> Page:
    page = open_app(browser(**options), site, "sales", path)
    sign_in(page, "nancy")
    download(page)
    return page


def test_an_order_with_its_lines_is_taken_without_a_network(site: Site, browser: Browser) -> None:
    page = nancys(browser, site)
    site.stop()
    open_app(page.context, site, "sales", "LocalCustomer/")
    part(page, "list-row").first.click()
    customer = heading(page)
    part(page, "related-LocalOrder").locator('[data-test="add-related"]').click()
    expect(field(page, "customer").locator('[data-test="pick"]')).to_contain_text(customer)
    fill(page, "order_date", "2026-02-03")
    fill(page, "ship_city", "Kiel")
    for words, quantity in [("Chai", "2"), ("Longlife", "3")]:
        part(page, "add-LocalOrderLine").click()
        row = part(page, "inline-row").last
        choose(page, row, "product", words)
        fill(row, "quantity", quantity)
    part(page, "save").click()

    expect(part(page, "toast")).to_contain_text("Saved on this device")
    expect(part(page, "detail").locator("h1")).to_have_text(customer)
    entities = [change["entity"] for change in pending(page)]
    assert entities == ["LocalOrder", "LocalOrderLine", "LocalOrderLine"]
    assert len({change["group"] for change in pending(page)}) == 1

    site.start()
    assert sync(page)["status"] == "complete"
    assert pending(page) == []
    told = site.shell(
        "from catalog.models import Order; order = Order.objects.latest('pk'); "
        "print(order.ship_city, order.order_date, order.customer, "
        "*[f'{line.product.name}x{line.quantity}' for line in order.lines.order_by('pk')])"
    )
    assert told == f"Kiel 2026-02-03 {customer} Chaix2 Longlife Tofux3"


def test_what_the_server_refuses_is_corrected_at_its_field(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalOrder/")
    part(page, "list-row").first.click()
    part(page, "edit").click()
    part(page, "add-LocalOrderLine").click()
    row = part(page, "inline-row").last
    choose(page, row, "product", "Chocolade")
    fill(row, "quantity", "99999")
    part(page, "save").click()
    expect(part(page, "toast")).to_contain_text("Saved on this device")
    assert sync(page)["pushed"]["rejected"] == 1

    part(page, "edit").click()
    row = part(page, "inline-row").filter(has_text="Chocolade")
    expect(row.locator('[data-test="problem"]')).to_contain_text("in stock")
    expect(field(row, "quantity").locator("input")).to_have_value("99999")
    fill(row, "quantity", "1")
    expect(part(page, "problem")).to_have_count(0)
    part(page, "save").click()
    expect(part(page, "edit")).to_be_visible()
    assert sync(page)["pushed"]["applied"] == 1
    assert pending(page) == []


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalCustomer/")
    part(page, "add").click()
    fill(page, "phone", "030 12345")
    part(page, "save").click()
    expect(part(page, "form-problems")).to_be_visible()
    expect(part(page, "form-problems")).to_contain_text("Company name")
    missing = field(page, "code").locator("input")
    expect(missing).to_be_focused()
    expect(missing).to_have_attribute("aria-invalid", "true")
    expect(missing).to_have_accessible_description(re.compile("^Enter a value."))
    expect(field(page, "phone").locator("input")).to_have_value("030 12345")
    assert pending(page) == []
    missing.fill("ELM")
    expect(field(page, "code").locator('[data-test="problem"]')).to_have_count(0)
    expect(field(page, "company_name").locator('[data-test="problem"]')).to_have_count(1)


def test_W6_what_was_typed_outlives_a_browser_that_is_killed(site: Site, browser: Browser, tmp_path: Path) -> None:
    context = browser("phone")
    page = open_app(context, site, "sales", "LocalCustomer/")
    sign_in(page, "nancy")
    download(page)
    part(page, "list-row").first.click()
    part(page, "edit").click()
    fill(page, "contact_name", "Ada Lindqvist")
    until_kept(page)
    address = page.url
    kill(tmp_path / "phone")
    site.stop()

    page = browser("phone").pages[0]
    page.goto(address)
    expect(part(page, "draft-restored")).to_be_visible()
    expect(field(page, "contact_name").locator("input")).to_have_value("Ada Lindqvist")
    part(page, "save").click()
    expect(part(page, "toast")).to_contain_text("Saved on this device")
    assert [change["values"] for change in pending(page)] == [{"contact_name": "Ada Lindqvist"}]
    page.goto(address)
    expect(field(page, "contact_name").locator("input")).to_have_value("Ada Lindqvist")
    expect(part(page, "draft-restored")).to_have_count(0)


def test_W6_a_form_that_is_left_keeps_what_was_typed_and_says_so(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalCustomer/")
    part(page, "add").click()
    fill(page, "company_name", "Elmwood")
    page.go_back()
    expect(part(page, "toast")).to_contain_text("kept on this device")
    part(page, "toast-action").click()
    expect(field(page, "company_name").locator("input")).to_have_value("Elmwood")
    part(page, "form-discard").click()
    expect(part(page, "list")).to_be_visible()
    part(page, "add").click()
    expect(field(page, "company_name").locator("input")).to_have_value("")


def test_W6_what_was_typed_into_a_record_that_is_gone_can_be_saved_as_another(site: Site, browser: Browser) -> None:
    page = nancys(browser, site)
    open_app(page.context, site, "sales", "LocalStockCount/")
    part(page, "list-row").first.click()
    part(page, "edit").click()
    fill(page, "note", "Two boxes are open.")
    until_kept(page)
    site.shell("from catalog.models import StockCount; StockCount.objects.all().delete()")
    assert sync(page)["status"] == "complete"
    expect(part(page, "form-gone")).to_be_visible()
    page.reload()
    expect(part(page, "form-gone")).to_be_visible()
    expect(field(page, "note").locator("input")).to_have_value("Two boxes are open.")
    choose(page, page, "product", "Chai")
    fill(page, "counted", "7")
    part(page, "save").click()
    expect(part(page, "detail")).to_be_visible()
    assert sync(page)["pushed"]["applied"] == 1
    told = site.shell(
        "from catalog.models import StockCount; print(*StockCount.objects.values_list('counted', 'note'))"
    )
    assert told == "(7, 'Two boxes are open.')"


def test_S2_a_draft_goes_with_its_person(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalCustomer/")
    part(page, "add").click()
    fill(page, "company_name", "Nancy's own")
    until_kept(page)
    page.go_back()
    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    until_left(page, "haversack/sales")
    sign_in(page, "andrew")
    download(page)
    open_app(page.context, site, "sales", "LocalCustomer/new/")
    expect(field(page, "company_name").locator("input")).to_have_value("")


def test_a_sync_under_an_open_form_leaves_what_is_typed(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalCustomer/")
    part(page, "list-row").first.click()
    name = heading(page)
    part(page, "edit").click()
    fill(page, "contact_name", "Mine")
    site.shell(
        f"from catalog.models import Customer; Customer.objects.filter(company_name={name!r})"
        ".update(contact_name='Theirs', city='Elsewhere')"
    )
    assert sync(page)["status"] == "complete"
    expect(field(page, "city").locator("input")).to_have_value("Elsewhere")
    expect(field(page, "contact_name").locator("input")).to_have_value("Mine")
    expect(field(page, "contact_name").locator('[data-test="meanwhile"]')).to_contain_text("Theirs")
    field(page, "contact_name").locator('[data-test="meanwhile"] button').click()
    expect(field(page, "contact_name").locator("input")).to_have_value("Theirs")


def test_a_record_is_deleted_and_brought_back_and_deleted_for_good(site: Site, browser: Browser) -> None:
    site.shell("from catalog.models import StockCount; StockCount.objects.all().delete()")
    page = nancys(browser, site)
    open_app(page.context, site, "sales", "LocalStockCount/")
    part(page, "add").click()
    choose(page, page, "product", "Chai")
    fill(page, "counted", "12")
    part(page, "save").click()
    expect(part(page, "detail")).to_be_visible()
    assert sync(page)["pushed"]["applied"] == 1
    part(page, "delete").click()
    part(page, "delete-confirm").click()
    expect(part(page, "toast")).to_contain_text("deleted")
    assert [change["op"] for change in pending(page)] == ["delete"]
    part(page, "toast-action").click()
    expect(part(page, "list-row")).to_have_count(1)
    assert pending(page) == []
    part(page, "list-row").first.click()
    part(page, "delete").click()
    part(page, "delete-confirm").click()
    expect(part(page, "add")).to_be_visible()
    assert sync(page)["pushed"]["applied"] == 1
    assert site.shell("from catalog.models import StockCount; print(StockCount.objects.count())") == "0"


def test_forms_open_with_the_server_switched_off(site: Site, browser: Browser) -> None:
    page = nancys(browser, site, "LocalCustomer/")
    ready_for_offline(page)
    site.stop()
    page.reload()
    part(page, "add").click()
    expect(field(page, "company_name").locator("input")).to_be_visible()


def test_every_kind_of_field_means_what_was_typed(screens: Path, browser: Browser) -> None:
    context = browser(timezone_id="Europe/Berlin")
    serve(context, screens)
    page = context.pages[0]
    page.goto(f"{ADDRESS}/LocalVisit/00000000-0000-4000-8000-000000000001/edit/?sales")
    fill(page, "title", " Zwei Blanks ")
    choose(page, page, "customer", "Königlich")
    field(page, "products").locator('[data-test="pick"]').click()
    part(page, "pick-search").fill("ham")
    expect(part(page, "pick-option").first).to_contain_text("ham")
    part(page, "pick-option").first.click()
    part(page, "pick-close").click()
    field(page, "mood").get_by_label("Bad").check()
    field(page, "country").locator("select").select_option("Austria")
    fill(page, "visitors", "12")
    fill(page, "estimate", "1,234.5")
    fill(page, "distance", "7.25")
    field(page, "follow_up").get_by_role("switch").check()
    field(page, "agreed").get_by_label("Not known").check()
    fill(page, "day", "2026-02-28")
    fill(page, "opens", "08:15")
    fill(page, "arrived", "2026-07-01T10:30:15")
    field(page, "took").get_by_label("Days").fill("2")
    field(page, "took").get_by_label("Minutes").fill("")
    fill(page, "reference", "{00112233445566778899AABBCCDDEEFF}")
    fill(page, "email", " ada@example.org ")
    fill(page, "details", '{"table": [1, null]}')
    fill(page, "notes", "Eins\nZwei")
    part(page, "save").click()
    expect(part(page, "detail")).to_be_visible()
    (change,) = pending(page)
    assert change["values"] == {
        "title": " Zwei Blanks ",
        "customer": 10,
        "products": [14, 27],
        "mood": "bad",
        "country": "Austria",
        "visitors": 12,
        "estimate": "1234.5000",
        "distance": 7.25,
        "follow_up": True,
        "agreed": None,
        "day": "2026-02-28",
        "opens": "08:15:00.000000",
        # The fraction of a second that no control shows.
        "arrived": "2026-07-01T08:30:15.123456Z",
        "took": "2 01:00:00",
        "reference": "00112233-4455-6677-8899-aabbccddeeff",
        "email": "ada@example.org",
        "details": {"table": [1, None]},
        "notes": "Eins\nZwei",
    }


def test_a_new_version_waits_for_what_is_typed(screens: Path, browser: Browser) -> None:
    context = browser()
    serve(context, screens)
    page = context.pages[0]
    page.goto(f"{ADDRESS}/LocalCustomer/new/?sales&update")
    expect(part(page, "update-banner")).to_be_visible()
    fill(page, "company_name", "Elmwood")
    expect(part(page, "update-banner")).to_be_hidden()
    part(page, "form-discard").click()
    expect(part(page, "update-banner")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_the_sales_apps_forms(
    site: Site, browser: Browser, scheme: str, size: dict[str, int]
) -> None:
    page = nancys(browser, site, viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    found = {}
    for path in ["LocalCustomer/new/", "LocalOrder/new/", "LocalStockCount/new/"]:
        open_app(page.context, site, "sales", path)
        part(page, "save").click()
        expect(part(page, "form-problems")).to_be_visible()
        if problems := violations(page):
            found[path] = problems
    assert found == {}
