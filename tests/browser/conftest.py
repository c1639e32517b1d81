"""Fixtures of the browser tests: a site with the Northwind catalogue, and phones."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.patience import MILLISECONDS
from tests.browser.site import NORTHWIND, Site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

expect.set_options(timeout=MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def northwind(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The imported catalogue with the demo users; tests work on copies."""
    site = Site(tmp_path_factory.mktemp("northwind"))
    assert NORTHWIND.is_dir(), f"The browser tests import {NORTHWIND}, which is missing."
    site.manage("migrate", "--verbosity", "0")
    site.manage("importcatalog", str(NORTHWIND))
    site.manage("demousers", "--force")
    site.sync_when_asked()
    return site


@pytest.fixture(scope="session")
def wholesale(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A catalogue of 20,000 products without pictures; tests work on copies."""
    site = Site(tmp_path_factory.mktemp("wholesale"))
    site.manage("migrate", "--verbosity", "0")
    site.manage("seedcatalog", "--products", "20000")
    site.shell(
        "from catalog.models import Category, Product; Product.objects.update(picture=''); "
        "Category.objects.update(picture='')"
    )
    shutil.rmtree(site.folder / "media")
    site.sync_when_asked()
    return site


@pytest.fixture
def large(wholesale: Site, tmp_path: Path) -> Iterator[Site]:
    """A running site of the test's own with 20,000 products."""
    copy = wholesale.copy_to(tmp_path / "large")
    copy.start()
    yield copy
    copy.stop()


@pytest.fixture
def site(northwind: Site, tmp_path: Path) -> Iterator[Site]:
    """A running site of the test's own."""
    copy = northwind.copy_to(tmp_path / "site")
    copy.start()
    yield copy
    copy.stop()


Browser = Callable[..., BrowserContext]


def kill(profile: Path) -> None:
    """Kills the browser that has this profile, whatever it is doing."""
    pid = int((profile / "SingletonLock").readlink().name.rpartition("-")[2])
    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def browser(playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    """Opens browsers with a profile of their own each. Not incognito: nothing can be installed there.

    At the end no page may have reported an error, or broken the Content-Security-Policy.
    """
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)

    def browse(name: str = "profile", **options: Any) -> BrowserContext:
        options = {"viewport": PHONE, "locale": "en-GB"} | options
        context = playwright.chromium.launch_persistent_context(
            tmp_path / name,
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            timeout=MILLISECONDS,
            # The browser itself looks for new service workers: in its own language, not in the pages'.
            args=[*ARGUMENTS, f"--accept-lang={options['locale']}", *options.pop("args", [])],
            **options,
        )
        context.on("page", watch)
        for page in context.pages:
            watch(page)
        context.set_default_timeout(MILLISECONDS)
        opened.append(context)
        return context

    yield browse
    for context in opened:
        context.close()
    assert errors == []
