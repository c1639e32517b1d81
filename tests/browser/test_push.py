"""What is made offline reaches the server once, in a real browser, whatever happens on the way."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Route

from tests.browser.conftest import Browser, kill
from tests.browser.site import Site
from tests.browser.steps import download, open_app, sign_in

SYNC = "**/api/sync/sales/"

# An order with five lines, all or nothing, as the form saves it.
MAKE_ORDER = """async () => {
    const { offline } = window;
    const [customer] = await offline.entities.LocalCustomer.list({ limit: 1 });
    const products = await offline.entities.LocalProduct.list({ where: { discontinued: false }, limit: 5 });
    const order = offline.newKey();
    return offline.saveTogether([
        { entity: "LocalOrder", values: { id: order, customer: customer.id, order_date: "2026-01-31" } },
        ...products.map(({ id, unit_price }) => ({
            entity: "LocalOrderLine",
            values: { order, product: id, quantity: 1, unit_price },
        })),
    ]);
}"""
SYNC_NOW = "window.offline.onSync().then(({ status, error, pushed }) => [status, error?.code ?? null, pushed ?? null])"
STATES = "window.offline.pending().then((all) => all.map(({ state }) => state))"
COUNTS = """from catalog.models import Order, OrderLine
print(Order.objects.count(), OrderLine.objects.count())"""


def test_W1_an_order_whose_answer_is_lost_three_times_in_a_browser_that_is_killed_between(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    context = browser()
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    before = [int(count) for count in site.shell(COUNTS).split()]
    keys: list[str] = page.evaluate(MAKE_ORDER)
    assert all(key.startswith("local:") for key in keys)
    bodies: list[Any] = []

    def lose(route: Route) -> None:
        body: Any = route.request.post_data_json
        bodies.append(body["mutations"])
        route.fetch()
        route.abort()

    for _attempt in range(3):
        context.route(SYNC, lose)
        assert page.evaluate(SYNC_NOW)[:2] == ["error", "network"]
        assert page.evaluate(STATES) == ["sending"] * 6
        kill(tmp_path / "profile")
        context = browser()
        page = open_app(context, site, "sales")
        # A browser that is killed may not have written down its session yet: what is unsent waits for its person.
        page.evaluate("window.offline.ready.then(() => window.offline.signIn('nancy', 'haversack'))")
    assert page.evaluate(STATES) == ["sending"] * 6
    assert page.evaluate(SYNC_NOW) == ["complete", None, {"applied": 6, "conflict": 0, "rejected": 0, "gone": 0}]
    assert bodies[0] == bodies[1] == bodies[2]
    assert [int(count) for count in site.shell(COUNTS).split()] == [before[0] + 1, before[1] + 5]
    order, *lines = page.evaluate(
        """async ([order, ...lines]) => [
            await window.offline.entities.LocalOrder.get(order),
            ...await Promise.all(lines.map((line) => window.offline.entities.LocalOrderLine.get(line))),
        ]""",
        keys,
    )
    assert isinstance(order["id"], int)
    assert isinstance(order["number"], int)
    assert [line["order"] for line in lines] == [order["id"]] * 5
    assert all("_local" not in row for row in [order, *lines])
    assert page.evaluate(STATES) == []


def test_P6_what_is_edited_while_a_sync_runs_survives_and_goes_with_the_next_one(site: Site, browser: Browser) -> None:
    context = browser()
    page = open_app(context, site, "sales")
    sign_in(page, "nancy")
    download(page)
    edit = """async (city) => {
        const [{ id }] = await window.offline.entities.LocalCustomer.list({ limit: 1 });
        await window.offline.entities.LocalCustomer.update(id, { city });
        return id;
    }"""
    key = page.evaluate(edit, "Nancy")
    held: list[Route] = []
    context.route(SYNC, lambda route: route.continue_() if held else held.append(route))
    page.evaluate("() => { window.first = window.offline.onSync(); }")
    page.wait_for_function("window.offline.state().then(({ syncing }) => syncing?.phase === 'push')")
    while not held:
        page.evaluate("new Promise(requestAnimationFrame)")  # the driver tells of requests while it talks to the page
    page.evaluate(edit, "Metz")
    held[0].continue_()
    assert page.evaluate("window.first.then(({ status, pushed }) => [status, pushed.applied])") == ["complete", 1]
    city = "window.offline.entities.LocalCustomer.get({key}).then(({ city, _local }) => [city, _local?.state ?? null])"
    assert page.evaluate(city.replace("{key}", str(key))) == ["Metz", "unsent"]
    assert page.evaluate(SYNC_NOW) == ["complete", None, {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}]
    assert page.evaluate(city.replace("{key}", str(key))) == ["Metz", None]
    assert site.shell(f"from catalog.models import Customer; print(Customer.objects.get(pk={key}).city)") == "Metz"
