"""What administrators see of syncing must be usable by everybody, on any screen."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import APIRequestContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import PASSWORD, Site
from tests.browser.test_screens import violations

PAGES = {
    "devices": "replica/",
    "device": "replica/1/change/",
    "forgetting": "replica/1/delete/",
    "syncs": "pull/",
    "sync": "pull/1/change/",
    "changes": "pushedchange/",
    "change": "pushedchange/1/change/",
    "changes of a record": "pushedchange/?app=sales&entity=LocalCustomer&key=1",
    "change tracking": "changetracking/",
    "settings of all apps": "appsettings/",
    "settings of an app": "appsettings/catalog/change/",
    "history of settings": "appsettings/catalog/history/",
}


CHANGES = """
import json, uuid
from django.contrib.auth.models import User
from django.utils import timezone
from syncapi.models import PushedChange, Replica
nancy = User.objects.get(username="nancy")
replica = Replica.objects.get()
for status in ("rejected", "applied", "conflict", "gone"):
    refused = status == "rejected"
    error = {"code": "invalid_values", "message": "Some values are not right.", "retry": False, "fields": {
        "city": ["A very long name for a city, which the model does not take."], "non_field_errors": ["Not together."]}}
    PushedChange.objects.create(
        replica=replica.replica, app="sales", user_key="x", user=nancy, item=uuid.uuid4(), entity="LocalCustomer",
        op="update", key="1", title="Alfreds Futterkiste", status=status, code="invalid_values" if refused else "",
        error=json.dumps(error) if refused else "",
        values=json.dumps({"city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "phone": ""}),
        before=json.dumps({"city": "Berlin", "phone": "030-0074321"}),
        after="" if refused else json.dumps({"city": "Llanfair", "phone": ""}),
        made_at=timezone.now(), at=timezone.now(),
    )
PushedChange.objects.filter(status="gone").update(app=replica.app, user_key=replica.user_key)
"""


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


def sign_in(page: Page, site: Site, to: str) -> None:
    page.goto(f"{site.url}/admin/login/?next={to}")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_the_pages_about_syncing(
    site: Site, browser: Browser, scheme: str, size: dict[str, int]
) -> None:
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    sync(context.request, site)
    site.shell(CHANGES)
    page = context.new_page()
    sign_in(page, site, "/admin/syncapi/")
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


def test_settings_of_an_app_are_made_with_the_pages_own_policy(site: Site, browser: Browser, tmp_path: Path) -> None:
    icon = tmp_path / "icon.png"
    Image.new("RGB", (512, 512), "#aa3300").save(icon)
    page = browser(viewport=PHONE).new_page()
    sign_in(page, site, "/admin/syncapi/appsettings/catalog/change/")
    picker = page.locator("input[type=color]").first
    expect(picker).to_have_value("#1f5f5b")  # as declared, while nothing is typed
    picker.fill("#3b4a8c")
    expect(page.locator("#id_theme_color")).to_have_value("#3b4a8c")
    page.locator("#id_theme_color").fill("#112233")
    expect(picker).to_have_value("#112233")
    page.get_by_label("Screen Orientation").select_option("Portrait")
    page.get_by_label("Icon:").set_input_files(icon)
    page.get_by_label("Retry Interval").fill("4")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("A device tries again after 5 seconds at the earliest.")).to_be_visible()
    page.get_by_label("Retry Interval").fill("45")
    page.get_by_label("Icon:").set_input_files(icon)  # browsers never send a file twice by themselves
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("changed successfully")).to_be_visible()
    page.wait_for_load_state()  # the word stands above the icons
    icons = page.locator(".syncapi-icons img").all()
    assert icons
    for shown in icons:
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 192
    manifest = page.request.get(f"{site.url}/apps/catalog/manifest.webmanifest").json()
    assert (manifest["orientation"], manifest["theme_color"]) == ("portrait", "#112233")
