"""What people see of their changes, from the edit to the server's answer: in a browser, against a real server, which is
stopped where there is no network."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, press_sync, sign_in
from tests.browser.test_screens import violations

# Two customers of one who signs in, without orders, so that nothing keeps them from being deleted.
MADE = """
from catalog.models import Customer, Territory
territory = Territory.objects.filter(users__username="nancy").order_by("pk").first()
for code, name, city in (("AAAAA", "Aachen Printers", "Aachen"), ("BBBBB", "Bremen Sails", "Bremen")):
    Customer.objects.create(code=code, company_name=name, city=city, phone="0241 555", territory=territory)
"""


@pytest.fixture
def field(site: Site, browser: Browser) -> Page:
    """The field sales app of Nancy, on a phone, with everything on it."""
    site.shell(MADE)
    page = open_app(browser(reduced_motion="reduce"), site, "sales")
    sign_in(page, "nancy")
    download(page)
    return page


def key_of(page: Page, code: str) -> int:
    key: int = page.evaluate(
        "async (code) => (await offline.entities.LocalCustomer.list({ where: { code } }))[0].id", code
    )
    return key


def change(page: Page, customer: str, **values: object) -> None:
    """As a form does, without it."""
    page.evaluate(
        "([key, values]) => offline.entities.LocalCustomer.update(key, values)", [key_of(page, customer), values]
    )


def on_server(site: Site, code: str, *names: str) -> list[Any]:
    listed = ", ".join(f"customer.{name}" for name in names)
    told = site.shell(
        f"import json; from catalog.models import Customer; customer = Customer.objects.get(code='{code}'); "
        f"print(json.dumps([{listed}]))"
    )
    found: list[Any] = json.loads(told)
    return found


def change_on_server(site: Site, code: str, **values: object) -> None:
    site.shell(f"from catalog.models import Customer; Customer.objects.filter(code={code!r}).update(**{values!r})")


def card(page: Page, title: str) -> Locator:
    """What the screen for changes says of one."""
    return part(page, "change").filter(has_text=title)


def open_record(page: Page, site: Site, code: str) -> None:
    page.goto(f"{site.url}/apps/sales/LocalCustomer/{key_of(page, code)}/")
    expect(part(page, "detail")).to_be_visible()


def test_a_change_is_shown_where_it_stands_until_the_server_has_it(site: Site, field: Page) -> None:
    page = field
    site.stop()
    change(page, "AAAAA", city="Aix", phone="0241 777")

    row = part(page, "list-row").filter(has_text="Aachen Printers")
    expect(row).to_contain_text("Not sent")
    expect(part(page, "changes-badge")).to_have_text("1")
    row.click()
    expect(part(page, "record-state")).to_contain_text("Your change is on this device")
    expect(part(page, "record-state")).to_contain_text("Aix")

    part(page, "nav-changes").click()
    expect(page).to_have_title("Changes · Field sales")
    lines = card(page, "Aachen Printers")
    expect(part(page, "line-city")).to_contain_text("before: Aachen")
    expect(part(page, "line-city")).to_contain_text("now: Aix")
    expect(lines).to_contain_text("Customer · Changed")

    page.reload()  # as after the browser was closed
    expect(card(page, "Aachen Printers")).to_be_visible()
    site.start()
    part(page, "send-now").click()
    expect(part(page, "toast")).to_contain_text("1 change sent")
    expect(part(page, "no-changes")).to_be_visible()
    expect(part(page, "changes-badge")).to_be_hidden()
    assert on_server(site, "AAAAA", "city", "phone") == ["Aix", "0241 777"]


def test_W6_everything_that_is_not_sent_can_be_saved_as_a_file_without_a_network(
    site: Site, field: Page, tmp_path: Path
) -> None:
    page = field
    site.stop()
    change(page, "AAAAA", city="Aix")
    page.reload()
    part(page, "nav-changes").click()
    with page.expect_download() as downloading:
        part(page, "export").click()
    assert downloading.value.suggested_filename.startswith("sales-changes-")
    file = tmp_path / "changes.json"
    downloading.value.save_as(file)
    saved = json.loads(file.read_text())
    (told,) = saved["changes"]
    assert told["record"] == "Aachen Printers"
    assert told["readable"] == {"city": {"was": "Aachen", "now": "Aix"}}
    assert told["values"] == {"city": "Aix"}
    assert told["base"]["city"] == "Aachen"
    assert saved["user"]["name"] == "Nancy Davolio"


def test_S2_leaving_with_changes_warns_without_a_network(site: Site, field: Page) -> None:
    page = field
    site.stop()
    change(page, "AAAAA", city="Aix")
    change(page, "BBBBB", city="Kiel")
    part(page, "nav-status").click()
    expect(part(page, "device-changes")).to_contain_text("2 changes not sent")

    part(page, "sign-out").click()
    expect(part(page, "sign-out-unsent")).to_contain_text("2 changes have not been sent. They will be gone for good.")
    expect(part(page, "sign-out-unsent")).to_contain_text("2 customers")
    expect(part(page, "sign-out-unsent")).to_be_visible()  # its text is there before the dialog opens
    page.keyboard.press("Escape")
    expect(part(page, "sign-out-unsent")).to_be_hidden()
    assert page.evaluate("offline.pending().then((all) => all.length)") == 2

    part(page, "sign-out").click()
    with page.expect_download():
        part(page, "export-first").click()
    expect(part(page, "sign-out-said")).to_have_text("2 changes saved as a file.")
    part(page, "sign-out-confirm").click()
    expect(part(page, "sign-in-form")).to_be_visible()


def test_leaving_can_wait_until_everything_is_sent(site: Site, field: Page) -> None:
    page = field
    change(page, "AAAAA", city="Aix")
    part(page, "nav-status").click()
    part(page, "sign-out").click()
    part(page, "send-first").click()
    expect(part(page, "sign-out-unsent")).to_be_hidden()
    expect(part(page, "sign-out-confirm")).to_have_text("Sign out")
    assert on_server(site, "AAAAA", "city") == ["Aix"]


def test_C3_a_conflict_is_settled_by_keyboard_and_other_tabs_know(site: Site, field: Page) -> None:
    page = field
    other = page.context.new_page()
    other.goto(f"{site.url}/apps/sales/changes/")
    expect(part(other, "no-changes")).to_be_visible()

    change(page, "AAAAA", city="Aix", phone="0241 777")
    change_on_server(site, "AAAAA", city="Aken", contact_name="Anna")
    press_sync(page)
    expect(part(page, "toast")).to_contain_text("1 change needs your attention")
    part(page, "toast-action").click()
    expect(card(other, "Aachen Printers")).to_have_attribute("data-state", "conflict")

    part(page, "compare").click()
    expect(page.locator("hv-conflict h1")).to_be_focused()
    expect(part(page, "choice-city")).to_contain_text("Aachen")
    expect(part(page, "result-city")).to_contain_text("not chosen yet")
    expect(part(page, "result-contact_name")).to_contain_text("Anna")

    # Saving before everything is chosen leads to what is missing.
    part(page, "keep").focus()
    page.keyboard.press("Enter")
    expect(part(page, "choice-city").locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    expect(part(page, "result-city")).to_contain_text("Aix")
    page.keyboard.press("ArrowDown")
    expect(part(page, "result-city")).to_contain_text("Aken")
    page.keyboard.press("Enter")
    expect(part(page, "toast")).to_contain_text("It is sent with the next sync")
    expect(part(page, "changes-summary")).to_be_visible()
    expect(card(other, "Aachen Printers")).to_have_attribute("data-state", "unsent")

    part(page, "send-now").click()
    expect(part(page, "no-changes")).to_be_visible()
    expect(part(other, "no-changes")).to_be_visible()
    assert on_server(site, "AAAAA", "city", "phone", "contact_name") == ["Aken", "0241 777", "Anna"]


def test_a_conflict_that_is_settled_elsewhere_says_so(site: Site, field: Page) -> None:
    page = field
    change(page, "AAAAA", city="Aix")
    change_on_server(site, "AAAAA", city="Aken")
    press_sync(page)
    part(page, "nav-changes").click()
    part(page, "compare").click()
    expect(part(page, "conflict")).to_be_visible()
    expect(page).to_have_url(re.compile("/changes/.+"))
    other = page.context.new_page()
    other.goto(page.url)
    part(other, "all-theirs").click()
    part(other, "keep").click()
    expect(part(page, "settled")).to_be_visible()
    expect(part(other, "no-changes")).to_be_visible()


def test_W3_what_the_server_refuses_is_shown_as_typed_with_the_reason_and_corrected(site: Site, field: Page) -> None:
    page = field
    change(page, "BBBBB", city="Kiel")
    change(page, "AAAAA", code="BBBBB")
    press_sync(page)
    expect(part(page, "toast")).to_contain_text("1 change sent; 1 needs your attention")
    assert on_server(site, "BBBBB", "city") == ["Kiel"]

    part(page, "nav-changes").click()
    refused = card(page, "Aachen Printers")
    expect(refused).to_have_attribute("data-state", "rejected")
    expect(part(page, "line-code")).to_contain_text("BBBBB")
    expect(part(page, "line-code")).to_contain_text("already exists")

    part(page, "correct").click()
    form = page.locator("hv-form")
    expect(form).to_contain_text("already exists")
    field_of_code = part(page, "field-code").get_by_role("textbox")
    expect(field_of_code).to_have_value("BBBBB")
    field_of_code.fill("CCCCC")
    form.get_by_role("button", name="Save").click()
    expect(part(page, "toast")).to_contain_text("Saved")
    part(page, "nav-changes").click()
    part(page, "send-now").click()
    expect(part(page, "no-changes")).to_be_visible()
    assert on_server(site, "CCCCC", "company_name") == ["Aachen Printers"]


def test_a_record_that_is_gone_can_be_made_again_or_given_up(site: Site, field: Page) -> None:
    page = field
    change(page, "AAAAA", city="Aix")
    change(page, "BBBBB", city="Kiel")
    site.shell("from catalog.models import Customer; Customer.objects.filter(code__in=['AAAAA', 'BBBBB']).delete()")
    press_sync(page)
    part(page, "nav-changes").click()
    expect(part(page, "section-attention")).to_contain_text("It is no longer on the server")

    card(page, "Bremen Sails").locator('[data-test="discard"]').click()
    part(page, "discard-confirm").click()
    expect(card(page, "Bremen Sails")).to_be_hidden()
    card(page, "Aachen Printers").locator('[data-test="send-again"]').click()
    expect(part(page, "section-unsent")).to_contain_text("Aachen Printers")
    part(page, "send-now").click()
    expect(part(page, "no-changes")).to_be_visible()
    assert on_server(site, "AAAAA", "city", "phone") == ["Aix", "0241 555"]
    assert (
        site.shell("from catalog.models import Customer; print(Customer.objects.filter(code='BBBBB').count())") == "0"
    )


def test_what_is_not_sent_can_be_undone_from_the_toast_the_record_and_the_list(site: Site, field: Page) -> None:
    page = field
    site.stop()
    pending = "offline.pending().then((all) => all.length)"

    def edit(city: str) -> None:
        open_record(page, site, "AAAAA")
        page.goto(f"{page.url}edit/")
        form = page.locator("hv-form")
        form.get_by_label("City").fill(city)
        form.get_by_role("button", name="Save").click()
        expect(part(page, "toast")).to_contain_text("Saved on this device")

    edit("Aix")
    part(page, "toast-action").click()
    expect(part(page, "attribute-city")).to_contain_text("Aachen")
    assert page.evaluate(pending) == 0

    # Of two edits the toast takes back the last.
    edit("Aix")
    edit("Oche")
    part(page, "toast-action").click()
    expect(part(page, "attribute-city")).to_contain_text("Aix")
    part(page, "record-undo").click()
    part(page, "discard-confirm").click()
    expect(part(page, "record-state")).to_be_hidden()
    expect(part(page, "attribute-city")).to_contain_text("Aachen")

    edit("Aix")
    part(page, "nav-changes").click()
    part(page, "discard").click()
    part(page, "discard-confirm").click()
    expect(part(page, "no-changes")).to_be_visible()
    assert page.evaluate(pending) == 0


def test_W6_giving_up_a_new_record_says_what_goes_with_it(site: Site, field: Page) -> None:
    page = field
    page.evaluate(
        """async () => {
            const customer = await offline.entities.LocalCustomer.createOrUpdate({
                code: "NEWCO", company_name: "New Company", country: "Germany" });
            const order = offline.newKey();
            const [{ id: product, unit_price }] = await offline.entities.LocalProduct.list({ limit: 1 });
            await offline.saveTogether([
                { entity: "LocalOrder", values: { id: order, customer, order_date: "2026-02-01" } },
                { entity: "LocalOrderLine", values: { order, product, unit_price, quantity: 1, discount: "0.00" } },
            ]);
        }"""
    )
    part(page, "nav-changes").click()
    expect(part(page, "section-unsent")).to_contain_text("New: order")
    card(page, "New Company").first.locator('[data-test="discard"]').first.click()
    expect(part(page, "discard-dialog")).to_contain_text("New Company is only on this device")
    along = part(page, "goes-along")
    expect(along).to_contain_text("Order")
    expect(along).to_contain_text("Order line")
    part(page, "discard-confirm").click()
    expect(part(page, "no-changes")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_where_changes_are(site: Site, browser: Browser, scheme: str, size: dict[str, int]) -> None:
    site.shell(MADE)
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    change(page, "AAAAA", city="Aix")
    change(page, "BBBBB", code="AAAAA")
    change_on_server(site, "AAAAA", city="Aken")
    press_sync(page)
    found: dict[str, list[str]] = {}

    def look(name: str, seen: str) -> None:
        expect(part(page, seen).first).to_be_visible()
        if problems := violations(page):
            found[name] = problems

    look("list", "local-mark")
    part(page, "nav-changes").click()
    look("changes", "section-attention")
    part(page, "compare").click()
    look("conflict", "conflict")
    open_record(page, site, "AAAAA")
    look("record", "record-state")
    part(page, "nav-status").click()
    look("device", "device-changes")
    part(page, "sign-out").click()
    look("leaving", "sign-out-unsent")
    assert found == {}


POISON = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute('CREATE TRIGGER poison BEFORE UPDATE OF city ON catalog_customer BEGIN DELETE FROM nowhere; END')
"""


def test_W3_what_the_server_never_manages_to_take_is_named_and_can_be_given_up(site: Site, field: Page) -> None:
    """Whoever writes a city meets a mistake of the server's own; everything else goes on."""
    page = field
    site.shell(POISON)
    change(page, "AAAAA", city="Aix")
    for phone in ("0421 1", "0421 2"):
        change(page, "BBBBB", phone=phone)
        assert press_sync(page)["type"] == "syncerror"
        expect(part(page, "toast")).to_contain_text("“Aachen Printers” was not sent")
        assert on_server(site, "BBBBB", "phone") == [phone]
    part(page, "nav-changes").click()
    stuck = card(page, "Aachen Printers")
    expect(part(page, "held")).to_contain_text("The server could not take it")
    expect(part(page, "change")).to_have_count(1)
    stuck.get_by_role("link", name="Aachen Printers").click()
    expect(part(page, "record-state")).to_contain_text("The server could not take it")
    assert violations(page) == []
    page.go_back()
    part(page, "discard").click()
    part(page, "discard-confirm").click()
    expect(part(page, "no-changes")).to_be_visible()
    part(page, "nav-LocalCustomer").click()
    assert press_sync(page)["type"] == "synccomplete"
    assert on_server(site, "AAAAA", "city") == ["Aachen"]
