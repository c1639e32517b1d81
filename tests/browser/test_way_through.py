"""The whole way through once: what a person sees with the server on, and off."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, Browser
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import (
    databases,
    download,
    open_app,
    part,
    press_sync,
    ready_for_offline,
    sign_in,
    sign_out,
    until_left,
)


def test_a_catalogue_is_browsed_with_the_server_switched_off(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    devtools = context.new_cdp_session(page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert devtools.send("Page.getAppId")["appId"] == f"{site.url}/apps/catalog/"
    assert devtools.send("Page.getAppManifest")["errors"] == []

    site.stop()
    page.reload()

    expect(part(page, "result-count")).to_contain_text("77")
    part(page, "search").fill("chai")
    expect(part(page, "list-row")).to_have_count(1)
    part(page, "list-row").click()
    detail = part(page, "detail")
    expect(detail.locator('[data-test="attribute-name"]')).to_contain_text("Chai")
    expect(detail.locator('[data-test="attribute-unit_price"]')).to_contain_text("18.00")
    expect(detail).to_contain_text("Beverages")
    picture = part(page, "detail-picture").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


@pytest.mark.parametrize("path", ["LocalProduct/1/", "LocalCategory/", "status/"])
def test_deep_links_work_with_the_server_switched_off(site: Site, browser: Browser, path: str) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    site.stop()

    page = open_app(context, site, "catalog", path)
    expect(page.locator("hv-app h1:visible")).to_have_count(1)
    titles = {"LocalProduct/1/": "Chai", "LocalCategory/": "Categories", "status/": "Device"}
    expect(page).to_have_title(re.compile(titles[path]))


def test_the_browser_closed_and_opened_again_offline(site: Site, browser: Browser) -> None:
    first = browser("phone")
    download(open_app(first, site, "catalog"))
    first.close()
    site.stop()

    page = open_app(browser("phone"), site, "catalog")
    expect(part(page, "result-count")).to_contain_text("77")
    result = press_sync(page)
    assert (result["type"], result["error"]["code"], result["error"]["retry"]) == ("syncerror", "network", True)
    expect(part(page, "offline-banner")).to_be_visible()

    site.start()
    assert press_sync(page)["type"] == "synccomplete"
    expect(part(page, "offline-banner")).to_be_hidden()


def test_a_change_in_the_admin_arrives_with_the_next_press(site: Site, browser: Browser) -> None:
    phone = open_app(browser("phone"), site, "catalog")
    download(phone)
    admin = browser("office", viewport=DESKTOP).new_page()
    admin.goto(f"{site.url}/admin/")
    admin.fill("#id_username", "admin")
    admin.fill("#id_password", PASSWORD)
    admin.click('[type="submit"]')
    expect(admin.locator("#user-tools")).to_be_visible()
    product = site.manage(
        "shell", "-v", "0", "-c", "from catalog.models import Product; print(Product.objects.get(name='Chai').pk)"
    )
    admin.goto(f"{site.url}/admin/catalog/product/{product.strip()}/change/")
    admin.fill("#id_name", "Masala Chai")
    admin.fill("#id_unit_price", "19.50")
    admin.click('[name="_save"]')
    expect(admin.locator(".messagelist .success")).to_be_visible()

    part(phone, "search").fill("chai")
    expect(part(phone, "list-row")).to_have_count(1)
    expect(part(phone, "list-row")).not_to_contain_text("Masala")
    result = press_sync(phone)

    assert result["type"] == "synccomplete"
    assert set(result["received"]) == {"LocalProduct"}
    expect(part(phone, "list-row")).to_contain_text("Masala Chai")
    expect(part(phone, "list-row")).to_contain_text("19.50")
    expect(part(phone, "search")).to_have_value("chai")


def test_P4_a_press_without_changes_transfers_no_rows(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    result = press_sync(page)
    assert result["type"] == "synccomplete"
    assert result["received"] == {}
    assert site.until_sent("POST /api/sync/catalog/", 2) == 2
    first, second = site.sent("POST /api/sync/catalog/")
    assert first > 2000
    assert second < 500


def test_nothing_syncs_unless_somebody_asks(site: Site, browser: Browser) -> None:
    context = browser()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "/api/sync/catalog/" in request.url else None)
    page = open_app(context, site, "catalog")
    expect(part(page, "first-run")).to_be_visible()
    assert [url for url in asked if url.endswith("/api/sync/catalog/")] == []
    download(page)
    asked.clear()
    page.reload()
    expect(part(page, "list")).to_be_visible()
    ready_for_offline(page)
    assert [url for url in asked if url.endswith("/api/sync/catalog/")] == []


def test_S3_the_service_worker_keeps_nothing_of_the_api(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    press_sync(page)
    kept: list[str] = page.evaluate(
        """async () => {
            const urls = [];
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
            return urls;
        }"""
    )
    assert [url for url in kept if "/apps/catalog/" in url]
    assert [url for url in kept if "/api/" in url] == []


def names(page: Page) -> set[str]:
    rows: list[dict[str, Any]] = page.evaluate("window.offline.entities.LocalCustomer.list()")
    return {str(row["company_name"]) for row in rows}


def test_S2_the_second_user_sees_nothing_of_the_first(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    of_nancy = names(page)
    assert len(of_nancy) == 22
    expect(part(page, "result-count")).to_contain_text("22")
    nancys = databases(page) - {"haversack/sales"}
    assert len(nancys) == 1

    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    until_left(page, "haversack/sales")
    for name in of_nancy:
        assert name not in page.locator("body").inner_text()

    sign_in(page, "andrew")
    download(page)
    of_andrew = names(page)
    assert len(of_andrew) == 11
    assert of_andrew & of_nancy == set()
    assert databases(page) & nancys == set()


def test_S2_signed_in_once_works_offline_for_ever(site: Site, browser: Browser) -> None:
    first = browser("phone")
    page = open_app(first, site, "sales")
    sign_in(page, "nancy")
    download(page)
    first.close()
    site.stop()

    page = open_app(browser("phone"), site, "sales")
    expect(part(page, "result-count")).to_contain_text("22")


def test_S2_signing_out_offline_removes_the_data_and_reaches_the_server_later(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    site.stop()
    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    until_left(page, "haversack/sales")

    site.start()
    page.reload()
    expect(part(page, "sign-in-form")).to_be_visible()  # the session that was left behind does not come back
    sign_in(page, "andrew")
    download(page)
    assert len(names(page)) == 11


def test_S2_somebody_else_signed_in_elsewhere_is_noticed(site: Site, browser: Browser) -> None:
    """Andrew signs in to the admin's side of the same browser: Nancy's app keeps her data and sends nothing as him."""
    context = browser()
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    other = context.new_page()
    other.goto(f"{site.url}/apps/catalog/")
    signed_in = other.evaluate(
        """async (password) => {
            const url = "/api/sync/sales/session/";
            const headers = { "Content-Type": "application/json" };
            headers["X-CSRFToken"] = (await (await fetch(url)).json()).csrf_token;
            const body = JSON.stringify({ username: "andrew", password });
            return (await (await fetch(url, { method: "POST", headers, body })).json()).user.name;
        }""",
        PASSWORD,
    )
    assert "Andrew" in signed_in or signed_in == "andrew"
    page.bring_to_front()
    result = press_sync(page)
    assert result["type"] == "syncerror"
    assert result["error"]["code"] in {"wrong_user", "sign_in_required"}
    assert len(names(page)) == 22
    assert page.evaluate("window.offline.state().then((state) => state.sessionExpired)") is True


def test_S2_wrong_password_says_so(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "sales")
    sign_in(page, "nancy", "guess")
    expect(part(page, "sign-in-error")).to_be_visible()
    sign_in(page, "nancy")
    expect(part(page, "first-run")).to_be_visible()


def test_Q2_another_tab_shows_what_this_one_synced(site: Site, browser: Browser) -> None:
    context = browser()
    first = open_app(context, site, "catalog")
    download(first)
    second = context.new_page()
    second.goto(f"{site.url}/apps/catalog/")
    expect(part(second, "result-count")).to_contain_text("77")
    site.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from catalog.models import Product; Product.objects.create(sku='new', name='Aaa', unit_price=1)",
    )
    assert press_sync(first)["type"] == "synccomplete"
    expect(part(second, "result-count")).to_contain_text("78")


def test_an_app_with_nothing_in_it_says_so(site: Site, browser: Browser) -> None:
    site.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from catalog.models import TerritoryAssignment; TerritoryAssignment.objects.all().delete()",
    )
    page = open_app(browser(), site, "sales")
    sign_in(page, "nancy")
    part(page, "download").click()
    expect(page.locator("hv-app")).to_contain_text("No customers")
