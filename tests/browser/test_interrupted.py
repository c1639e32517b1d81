"""P2: a large first download that ends in the middle goes on where it was, whatever ended it."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browser, kill
from tests.browser.line import Line
from tests.browser.site import Site
from tests.browser.steps import part

SYNC = "POST /api/sync/catalog/"
PRODUCTS = 20_000
HALF = 300_000  # bytes of the answer, compressed

# Number of products, the keys' sum and the last one's name: cheap to ask for, and hard to get right by chance.
SUMMARY = """
import json
from django.db.models import Sum
from catalog.models import Product
last = Product.objects.order_by("pk").last()
print(json.dumps([Product.objects.count(), Product.objects.aggregate(sum=Sum("pk"))["sum"], last.name]))
"""


def begin(page: Page, line: Line) -> None:
    """Opens the app and presses *Download*; the page remembers how far it says to be."""
    page.goto(f"{line.url}/apps/catalog/")
    page.evaluate(
        """() => {
            window.steps = [];
            window.ended = new Promise((resolve) => {
                window.offline.addEventListener("syncprogress", ({ detail }) => window.steps.push(detail));
                for (const type of ["synccomplete", "syncerror"])
                    window.offline.addEventListener(type, (event) => resolve({ type, ...event.detail }));
            });
        }"""
    )
    part(page, "download").click()


def finish(page: Page) -> dict[str, Any]:
    """The detail of the event that ends the sync, and how far it was, step by step."""
    ended: dict[str, Any] = page.evaluate("window.ended")
    steps: list[dict[str, Any]] = page.evaluate("window.steps")
    return {**ended, "steps": [(step["done"], step["total"]) for step in steps if step["phase"] == "rows"]}


def stop_in_the_middle(page: Page, line: Line) -> int:
    """Until the line is silent and the device has written what came; returns how many rows those are."""
    line.wait_until_stopped()
    done: int = page.evaluate(
        """async () => {
            const far = () => window.steps.findLast(({ phase }) => phase === "rows")?.done ?? 0;
            let [seen, still] = [0, 0];
            while (seen === 0 || still < 30) {
                await new Promise(requestAnimationFrame);
                still = far() === seen ? still + 1 : 0;
                seen = far();
            }
            return seen;
        }"""
    )
    return done


def carried(page: Page) -> list[Any]:
    summary: list[Any] = page.evaluate(
        """window.offline.entities.LocalProduct.list({ orderBy: ["id"] }).then((rows) =>
            [rows.length, rows.reduce((sum, { id }) => sum + id, 0), rows.at(-1).name])"""
    )
    return summary


@pytest.mark.parametrize("killed", ["server", "browser"])
def test_P2_a_first_download_goes_on(large: Site, browser: Browser, tmp_path: Path, killed: str) -> None:
    with Line(large, SYNC) as line:
        page = browser("phone").pages[0]
        line.stop_after(HALF)
        begin(page, line)
        staged = stop_in_the_middle(page, line)
        assert 1000 <= staged < PRODUCTS
        if killed == "server":
            large.kill()
            line.cut()
            assert finish(page)["type"] == "syncerror"
            large.start()
        else:
            kill(tmp_path / "phone")
            line.cut()
            page = browser("phone").pages[0]

        line.passed = 0
        begin(page, line)
        ended = finish(page)

        assert ended["type"] == "synccomplete"
        done, total = ended["steps"][0]
        assert done >= staged - 1000
        assert total >= PRODUCTS
        assert carried(page) == json.loads(large.shell(SUMMARY))
        assert line.passed < HALF  # all of it would be more than came before
