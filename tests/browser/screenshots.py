"""`make screenshots`: draws the pictures of the README and of the install dialogs from the running demo apps."""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE
from tests.browser.site import PASSWORD, ROOT, Site
from tests.browser.steps import download, open_app, part, press_sync, ready_for_offline, sign_in

DOCS = ROOT / "docs" / "images"
STATIC = ROOT / "catalog" / "static" / "catalog" / "screenshots"
PRODUCTS = "240"


def main() -> None:
    for target in (DOCS, STATIC):
        target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["FONTCONFIG_FILE"] = str(fonts(folder))  # before the driver starts, whose environment browsers get
        draw(folder)


def draw(folder: Path) -> None:
    with sync_playwright() as driver:
        site = Site(folder / "site")
        site.folder.mkdir()
        site.manage("migrate", "--verbosity", "0")
        site.manage("seedcatalog", "--products", PRODUCTS)
        site.manage("demousers", "--force")
        site.sync_when_asked()
        site.start()
        try:
            for form, size in (("narrow", PHONE), ("wide", DESKTOP)):
                with_browser(driver, folder / form, site, form, size, "light")
            with_browser(driver, folder / "dark", site, "dark", PHONE, "dark")
        finally:
            site.stop()


def fonts(folder: Path) -> Path:
    """A configuration by which `system-ui` is a font such as phones have, where one is installed."""
    file = folder / "fonts.conf"
    rules = "".join(
        f"""<match target="pattern"><test name="family"><string>{family}</string></test>
        <edit name="family" mode="prepend" binding="strong">
        <string>Inter</string><string>Roboto</string><string>Noto Sans</string></edit></match>"""
        for family in ("system-ui", "sans-serif")
    )
    file.write_text(
        f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
        <include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>"""
    )
    return file


def with_browser(driver: Playwright, profile: Path, site: Site, form: str, size: dict[str, int], scheme: Any) -> None:
    context = driver.chromium.launch_persistent_context(
        profile,
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=ARGUMENTS,
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    try:
        visit_catalog(context, site, form)
        visit_sales(context, site, form)
        if form != "dark":
            visit_admin(context, site, form)
    finally:
        context.close()


def visit_catalog(context: BrowserContext, site: Site, form: str) -> None:
    page = context.pages[0]
    page.goto(site.url)
    shoot(page, DOCS / f"home-{form}.png")
    page = open_app(context, site, "catalog")
    expect(part(page, "first-run")).to_be_visible()
    shoot(page, DOCS / f"first-run-{form}.png")
    download(page)
    page.reload()  # without the message of the first download
    ready_for_offline(page)
    expect(part(page, "list-row").locator("img").first).to_be_visible()
    shoot(page, DOCS / f"list-{form}.png", *([STATIC / "catalog-narrow.png"] if form == "narrow" else []))
    part(page, "open-filters").click()
    expect(part(page, "filter-discontinued")).to_be_visible()
    shoot(page, DOCS / f"filters-{form}.png")
    part(page, "close-filters").click()
    part(page, "list-row").filter(has=page.locator("img")).nth(1).click()
    expect(part(page, "detail-picture").locator("img")).to_be_visible()
    if form == "wide":
        shoot(page, STATIC / "catalog-wide.png", DOCS / "catalog-wide.png")
    else:
        shoot(page, DOCS / f"detail-{form}.png")
        part(page, "back").click()
    part(page, "nav-LocalCategory").click()
    expect(part(page, "tree")).to_be_visible()
    shoot(page, DOCS / f"tree-{form}.png")
    part(page, "nav-status").click()
    expect(part(page, "readiness")).to_be_visible()
    shoot(page, DOCS / f"device-{form}.png")


def visit_sales(context: BrowserContext, site: Site, form: str) -> None:
    page = open_app(context, site, "sales")
    expect(part(page, "sign-in-form")).to_be_visible()
    shoot(page, DOCS / f"sign-in-{form}.png")
    sign_in(page, "nancy")
    download(page)
    page.reload()
    ready_for_offline(page)
    part(page, "nav-LocalOrder").click()
    expect(part(page, "list-row").first).to_be_visible()
    if form == "wide":
        part(page, "list-row").first.click()
        expect(part(page, "detail")).to_be_visible()
        shoot(page, STATIC / "sales-wide.png", DOCS / "sales-wide.png")
    else:
        shoot(page, DOCS / f"orders-{form}.png", *([STATIC / "sales-narrow.png"] if form == "narrow" else []))
    visit_changes(page, site, form)


# What people in the field and those in the office make of the same customer.
OFFICE = """
from catalog.models import Customer
Customer.objects.filter(code="DEMO-BLAU").update(**{values!r})
"""
BEFORE = {"phone": "+49 621 555 0100", "address": "Hafenstraße 12, ring at the back door", "city": "Mannheim"}
THEIRS = {"phone": "+49 621 555 0171", "address": "Hafenstraße 14, ring at the front door", "city": "Ludwigshafen"}
MINE = """async () => {
    const { LocalCustomer } = offline.entities;
    const [met] = await LocalCustomer.list({ where: { code: "DEMO-BLAU" } });
    const [refused, moved] = await LocalCustomer.list({ limit: 2, offset: 1 });
    await LocalCustomer.update(met.id, {
        phone: "+49 621 555 0199", contact_name: "Hanna Moos-Lindner",
        address: "Hafenstraße 12, ring twice at the back door, mornings only",
    });
    await LocalCustomer.update(refused.id, { code: moved.code });
    return moved.id;
}"""
UNSENT = """async (moved) => {
    const { LocalCustomer, LocalProduct } = offline.entities;
    await LocalCustomer.update(moved, { contact_name: "Jonas Berg", phone: "+353 91 555 0140" });
    const customer = await LocalCustomer.createOrUpdate({
        code: "HAFEN", company_name: "Hafenkantine", city: "Hamburg", country: "Germany",
    });
    const [coffee, tea] = await LocalProduct.list({ where: { discontinued: false }, limit: 2 });
    const order = offline.newKey();
    const line = ({ id, unit_price }, quantity, discount) =>
        ({ entity: "LocalOrderLine", values: { order, product: id, unit_price, quantity, discount } });
    await offline.saveTogether([
        { entity: "LocalOrder", values: { id: order, customer, order_date: "2026-02-02" } },
        line(coffee, 4, "0.000"),
        line(tea, 2, "0.050"),
    ]);
}"""


def visit_changes(page: Page, site: Site, form: str) -> None:
    """A conflict, and what else waits for the server or for a person."""
    site.shell(OFFICE.format(values=BEFORE))
    press_sync(page)
    moved = page.evaluate(MINE)
    site.shell(OFFICE.format(values=THEIRS))
    press_sync(page)
    page.evaluate(UNSENT, moved)
    page.reload()  # without the message of the sync
    ready_for_offline(page)
    part(page, "nav-changes").click()
    expect(part(page, "section-unsent")).to_be_visible()
    shoot(page, DOCS / f"changes-{form}.png")
    part(page, "compare").click()
    part(page, "pick-phone-mine").click()
    expect(part(page, "result-phone")).to_contain_text("0199")
    shoot(page, DOCS / f"conflict-{form}.png")
    order = page.evaluate(
        "offline.pending().then((all) => all.find(({ entity }) => entity === 'LocalOrder').key)",
    )
    page.goto(f"{site.url}/apps/sales/LocalOrder/{order}/edit/")
    expect(part(page, "inline-row")).to_have_count(2)
    shoot(page, DOCS / f"form-{form}.png")


def visit_admin(context: BrowserContext, site: Site, form: str) -> None:
    """What administrators see of the syncs that came before."""
    page = context.new_page()
    page.goto(f"{site.url}/admin/login/?next=/admin/syncapi/replica/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#result_list")).to_be_visible()
    if form == "wide":
        shoot(page, DOCS / "admin-devices-wide.png")
        return
    page.goto(f"{site.url}/admin/syncapi/changetracking/")
    expect(page.locator("#tables-heading")).to_be_visible()
    shoot(page, DOCS / f"admin-tracking-{form}.png")


def shoot(page: Page, *files: Path) -> None:
    page.evaluate("document.fonts.ready.then(() => Promise.all([...document.images].map((image) => image.decode())))")
    image = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    small = image.quantize(colors=256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    for file in files:
        small.save(file, optimize=True)
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
