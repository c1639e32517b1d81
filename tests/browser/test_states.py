"""Everybody can use every state of the screens: those that a real server is seldom in come from the made-up data of
`pwa/client/dev`, all of them looked at by axe, light and dark, on a phone and on a desktop."""

import mimetypes
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.browser.site import ROOT
from tests.browser.steps import part
from tests.browser.test_screens import violations

ADDRESS = "http://screens.invalid"

# What is looked at: an address with its switches (`pwa/client/dev/main.ts`), what is pressed there, and what is then
# to be seen.
STATES = {
    "first run": ("/?first", "", "download"),
    "first download running": ("/?first&slow", "", "progress"),
    "first download interrupted": ("/?first&dropped", "", "waits"),
    "first download failed": ("/?first&error", "", "download"),
    "first download that can be looked at": ("/LocalProduct/?preview", "", "peek"),
    "looking around": ("/LocalProduct/?preview", "peek", "download-banner"),
    "loading": ("/LocalProduct/?loading", "", "list"),
    "filters": ("/LocalProduct/", "open-filters", "filters"),
    "narrowed by everything": (
        "/LocalProduct/?q=ch&is.discontinued=false&is.unit_price=%7B%22gte%22%3A%2210%22%7D",
        "open-filters",
        "filters",
    ),
    "nothing found": ("/LocalProduct/?q=zzz", "", "result-count"),
    "nothing there": ("/LocalProduct/?empty", "", "result-count"),
    "more": ("/LocalProduct/?crowded", "nav-more", "nav-status"),
    "tree": ("/LocalCategory/", "", "tree"),
    "record": ("/LocalProduct/1/", "", "detail"),
    "picture": ("/LocalProduct/1/", "enlarge", "lightbox"),
    "update": ("/LocalProduct/?update", "", "update-banner"),
    "no network": ("/LocalProduct/?offline", "", "offline-banner"),
    "signed out by the server": ("/LocalProduct/?session", "", "session-banner"),
    "sync failed": ("/LocalProduct/?error", "", "retry-banner"),
    "syncing": ("/status/?slow", "", "progress"),
    "device": ("/status/", "", "readiness"),
    "pictures missing": ("/status/?files", "", "readiness"),
    "compared": ("/status/?checked", "", "readiness"),
    "leaving": ("/status/", "sign-out", "sign-out-confirm"),
    "sign-in": ("/?signedout", "", "sign-in-form"),
    "changes": ("/changes/?sales&changes", "", "section-attention"),
    "no changes": ("/changes/?sales", "", "no-changes"),
    "changes without a network": ("/changes/?sales&changes&offline", "", "changes-summary"),
    "changes of a session that expired": ("/changes/?sales&changes&session", "", "sign-in-to-send"),
    "discarding": ("/changes/?sales&changes", "discard", "discard-confirm"),
    "a conflict": ("/changes/?sales&changes", "compare", "conflict"),
    "no conflict": ("/changes/nothing/?sales&changes", "", "settled"),
    "where records stand": ("/LocalCustomer/?sales&changes", "", "local-mark"),
    "a record not sent": ("/LocalCustomer/1/?sales&changes", "", "record-state"),
    "a record that was refused": ("/LocalCustomer/2/?sales&changes", "", "record-state"),
    "a record in conflict": ("/LocalCustomer/3/?sales&changes", "", "record-state"),
    "a record deleted here": ("/LocalCustomer/7/?sales&changes", "", "record-state"),
    "device with changes": ("/status/?sales&changes", "", "device-changes"),
    "leaving with changes": ("/status/?sales&changes&offline", "sign-out", "sign-out-unsent"),
    "signing in again with changes": ("/status/?sales&changes&session", "sign-in-again", "sign-in-hint"),
    "changes from right to left": ("/changes/?sales&changes&rtl", "compare", "conflict"),
    "what can be added to": ("/LocalCustomer/?sales", "", "add"),
    "a record that can be edited": ("/LocalOrder/501/?sales", "", "edit"),
    "a new record": ("/LocalVisit/new/?sales", "", "form"),
    "wrong values": ("/LocalVisit/new/?sales", "save", "form-problems"),
    "every kind of field": ("/LocalVisit/00000000-0000-4000-8000-000000000001/edit/?sales", "", "field-details"),
    "a form with records within": ("/LocalOrder/501/edit/?sales", "add-LocalOrderLine", "inline-row"),
    "choosing a record": ("/LocalOrder/new/?sales", "pick", "pick-option"),
    "what the server did not take": ("/LocalCustomer/2/edit/?sales&changes", "", "form-problems"),
    "editing a conflict": ("/LocalCustomer/3/edit/?sales&changes", "", "in-conflict"),
    "deleting": ("/LocalOrder/501/?sales", "delete", "delete-within"),
    "a form from right to left": ("/LocalVisit/new/?sales&rtl", "save", "form-problems"),
    "from right to left": ("/LocalProduct/?rtl", "open-filters", "filters"),
    "a record from right to left": ("/LocalProduct/1/?rtl", "", "detail"),
}
# Seen on phones only: there is room for the rest of it elsewhere.
PHONES = {"more"}


@pytest.fixture(scope="session")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The screens on made-up data, built."""
    folder = tmp_path_factory.mktemp("screens")
    built = subprocess.run(
        ["node_modules/.bin/vite", "build", "--config", "pwa/client/dev/vite.config.ts", "--outDir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


def serve(context: BrowserContext, folder: Path) -> None:
    """Answers as a server does: files, and for any other address the page."""

    def answer(route: Route) -> None:
        file = folder / route.request.url.removeprefix(ADDRESS).partition("?")[0].lstrip("/")
        if not file.is_file():
            file = folder / "index.html"
        route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0] or "text/plain")

    context.route(f"{ADDRESS}/**", answer)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_any_state(screens: Path, browser: Browser, scheme: str, size: dict[str, int]) -> None:
    context = browser(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    serve(context, screens)
    page = context.pages[0]
    found: dict[str, list[str]] = {}
    for name, (path, press, seen) in STATES.items():
        if name in PHONES and size is not PHONE:
            continue
        page.goto(ADDRESS)
        page.evaluate("sessionStorage.clear()")  # the switches of the state before
        page.goto(f"{ADDRESS}{path}")
        if press:
            part(page, press).first.click()
        expect(part(page, seen).first, f"{name}: {seen}").to_be_visible()
        if problems := violations(page):
            found[name] = problems
    assert found == {}
