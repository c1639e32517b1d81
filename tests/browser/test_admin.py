"""What administrators see of syncing must be usable by everybody, on any screen."""

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import PASSWORD, Site
from tests.browser.test_screens import violations

PAGES = {
    "devices": "replica/",
    "device": "replica/1/change/",
    "forgetting": "replica/1/delete/",
    "syncs": "pull/",
    "sync": "pull/1/change/",
    "change tracking": "changetracking/",
}


def sync(request: APIRequestContext, site: Site) -> None:
    """What a device sends: so that there is one, and a sync."""
    api = f"{site.url}/api/sync/catalog/"
    headers = {
        "Haversack-Protocol": "1",
        "Haversack-Definition": "none",
        "Haversack-Replica": "00000000-0000-4000-8000-000000000001",
        "Haversack-User": "anonymous",
        "X-CSRFToken": request.get(f"{api}session/").json()["csrf_token"],
    }
    assert request.post(api, data={"context": ""}, headers=headers).ok


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_the_pages_about_syncing(
    site: Site, browser: Browser, scheme: str, size: dict[str, int]
) -> None:
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    sync(context.request, site)
    page = context.new_page()
    page.goto(f"{site.url}/admin/login/?next=/admin/syncapi/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("main").get_by_role("link", name="Change tracking")).to_be_visible()
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        response: Any = page.goto(f"{site.url}/admin/syncapi/{path}")
        assert response.status == 200, name
        expect(page.locator("h1").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
        if problems := violations(page):
            found[name] = problems
    assert found == {}
