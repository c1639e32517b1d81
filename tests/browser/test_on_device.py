"""Records that only the device has, in a real browser: the example of `docs/on-device.md`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browser
from tests.browser.ownscreens import __name__ as ownscreens
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, sign_in, until_left

pytestmark = pytest.mark.browser
PAGE = (Path(__file__).parents[2] / "docs" / "on-device.md").read_text()


def test_L2_records_that_only_the_device_has_are_kept_without_a_server_until_their_person_leaves(
    site: Site, browser: Browser
) -> None:
    site.stop()
    site.start(f"{ownscreens}.settings")
    context = browser()
    page = open_app(context, site, "notes")
    sign_in(page, "nancy")
    download(page)
    site.stop()
    other = context.new_page()
    other.goto(f"{site.url}/apps/notes/LocalNote/")
    expect(other.get_by_text("made on this device")).to_be_visible()

    (example,) = re.findall(r"```js\n(.*?)```", PAGE, re.S)
    page.evaluate(f"async () => {{ {example} }}")
    expect(part(other, "result-count")).to_contain_text("2 ")
    page.goto(f"{site.url}/apps/notes/LocalNote/")
    expect(page.get_by_text("Shelf 6")).to_be_visible()
    failed = page.evaluate("offline.entities.LocalNote.createOrUpdate({title: 5}).catch((error) => error.fields)")
    assert failed == {"title": ["Enter a text."]}

    page.goto(f"{site.url}/apps/notes/status/")
    expect(part(page, "status-LocalNote")).to_contain_text("Only on this device")
    part(page, "sign-out").click()
    expect(part(page, "sign-out-loses")).to_contain_text("2 records are only on this device")
    part(page, "sign-out-confirm").click()
    expect(part(page, "sign-in-form")).to_be_visible()
    until_left(page, "haversack/notes")
