"""Syncs that start by themselves, and try again (Q3, Q4): as set in the admin, and nothing else."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Browser
from tests.browser.line import Line
from tests.browser.ownsync import __name__ as ownsync
from tests.browser.patience import MILLISECONDS, until
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, press_sync, ready_for_offline, sign_in, sign_out
from tests.browser.test_admin import sign_in as sign_in_to_admin

RECORDED = "tests.browser.recorded"
SYNC = "POST /api/sync/catalog/"


@pytest.fixture
def site(northwind: Site, tmp_path: Path) -> Iterator[Site]:
    """A site of the test's own that writes down what syncs reach it."""
    copy = northwind.copy_to(tmp_path / "site")
    copy.start(RECORDED)
    yield copy
    copy.stop()


def wait_for_syncs(site: Site, number: int) -> list[tuple[str, str]]:
    """Until so many syncs have reached the server; what they asked for."""
    until(lambda: len(site.syncs()) >= number)
    return site.syncs()


def sync_prices(page: Page) -> None:
    """Two syncs that code asks for. What was begun by itself before them has ended when they have."""
    for _ in range(2):
        result: dict[str, Any] = page.evaluate("window.offline.onSync('prices')")
        assert result["status"] == "complete", result


def until_idle(page: Page) -> None:
    page.evaluate(
        """async () => {
            while ((await window.offline.state()).syncing !== null) await new Promise(requestAnimationFrame);
        }"""
    )


def until_online(page: Page, online: bool) -> None:
    page.evaluate(
        """async ([online, patience]) => {
            const end = performance.now() + patience;
            while ((await window.offline.getNetworkStatus()) !== online) {
                if (performance.now() > end) throw new Error(`never ${online}`);
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        }""",
        [online, MILLISECONDS],
    )


def hide_and_show(page: Page) -> None:
    """The driver keeps every page visible, so the page is told what a browser tells it."""
    for state in ("hidden", "visible"):
        page.evaluate(
            """(state) => {
                Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )


def switch_on(administrator: BrowserContext, site: Site, app: str, *names: str, interval: int | None = None) -> None:
    """What an administrator does, in a browser of their own: ticks these settings of an app, and saves."""
    admin = administrator.pages[0]
    sign_in_to_admin(admin, site, f"/admin/syncapi/appsettings/{app}/change/")
    for name in names:
        box = admin.get_by_label(name)
        expect(box).not_to_be_checked()
        box.check()
    if interval is not None:
        admin.get_by_label("Retry Interval").fill(str(interval))
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    administrator.close()


def start_again(page: Page, site: Site) -> None:
    page.reload()
    page.evaluate("window.offline.ready")


def show_again(page: Page, site: Site) -> None:
    hide_and_show(page)


def lose_the_server(page: Page, site: Site) -> None:
    """Without a word from the browser: only requests tell."""
    site.stop()
    assert page.evaluate("window.offline.onSync('prices')")["status"] == "error"
    until_online(page, False)
    site.start(RECORDED)
    until_online(page, True)


CAUSES: dict[str, Callable[[Page, Site], None]] = {
    "start": start_again,
    "resume": show_again,
    "online": lose_the_server,
}


@pytest.mark.parametrize("trigger", CAUSES)
def test_Q3_off_nothing_happens_and_switched_on_in_the_admin_it_syncs_after_the_next_sync(
    site: Site, browser: Browser, trigger: str
) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    CAUSES[trigger](page, site)
    sync_prices(page)
    syncs = wait_for_syncs(site, 3)
    assert {trigger for trigger, _ in syncs} == {"manual"}
    assert syncs[-2:] == [("manual", "prices"), ("manual", "prices")]

    switch_on(browser("administrator"), site, "catalog", f"Synchronize On {trigger.capitalize()}")
    sync_prices(page)
    before = len(site.syncs())
    CAUSES[trigger](page, site)
    assert wait_for_syncs(site, before + 1)[before:] == [(trigger, "")]


def test_Q3_signing_in_syncs_where_it_is_switched_on(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "sales")
    sign_in(page, "nancy")
    download(page)
    sign_out(page)
    sign_in(page, "nancy")
    download(page)  # by hand again: signing in did not
    assert wait_for_syncs(site, 2) == [("manual", ""), ("manual", "")]

    switch_on(browser("administrator"), site, "sales", "Synchronize On Login")
    assert press_sync(page)["type"] == "synccomplete"
    sign_out(page)
    sign_in(page, "nancy")
    expect(part(page, "list")).to_be_visible()
    assert wait_for_syncs(site, 4)[3:] == [("login", "")]


def test_Q3_opening_an_app_downloads_it_where_that_is_switched_on(site: Site, browser: Browser) -> None:
    site.sync_by_itself("catalog", on_start=True)
    page = open_app(browser(), site, "catalog")
    expect(part(page, "list")).to_be_visible()
    ready_for_offline(page)
    assert wait_for_syncs(site, 1) == [("start", "")]


def test_Q3_a_second_change_reaches_a_device_that_was_offline_at_the_first(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    context.set_offline(True)
    site.sync_by_itself("catalog", on_resume=True)
    show_again(page, site)
    site.sync_by_itself("catalog", on_start=True)
    context.set_offline(False)
    until_online(page, True)
    press_sync(page)
    show_again(page, site)
    sync_prices(page)
    assert ("resume", "") not in site.syncs()
    before = len(site.syncs())
    start_again(page, site)
    assert wait_for_syncs(site, before + 1)[before:] == [("start", "")]


def fail(page: Page, site: Site) -> None:
    """A sync of one context that fails, and the browser's own word that there is no network gone again."""
    site.stop()
    assert page.evaluate("window.offline.onSync('prices')")["status"] == "error"


def hide(page: Page) -> None:
    """Nobody looks: the server is not looked for, and only the deadline is left."""
    page.evaluate(
        """() => {
            Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )


def test_Q4_switched_on_what_failed_is_tried_again_after_the_interval(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    hide(page)
    fail(page, site)
    state: dict[str, Any] = page.evaluate("window.offline.state()")
    assert (state["lastError"]["code"], state["retryAt"]) == ("network", None)

    site.start(RECORDED)
    switch_on(browser("administrator"), site, "catalog", "Retry Synchronizations", interval=5)
    sync_prices(page)
    before = len(site.syncs())
    assert before == 3  # nothing was tried again
    began = page.evaluate("Date.now()")
    fail(page, site)
    state, at, ended = page.evaluate(
        "offline.state().then((state) => [state, Date.parse(state.retryAt), Date.now()])",
    )
    assert state["lastError"]["code"] == "network"
    assert began + 5000 <= at <= ended + 5000
    site.start(RECORDED)
    assert wait_for_syncs(site, before + 1)[before:] == [("retry", "prices")]
    until_idle(page)
    state = page.evaluate("window.offline.state()")
    assert (state["lastError"], state["retryAt"]) == (None, None)


def test_Q4_also_after_the_browser_was_closed_and_opened_again(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    fail(page, site)
    context.close()
    site.start(RECORDED)
    context = browser()
    page = open_app(context, site, "catalog")
    page.evaluate("window.offline.ready")
    sync_prices(page)
    assert {trigger for trigger, _ in site.syncs()} == {"manual"}
    assert site.syncs()[-2:] == [("manual", "prices"), ("manual", "prices")]

    switch_on(browser("administrator"), site, "catalog", "Retry Synchronizations", interval=5)
    sync_prices(page)
    before = len(site.syncs())
    fail(page, site)
    context.close()
    site.start(RECORDED)
    page = open_app(browser(), site, "catalog")
    assert wait_for_syncs(site, before + 1)[before:] == [("retry", "prices")]
    until_idle(page)
    assert page.evaluate("window.offline.state()")["retryAt"] is None


def test_Q4_people_read_why_it_failed_and_when_it_is_tried_again(site: Site, browser: Browser) -> None:
    site.sync_by_itself("catalog", retry=True, retry_interval=3600)
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    # Reached, and not able: with no network at all, the screen says that one is offline.
    context.route("**/api/sync/catalog/", lambda route: route.fulfill(status=502, content_type="text/html", body="Bad"))
    assert press_sync(page)["type"] == "syncerror"
    banner = part(page, "retry-banner")
    expect(banner).to_contain_text(re.compile(r"Sync failed: .+, next try in (60|59) minutes"))
    context.unroute("**/api/sync/catalog/")
    assert press_sync(page)["type"] == "synccomplete"
    expect(banner).to_be_hidden()


def test_Q1_ten_in_a_row_run_once_and_discarding_leaves_the_new_one(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    ended = """async () => {
        const running = offline.onSync("");
        const all = [running, ...Array.from({ length: 10 }, () => offline.onSync("prices"))];
        return (await Promise.all(all)).map(({ status }) => status);
    }"""
    assert page.evaluate(ended) == ["complete"] * 11
    assert site.syncs()[1:] == [("manual", ""), ("manual", "prices")]
    # The one under way stays under way until the next one is dropped.
    held: list[Route] = []
    context.route(f"**{SYNC.removeprefix('POST ')}", lambda route: route.continue_() if held else held.append(route))
    page.evaluate("() => { window.all = [offline.onSync('')]; }")
    while not held:
        page.evaluate("new Promise(requestAnimationFrame)")  # the driver tells of requests while it talks to the page
    page.evaluate("() => { window.all.push(offline.onSync('prices'), offline.onSync('', { discardPending: true })); }")
    assert page.evaluate("window.all[1]")["status"] == "discarded"
    held[0].continue_()
    assert [result["status"] for result in page.evaluate("Promise.all(window.all)")] == [
        *("complete", "discarded", "complete"),
    ]
    assert site.syncs()[3:] == [("manual", ""), ("manual", "")]


def two_tabs(context: BrowserContext, line: Line) -> tuple[Page, Page]:
    first, second = context.pages[0], context.new_page()
    for page in (first, second):
        page.goto(f"{line.url}/apps/catalog/")
        page.evaluate("window.offline.ready")
    return first, second


def test_Q2_the_server_sees_one_sync_at_a_time_from_two_tabs(site: Site, browser: Browser) -> None:
    with Line(site, f"{SYNC} ") as line:
        first, second = two_tabs(browser(), line)
        begin = """(number) => {
            const syncs = Array.from({ length: number }, (_, at) => offline.onSync(at % 2 ? "" : "prices"));
            window.all = Promise.all(syncs);
        }"""
        for page in (first, second):
            page.evaluate(begin, 6)
        for page in (first, second):
            results: list[dict[str, Any]] = page.evaluate("window.all")
            assert {result["status"] for result in results} == {"complete"}
    # Of six in a row, of two contexts, one of each runs, and the first once more where it had begun.
    number = len(site.syncs())
    assert 4 <= number <= 6
    assert [fact["at"] for fact in site.recorded()] == ["begin", "end"] * number


def test_Q2_a_tab_that_is_closed_in_the_middle_lets_the_other_finish(site: Site, browser: Browser) -> None:
    with Line(site, f"{SYNC} ") as line:
        first, second = two_tabs(browser(), line)
        line.stop_after(1000)
        first.evaluate("() => { window.running = offline.onSync(''); }")
        line.wait_until_stopped()
        second.evaluate("() => { window.running = offline.onSync('prices'); }")
        second.evaluate("offline.state()")
        assert site.syncs() == [("manual", "")]
        first.close()
        line.cut()
        assert second.evaluate("window.running")["status"] == "complete"
        assert second.evaluate("offline.entities.LocalProduct.count()") == 77


def test_an_app_says_itself_what_a_sync_does_also_offline(site: Site, browser: Browser) -> None:
    site.stop()
    site.start(f"{ownsync}.settings")
    context = browser()
    page = open_app(context, site, "ownsync")
    download(page)
    assert site.until_sent("POST /api/sync/ownsync/", 2) == 2  # categories, then products
    assert page.evaluate("offline.onSync('prices')")["status"] == "complete"
    assert site.until_sent("POST /api/sync/ownsync/", 3) == 3
    # The module is there without the server: what fails is the request that it makes.
    site.stop()
    page.reload()
    page.evaluate("window.offline.ready")
    failed: dict[str, Any] = page.evaluate("offline.onSync('prices')")
    assert failed["error"]["code"] == "network"
    assert page.evaluate("offline.entities.LocalProduct.count()") == 77
