"""S2, W6: whose changes they are, when sessions end, when somebody else comes, and when somebody may no longer."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESKTOP, Browser
from tests.browser.patience import until
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import download, open_app, part, press_sync, sign_in, sign_out, until_left
from tests.browser.test_writing import ORDERS, one, own_customers, pending, rep, rows, sync, take_order, update

SYNC = "**/api/sync/sales/"


def sign_in_again(page: Page, person: str) -> None:
    """Where the app knows its person, and the server does not."""
    part(page, "nav-changes").click()
    part(page, "sign-in-to-send").click()
    sign_in(page, person)
    expect(part(page, "sign-in-form")).to_be_hidden()


def asked(site: Site) -> list[str]:
    """What devices asked of the API so far, and was answered: methods and paths."""
    lines = (site.folder / "access.log").read_text().splitlines()
    return [line.rpartition(" ")[0] for line in lines if "/api/sync/" in line]


def until_changed(site: Site, already: int, number: int) -> list[str]:
    """The first so many requests after those `already` asked that were to change anything."""

    def said() -> list[str]:
        return [request for request in asked(site)[already:] if not request.startswith("GET ")]

    until(lambda: len(said()) >= number)
    return said()[:number]


def typed(page: Page) -> list[tuple[Any, ...]]:
    """All changes, with what was typed, whatever state they are in."""
    return [(change["id"], change["entity"], change["op"], change["values"]) for change in pending(page)]


def codes_on_server(site: Site, phone: str) -> list[str]:
    return [str(code) for (code,) in site.sql("SELECT code FROM catalog_customer WHERE phone = ?", phone)]


def counted(site: Site) -> int:
    """How often stock was counted."""
    ((count,),) = site.sql("SELECT count(*) FROM catalog_stockcount")
    return int(str(count))


def test_S2_W6_what_one_person_did_not_send_is_nobody_elses_and_is_there_when_they_come_back(
    site: Site, browser: Browser
) -> None:
    context = browser(viewport=DESKTOP)
    page = rep(context, site)
    code = own_customers(site)[0]
    update(page, "LocalCustomer", one(page, "LocalCustomer", code=code)["id"], phone="of Nancy")
    take_order(page, code, [1, 2])
    nancys = typed(page)
    assert len(nancys) == 4

    # Somebody signs in to the admin in another tab of the same browser.
    admin = context.new_page()
    admin.goto(f"{site.url}/admin/")
    admin.fill("#id_username", "admin")
    admin.fill("#id_password", PASSWORD)
    admin.click('[type="submit"]')
    expect(admin.locator("#user-tools")).to_be_visible()
    admin.close()
    page.bring_to_front()
    assert press_sync(page)["error"]["code"] == "wrong_user"
    assert typed(page) == nancys
    assert site.sql("SELECT count(*) FROM catalog_order WHERE number > 1000000") == [(0,)]
    part(page, "nav-changes").click()
    expect(part(page, "sign-in-to-send")).to_be_visible()

    # Andrew takes the device over. Nothing of Nancy's is his.
    part(page, "sign-in-to-send").click()
    expect(part(page, "sign-in-hint")).to_contain_text("Nancy Davolio")
    sign_in(page, "andrew")
    download(page)
    assert pending(page) == []
    assert rows(page, "LocalCustomer", code=code) == []
    assert rows(page, "LocalOrder", number=None) == []
    expect(part(page, "changes-badge")).to_be_hidden()
    part(page, "nav-changes").click()
    expect(part(page, "no-changes")).to_be_visible()
    his = page.evaluate("window.offline.entities.LocalCustomer.list({ limit: 1 })")[0]
    update(page, "LocalCustomer", his["id"], phone="of Andrew")
    assert sync(page)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}
    assert codes_on_server(site, "of Andrew") == [his["code"]]
    assert codes_on_server(site, "of Nancy") == []

    # He leaves; what is hers stays where it was.
    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    sign_in(page, "nancy")
    expect(part(page, "changes-badge")).to_have_text("4")
    assert typed(page) == nancys
    assert sync(page)["pushed"] == {"applied": 4, "conflict": 0, "rejected": 0, "gone": 0}
    assert codes_on_server(site, "of Nancy") == [code]
    (order,) = json.loads(site.shell(ORDERS))
    assert (order[2], [line[2] for line in order[3]]) == (code, [1, 2])


def test_S2_W6_signing_out_with_changes_and_no_server_is_asked_about_done_here_and_told_before_anything_else(
    site: Site, browser: Browser
) -> None:
    page = rep(browser(), site)
    code = own_customers(site)[0]
    site.stop()
    update(page, "LocalCustomer", one(page, "LocalCustomer", code=code)["id"], phone="of Nancy")
    before = typed(page)
    part(page, "nav-status").click()
    part(page, "sign-out").click()
    warning = part(page, "sign-out-unsent")
    expect(warning).to_contain_text("1 change has not been sent")
    part(page, "send-first").click()
    expect(part(page, "sign-out-said")).to_contain_text("Sync failed")
    expect(warning).to_contain_text("1 change has not been sent")
    with page.expect_download():
        part(page, "export-first").click()
    page.locator("hv-sign-out").get_by_role("button", name="Cancel").click()
    page.reload()
    assert typed(page) == before
    assert one(page, "LocalCustomer", code=code)["phone"] == "of Nancy"

    sign_out(page)
    expect(part(page, "sign-in-form")).to_be_visible()
    until_left(page, "haversack/sales")
    assert site.sql("SELECT count(*) FROM django_session") == [(1,)]

    already = len(asked(site))
    site.start()
    sign_in(page, "andrew")
    download(page)
    assert site.sql("SELECT count(*) FROM django_session") == [(1,)]
    assert until_changed(site, already, 3) == [
        "DELETE /api/sync/sales/session/",
        "POST /api/sync/sales/session/",
        "POST /api/sync/sales/",
    ]
    assert pending(page) == []
    assert codes_on_server(site, "of Nancy") == []


def test_W1_W6_a_session_that_ends_in_the_middle_of_the_queue_loses_and_doubles_nothing(
    site: Site, browser: Browser
) -> None:
    context = browser()
    page = rep(context, site)
    customer = one(page, "LocalCustomer", code=own_customers(site)[0])
    before = counted(site)
    page.evaluate(
        """async () => {
            const counts = Array.from({ length: 550 }, (_, counted) => ({ product: 1, counted }));
            await window.offline.entities.LocalStockCount.createOrUpdateAll(counts);
        }"""
    )
    requests: list[Any] = []

    def end_session(route: Route) -> None:
        body: Any = route.request.post_data_json
        requests.append(body["mutations"])
        if len(requests) == 2:
            site.sql("DELETE FROM django_session")
        route.continue_()

    context.route(SYNC, end_session)
    assert sync(page)["error"]["code"] == "sign_in_required"
    context.unroute(SYNC)
    assert [len(one_of) for one_of in requests] == [500, 50]
    assert counted(site) == before + 500
    assert len(pending(page)) == 50

    # Who has no session goes on all the same.
    part(page, "list-row").filter(has_text=customer["company_name"]).click()
    page.get_by_role("link", name="Edit").click()
    part(page, "field-phone").get_by_role("textbox").fill("meanwhile")
    part(page, "save").click()
    expect(part(page, "toast")).to_contain_text("Sign in to send it.")
    expect(part(page, "changes-badge")).to_have_text("51")
    sign_in_again(page, "nancy")
    part(page, "nav-changes").click()
    part(page, "send-now").click()
    expect(part(page, "no-changes")).to_be_visible()
    assert counted(site) == before + 550
    assert codes_on_server(site, "meanwhile") == [customer["code"]]


def test_W6_who_may_not_use_an_app_any_more_keeps_what_they_did_and_is_told_why(site: Site, browser: Browser) -> None:
    site.stop()
    site.start("tests.browser.invited.settings")
    page = open_app(browser(), site, "invited")
    sign_in(page, "nancy")
    download(page)
    code = own_customers(site)[0]
    update(page, "LocalCustomer", one(page, "LocalCustomer", code=code)["id"], phone="of Nancy")
    left = site.sql(
        "SELECT user_id, group_id FROM auth_user_groups "
        "WHERE user_id = (SELECT id FROM auth_user WHERE username = 'nancy')"
    )
    for user, group in left:
        site.sql("DELETE FROM auth_user_groups WHERE user_id = ? AND group_id = ?", user, group)

    part(page, "nav-changes").click()
    part(page, "send-now").click()
    expect(part(page, "not-sent-because")).to_contain_text("you may not use this app. They stay on this device.")
    page.reload()
    assert sync(page)["error"]["code"] == "permission_denied"
    assert [change["values"] for change in pending(page)] == [{"phone": "of Nancy"}]
    assert one(page, "LocalCustomer", code=code)["phone"] == "of Nancy"
    assert codes_on_server(site, "of Nancy") == []

    for user, group in left:
        site.sql("INSERT INTO auth_user_groups (user_id, group_id) VALUES (?, ?)", user, group)
    part(page, "send-now").click()
    expect(part(page, "no-changes")).to_be_visible()
    assert codes_on_server(site, "of Nancy") == [code]
