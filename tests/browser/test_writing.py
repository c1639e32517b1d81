"""What people change where there is no network: kept, sent once, told apart, and never lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect

from tests.browser.conftest import DESKTOP, Browser, kill
from tests.browser.line import Line
from tests.browser.site import PASSWORD, Site
from tests.browser.steps import open_app, part, ready_for_offline, sign_in
from tests.browser.test_admin import sign_in as sign_in_to_admin

SYNC = "POST /api/sync/sales/ "
HEAD = 100  # bytes of an answer that pass: it has begun, and says nothing
SHARED = (
    "from catalog.models import *; from django.contrib.auth.models import User; "
    "andrew = User.objects.get(username='andrew'); "
    "[t.assignments.get_or_create(user=andrew) for t in Territory.objects.filter(users__username='nancy')]"
)
ORDERS = (
    "import json; from catalog.models import *; print(json.dumps([[o.pk, o.number, o.customer.code, "
    "[[l.pk, l.product_id, l.quantity] for l in o.lines.order_by('product_id')]] "
    "for o in Order.objects.filter(number__gt=1000000).order_by('pk')]))"
)

Row = dict[str, Any]


@pytest.fixture
def shared(site: Site) -> Site:
    """A site where two people work the same territories."""
    site.shell(SHARED)
    return site


def rep(context: BrowserContext, site: Site, person: str = "nancy", url: str = "") -> Page:
    """The field sales app of a person, ready to go offline."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{url or site.url}/apps/sales/")
    sign_in(page, person)
    expect(part(page, "download").or_(part(page, "list"))).to_be_visible()
    page.evaluate("window.offline.onSync()")
    ready_for_offline(page)
    return page


def sync(page: Page) -> Row:
    result: Row = page.evaluate("window.offline.onSync()")
    return result


def one(page: Page, entity: str, **where: Any) -> Row:
    rows: list[Row] = page.evaluate(
        "([entity, where]) => window.offline.entities[entity].list({ where })", [entity, where]
    )
    assert len(rows) == 1, rows
    return rows[0]


def rows(page: Page, entity: str, **where: Any) -> list[Row]:
    found: list[Row] = page.evaluate(
        "([entity, where]) => window.offline.entities[entity].list({ where })", [entity, where]
    )
    return found


def update(page: Page, entity: str, key: Any, **values: Any) -> None:
    page.evaluate(
        "([entity, key, values]) => window.offline.entities[entity].update(key, values)", [entity, key, values]
    )


def pending(page: Page) -> list[Row]:
    changes: list[Row] = page.evaluate("window.offline.pending()")
    return changes


def server(site: Site, code: str) -> Any:
    """What Python in the project has of an expression."""
    return json.loads(site.shell(f"import json; from catalog.models import *; print(json.dumps({code}))"))


def take_order(page: Page, customer: str, quantities: list[int]) -> str:
    """An order with a line for each quantity, of products that are in stock, saved together."""
    key: str = page.evaluate(
        """async ([code, quantities]) => {
            const { LocalCustomer, LocalProduct } = window.offline.entities;
            const [customer] = await LocalCustomer.list({ where: { code } });
            const products = await LocalProduct.list({ where: { units_in_stock: { gte: 30 } }, orderBy: "id" });
            const order = window.offline.newKey();
            await window.offline.saveTogether([
                { entity: "LocalOrder", values: { id: order, customer: customer.id } },
                ...quantities.map((quantity, at) => ({
                    entity: "LocalOrderLine",
                    values: { order, product: products[at].id, unit_price: products[at].unit_price, quantity },
                })),
            ]);
            return order;
        }""",
        [customer, quantities],
    )
    return key


def own_customers(site: Site) -> list[str]:
    codes: list[str] = server(
        site,
        "list(Customer.objects.filter(territory__users__username='nancy').distinct().order_by('code')"
        ".values_list('code', flat=True))",
    )
    return codes


def test_C1_C2_C3_two_people_and_the_admin_change_one_customer(shared: Site, browser: Browser) -> None:
    """Different attributes merge; the same one becomes a conflict, of the second only; the choice reaches everybody."""
    admin = browser("office", viewport=DESKTOP).pages[0]
    first = rep(browser("first"), shared)
    second = rep(browser("second"), shared, "andrew")
    code, other = own_customers(shared)[:2]
    key = one(first, "LocalCustomer", code=code)["id"]

    # Different attributes, on two devices and in the admin.
    update(first, "LocalCustomer", key, phone="111")
    update(second, "LocalCustomer", key, contact_name="Second")
    sign_in_to_admin(admin, shared, f"/admin/catalog/customer/{key}/change/")
    admin.locator("#id_city").fill("Office")
    admin.get_by_role("button", name="Save and continue editing").click()
    expect(admin.get_by_text("was changed successfully")).to_be_visible()
    assert sync(first)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}
    assert sync(second)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}
    sync(first)
    merged = ("111", "Second", "Office")
    for page in (first, second):
        row = one(page, "LocalCustomer", code=code)
        assert (row["phone"], row["contact_name"], row["city"]) == merged
        assert "_local" not in row

    # The same attribute: whoever comes second is asked, and nothing else waits for that.
    update(first, "LocalCustomer", key, phone="first")
    update(second, "LocalCustomer", key, phone="second", contact_title="Boss")
    sync(first)
    neighbour = one(second, "LocalCustomer", code=other)["id"]
    update(second, "LocalCustomer", neighbour, phone="neighbour")
    assert sync(second)["pushed"] == {"applied": 1, "conflict": 1, "rejected": 0, "gone": 0}
    assert server(shared, f"Customer.objects.get(pk={neighbour}).phone") == "neighbour"
    assert server(shared, f"Customer.objects.get(pk={key}).phone") == "first"
    assert pending(first) == []
    (conflict,) = second.evaluate("window.offline.conflicts()")
    assert conflict["attributes"] == ["phone"]
    assert (conflict["base"]["phone"], conflict["values"]["phone"], conflict["theirs"]["phone"]) == (
        "111",
        "second",
        "first",
    )
    assert one(second, "LocalCustomer", code=code)["phone"] == "second", "what was typed stays in view"

    # The choice is a change like any other.
    second.evaluate("(id) => window.offline.resolve(id, 'mine')", conflict["id"])
    assert sync(second)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}
    sync(first)
    assert server(shared, f"[Customer.objects.get(pk={key}).phone, Customer.objects.get(pk={key}).contact_title]") == [
        "second",
        "Boss",
    ]
    for page in (first, second):
        assert one(page, "LocalCustomer", code=code)["phone"] == "second"
        assert pending(page) == []
    admin.reload()
    expect(admin.locator("#id_phone")).to_have_value("second")
    expect(admin.locator("#id_city")).to_have_value("Office")


def test_W1_W5_an_order_whose_answer_is_lost_three_times_is_there_once(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    customer = own_customers(site)[0]
    with Line(site, SYNC) as line:
        page = rep(browser("phone"), site, url=line.url)
        site.stop()
        order = take_order(page, customer, [1, 2, 3, 4, 5])
        assert order.startswith("local:")
        assert len(rows(page, "LocalOrderLine", order=order)) == 5
        made = [change["id"] for change in pending(page)]
        site.start()

        for loss in range(3):
            line.stop_after(HEAD, exactly=True)
            page.evaluate("() => void window.offline.onSync()")
            line.wait_until_stopped()  # the server has done it, and its answer does not get through
            (taken,) = json.loads(site.shell(ORDERS))
            assert len(taken[3]) == 5
            if loss == 1:
                kill(tmp_path / "phone")
                line.cut()
                page = open_app(browser("phone"), line_site(site, line), "sales")
                # A browser that is killed forgets the session, which it had not written down yet.
                page.evaluate("(password) => window.offline.signIn('nancy', password)", PASSWORD)
            else:
                line.cut()
                page.evaluate(
                    """async () => {
                        while ((await window.offline.state()).syncing) await new Promise(requestAnimationFrame);
                    }"""
                )
            assert [(change["id"], change["state"]) for change in pending(page)] == [(id_, "sending") for id_ in made]
        assert sync(page)["pushed"] == {"applied": 6, "conflict": 0, "rejected": 0, "gone": 0}

        (taken,) = json.loads(site.shell(ORDERS))
        key, number, _, lines = taken
        assert pending(page) == []
        row = one(page, "LocalOrder", number=number)
        assert (row["id"], row["number"]) == (key, number)
        assert page.evaluate("(key) => window.offline.entities.LocalOrder.get(key)", order) == row
        shown = sorted([one["id"], one["product"], one["quantity"]] for one in rows(page, "LocalOrderLine", order=key))
        assert shown == sorted(lines)


def line_site(site: Site, line: Line) -> Site:
    """The same site at the line's address."""
    through = Site(site.folder)
    through.url = line.url
    return through


def test_P6_what_is_changed_while_a_sync_is_under_way_survives_it_and_goes_with_the_next(
    site: Site, browser: Browser
) -> None:
    code, other = own_customers(site)[:2]
    context = browser("phone")
    page = rep(context, site)
    key, neighbour = (one(page, "LocalCustomer", code=one_of)["id"] for one_of in (code, other))
    update(page, "LocalCustomer", key, phone="before")
    answers: list[tuple[Route, APIResponse]] = []
    context.route(
        "**/api/sync/sales/",
        lambda route: route.continue_() if answers else answers.append((route, route.fetch())),
    )
    page.evaluate("() => { window.running = window.offline.onSync(); }")
    while not answers:
        page.evaluate("new Promise(requestAnimationFrame)")  # the driver tells of requests while it talks to the page
    # The server has it, and its answer, which says so and has the row, is on the way.
    assert server(site, f"Customer.objects.get(pk={key}).phone") == "before"
    update(page, "LocalCustomer", key, phone="meanwhile")
    update(page, "LocalCustomer", neighbour, phone="meanwhile, too")
    [(route, answer)] = answers
    route.fulfill(response=answer)
    result = page.evaluate("window.running")
    assert (result["status"], result["pushed"]["applied"]) == ("complete", 1)
    assert server(site, f"Customer.objects.get(pk={key}).phone") == "before"
    row = one(page, "LocalCustomer", code=code)
    assert (row["phone"], row["_local"]["state"]) == ("meanwhile", "unsent")

    assert sync(page)["pushed"] == {"applied": 2, "conflict": 0, "rejected": 0, "gone": 0}
    assert server(site, f"[Customer.objects.get(pk=k).phone for k in ({key}, {neighbour})]") == [
        "meanwhile",
        "meanwhile, too",
    ]
    row = one(page, "LocalCustomer", code=code)
    assert (row["phone"], "_local" in row) == ("meanwhile", False)
    assert pending(page) == []


def test_W2_W3_a_refused_line_holds_back_its_order_and_no_other(site: Site, browser: Browser) -> None:
    first, second = own_customers(site)[:2]
    page = rep(browser(), site)
    site.stop()
    held = take_order(page, first, [1, 100_000, 2])
    take_order(page, second, [3])
    site.start()
    assert sync(page)["pushed"] == {"applied": 2, "conflict": 0, "rejected": 4, "gone": 0}
    (taken,) = json.loads(site.shell(ORDERS))
    assert taken[2] == second
    states = {(change["entity"], change["state"]) for change in pending(page)}
    assert ("LocalOrderLine", "rejected") in states
    (refused,) = [change for change in pending(page) if (change["error"] or {}).get("fields")]
    assert list(refused["error"]["fields"]) == ["quantity"]
    assert refused["values"]["quantity"] == 100_000, "as it was typed"
    assert len(rows(page, "LocalOrderLine", order=held)) == 3

    update(page, "LocalOrderLine", refused["key"], quantity=4)
    sync(page)
    assert pending(page) == []
    taken = json.loads(site.shell(ORDERS))
    assert sorted((order[2], sorted(line[2] for line in order[3])) for order in taken) == sorted(
        [(second, [3]), (first, [1, 2, 4])]
    )


def outcome(page: Page, key: Any) -> tuple[str, str, list[str]]:
    """State, code and fields of the change of a record, which says why in words, too."""
    (change,) = [one for one in pending(page) if one["key"] == key]
    error = change["error"] or {}
    assert change["state"] != "rejected" or error["message"]
    return change["state"], error.get("code", ""), sorted(error.get("fields") or {})


def create(page: Page, entity: str, **values: Any) -> Any:
    return page.evaluate(
        "([entity, values]) => window.offline.entities[entity].createOrUpdate(values)", [entity, values]
    )


def test_W3_what_cannot_be_done_ends_visibly_and_holds_up_nothing(shared: Site, browser: Browser) -> None:
    """Taken by another device, gone with its parent, out of scope, not permitted any more: each says so."""
    first = rep(browser("first"), shared)
    second = rep(browser("second"), shared, "andrew")
    codes = own_customers(shared)
    left, parent, good = (one(second, "LocalCustomer", code=code) for code in codes[:3])
    order = rows(second, "LocalOrder", customer=parent["id"])[0]

    create(first, "LocalCustomer", code="TAKEN", company_name="First come")
    sync(first)
    taken = create(second, "LocalCustomer", code="TAKEN", company_name="Second come")
    update(second, "LocalCustomer", left["id"], phone="left")
    line = create(second, "LocalOrderLine", order=order["id"], product=1, unit_price="1.00", quantity=1)
    update(second, "LocalCustomer", good["id"], phone="good")
    count = create(second, "LocalStockCount", product=1, counted=5)
    shared.shell(
        "from catalog.models import *; from django.contrib.auth.models import Permission, Group; "
        f"Customer.objects.filter(pk={left['id']}).update(territory=None); "
        f"Order.objects.get(pk={order['id']}).delete(); "
        "Group.objects.get(name='Sales').permissions.remove(Permission.objects.get(codename='add_stockcount'))"
    )

    assert sync(second)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 3, "gone": 1}
    assert outcome(second, taken) == ("rejected", "invalid_values", ["code"])
    assert outcome(second, left["id"]) == ("gone", "", [])
    assert outcome(second, line) == ("rejected", "invalid_values", ["order"])
    assert outcome(second, count) == ("rejected", "permission_denied", [])
    assert server(shared, f"Customer.objects.get(pk={good['id']}).phone") == "good"
    assert one(second, "LocalCustomer", company_name="Second come")["code"] == "TAKEN", "what was typed stays in view"
    assert one(second, "LocalCustomer", code=codes[0])["phone"] == "left", "also of a record that went away"

    # Corrected, it goes through.
    update(second, "LocalCustomer", taken, code="MINE")
    assert sync(second)["pushed"] == {"applied": 1, "conflict": 0, "rejected": 0, "gone": 0}
    assert server(
        shared, "[c.company_name for c in Customer.objects.filter(code__in=['TAKEN', 'MINE']).order_by('pk')]"
    ) == [
        "First come",
        "Second come",
    ]
    assert len(pending(second)) == 3
