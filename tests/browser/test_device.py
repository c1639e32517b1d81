"""The device's own screen, and what colours do."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browser
from tests.browser.site import Site
from tests.browser.steps import download, open_app, part, ready_for_offline


def test_ready_for_offline_is_said_when_it_is_true(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "catalog")
    download(page)
    part(page, "nav-status").click()
    expect(part(page, "readiness")).to_contain_text("Ready for offline")
    site.stop()
    page.reload()
    expect(part(page, "readiness")).to_contain_text("Ready for offline")

    # Without what the service worker keeps, a start without a connection would show nothing.
    page.evaluate("caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))")
    part(page, "nav-LocalProduct").click()
    part(page, "nav-status").click()
    expect(part(page, "readiness")).to_contain_text("Not ready for offline yet")
    expect(part(page, "readiness")).to_contain_text("The app itself")


def test_an_address_without_https_is_named_as_the_reason(site: Site, browser: Browser) -> None:
    context = browser(args=["--host-resolver-rules=MAP field.example 127.0.0.1"])
    page = context.pages[0]
    page.goto(f"http://field.example:{site.port}/apps/catalog/")
    part(page, "download").click()
    expect(part(page, "list")).to_be_visible()
    part(page, "nav-status").click()
    expect(part(page, "readiness")).to_contain_text("only where their address begins with https")


def test_space_for_pictures_is_a_persons_choice(site: Site, browser: Browser) -> None:
    page = open_app(browser(), site, "catalog")
    download(page)
    part(page, "nav-status").click()
    expect(part(page, "pictures-kept")).to_contain_text("picture")
    part(page, "budget").select_option("0")
    expect(part(page, "pictures-kept")).to_contain_text("0 pictures")
    page.reload()
    expect(part(page, "budget")).to_have_value("0")
    ready_for_offline(page)
    expect(part(page, "readiness")).to_contain_text("Ready for offline")


# What text must reach against what it stands on (WCAG 2.2, 1.4.3).
READABLE = 4.5

SURFACES = ("--page", "--surface", "--raised", "--sunken")

PAINT = """(pairs) => {
    // Every 51st of the values of each part: 216 colours, the primary ones and the greys among them.
    const parts = ["00", "33", "66", "99", "cc", "ff"];
    const colors = parts.flatMap((red) => parts.flatMap((green) => parts.map((blue) => `#${red}${green}${blue}`)));
    const probes = pairs.map(([background, ink]) => {
        const probe = document.body.appendChild(document.createElement("div"));
        probe.style.setProperty("background-color", `var(${background})`);
        probe.style.setProperty("color", `var(${ink})`);
        return probe;
    });
    const canvas = new OffscreenCanvas(2, 1).getContext("2d", { willReadFrequently: true });
    const luminance = (data) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, part) => {
        const value = data[part] / 255;
        return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    }, 0.05);
    const painted = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return luminance(canvas.getImageData(0, 0, 1, 1).data);
    };
    const worst = pairs.map(() => [99, ""]);
    for (const color of colors) {
        document.documentElement.style.setProperty("--theme", color);
        for (const [at, probe] of probes.entries()) {
            const style = getComputedStyle(probe);
            const [one, two] = [painted(style.backgroundColor), painted(style.color)];
            const contrast = Math.max(one, two) / Math.min(one, two);
            if (contrast < worst[at][0]) worst[at] = [contrast, color];
        }
    }
    return worst;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_colour_an_app_has_its_texts_can_be_read(site: Site, browser: Browser, scheme: Any) -> None:
    page = open_app(browser(color_scheme=scheme), site, "catalog")
    expect(part(page, "first-run")).to_be_visible()
    pairs = [
        *(("--accent-soft", ink) for ink in ("--accent", "--text")),
        *(
            (surface, ink)
            for surface in ("--page", "--surface", "--raised")
            for ink in ("--accent", "--text", "--muted")
        ),
        *(("--sunken", ink) for ink in ("--accent", "--text", "--muted")),
        ("--accent", "--on-accent"),
        ("--mark", "--text"),
    ]
    worst = dict(zip(pairs, page.evaluate(PAINT, pairs), strict=True))
    assert {pair: found for pair, found in worst.items() if found[0] < READABLE} == {}
