"""What administrators see of changes from devices: who changed what, when, from which device, before and after."""

import datetime
import json
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from catalog.models import Customer, Product, Territory
from syncapi.models import LocalKey, PushedChange, Replica, UserKey
from tests.server.staff import get, staff

pytestmark = pytest.mark.django_db

LIST = reverse("admin:syncapi_pushedchange_changelist")
DEVICE = uuid.UUID(int=1 << 96)
OTHER = uuid.UUID(int=2 << 96)


def pushed(user: User | None = None, **more: Any) -> PushedChange:
    facts: dict[str, Any] = {
        "replica": DEVICE,
        "app": "sales",
        "user_key": UserKey.of(user) if user else "anonymous",
        "user": user,
        "item": uuid.uuid4(),
        "entity": "LocalCustomer",
        "op": "update",
        "key": "17",
        "title": "Alfreds",
        "status": "applied",
        "values": {"city": "Reims"},
        "before": {"city": "Paris"},
        "after": {"city": "Reims"},
        "made_at": timezone.now(),
        "at": timezone.now(),
    }
    facts |= more
    texts = {
        name: json.dumps(facts[name]) if facts.get(name) else "" for name in ("values", "before", "after", "error")
    }
    return PushedChange.objects.create(**(facts | texts))


def page(change: PushedChange, *permissions: str) -> str:
    return get(staff("view_pushedchange", *permissions), reverse("admin:syncapi_pushedchange_change", args=[change.pk]))


def table(html: str) -> list[list[str]]:
    """The comparison: its head and its lines, each cell as a person reads it."""
    (found,) = re.findall(r'<table class="syncapi-table syncapi-compared">(.*?)</table>', html, re.S)
    lines = re.findall(r"<tr.*?</tr>", found, re.S)
    cells = [re.findall(r"<t[hd].*?</t[hd]>", line, re.S) for line in lines]
    return [[" ".join(re.sub("<.*?>", " ", cell).split()) for cell in line] for line in cells]


def links(html: str) -> dict[str, str]:
    (found,) = re.findall(r'<ul class="syncapi-links">(.*?)</ul>', html, re.S)
    pairs = re.findall(r'href="(.*?)">(.*?)</a>', found)
    return {text: url.replace("&amp;", "&") for url, text in pairs}


def test_what_was_changed_stands_side_by_side_by_attribute(ann: User) -> None:
    change = pushed(
        ann,
        values={"city": "Reims", "phone": ""},
        before={"city": "Paris", "phone": "030"},
        after={"city": "Reims", "phone": ""},
    )
    html = page(change)
    assert table(html) == [
        ["Attribute", "Before", "After"],
        ["Phone", "030", "empty"],  # in the order of the entity
        ["City", "Paris", "Reims"],
    ]
    for text in ("Alfreds", "ann", str(DEVICE), "applied", "changed", "Field sales", "Customer"):
        assert text in html


def test_what_the_device_wanted_is_told_where_it_came_to_something_else(ann: User) -> None:
    assert table(page(pushed(ann, after={"city": "REIMS"})))[:2] == [
        ["Attribute", "Before", "On the device", "After"],
        ["City", "Paris", "Reims", "REIMS"],
    ]


def test_C2_of_a_conflict_both_sides_are_told(ann: User) -> None:
    conflict = pushed(ann, status="conflict", after=None)
    assert table(page(conflict)) == [["Attribute", "On the server", "On the device"], ["City", "Paris", "Reims"]]


def test_errors_stand_at_their_fields(ann: User) -> None:
    error = {
        "code": "invalid_values",
        "message": "Some values are not right.",
        "retry": False,
        "fields": {"city": ["Too far."], "non_field_errors": ["They do not go together."], "vanished": ["Unknown."]},
    }
    change = pushed(ann, status="rejected", code="invalid_values", error=error, before=None, after=None)
    html = page(change)
    assert table(html) == [
        ["Attribute", "On the device"],
        ["City Too far.", "Reims"],
        ["Vanished Unknown.", ""],
    ]
    for text in ("They do not go together.", "Some values are not right.", "invalid_values"):
        assert text in html


def test_related_records_are_told_by_name_to_who_may_see_them(ann: User) -> None:
    territory = Territory.objects.create(code="N", name="North")
    customer = Customer.objects.create(code="ALFKI", company_name="Alfreds")
    local, unknown = uuid.uuid4(), uuid.uuid4()
    LocalKey.objects.create(
        replica=DEVICE,
        app="sales",
        user_key=UserKey.of(ann),
        local=local,
        entity="LocalCustomer",
        key=json.dumps(customer.pk),
        made=timezone.now(),
    )
    moved = pushed(
        ann, values={"territory": territory.pk}, before={"territory": None}, after={"territory": territory.pk}
    )
    assert table(page(moved, "view_territory"))[1] == ["Territory", "nothing", f"North (N) ({territory.pk})"]
    assert table(page(moved))[1] == ["Territory", "nothing", str(territory.pk)]
    order: dict[str, Any] = {
        "entity": "LocalOrder",
        "op": "create",
        "status": "rejected",
        "before": None,
        "after": None,
    }
    made = pushed(ann, **order, values={"customer": {"local": str(local)}})
    assert table(page(made, "view_customer"))[1] == ["Customer", f"Alfreds ({customer.pk})"]
    lost = pushed(ann, **order, values={"customer": {"local": str(unknown)}})
    assert table(page(lost, "view_customer"))[1] == ["Customer", "a new record"]


@pytest.mark.parametrize(
    ("entity", "values", "expected"),
    [
        ("LocalOrder", {"order_date": "2026-01-31"}, ["Order date", "Jan. 31, 2026"]),
        ("LocalStockCount", {"counted_at": "2026-01-31T09:30:00.000000Z"}, ["Counted at", "Jan. 31, 2026, 9:30 a.m."]),
        ("LocalStockCount", {"counted": 12}, ["Counted", "12"]),
        ("LocalStockCount", {"note": "2026-01-31"}, ["Note", "2026-01-31"]),
        ("LocalStockCount", {"counted_at": "soon"}, ["Counted at", "soon"]),
        ("LocalStockCount", {"counted_at": [7]}, ["Counted at", "[7]"]),
        ("LocalStockCount", {"note": "<b>bold</b>"}, ["Note", "&lt;b&gt;bold&lt;/b&gt;"]),
        ("LocalStockCount", {"counted": {"any": [1, None]}}, ["Counted", "{&quot;any&quot;: [1, null]}"]),
        ("LocalProduct", {"discontinued": True}, ["Discontinued", "Yes"]),
        ("Vanished", {"odd": False}, ["Odd", "No"]),
        ("LocalStockCount", {"product": {"local": 7}}, ["Product", "{&quot;local&quot;: 7}"]),
        ("LocalStockCount", {"product": ["x", None]}, ["Product", "x, null"]),
    ],
)  # fmt: skip
def test_values_are_told_as_people_read_them(
    settings: Any, entity: str, values: dict[str, Any], expected: list[str]
) -> None:
    settings.TIME_ZONE = "UTC"
    change = pushed(entity=entity, op="create", status="gone", values=values, before=None, after=None)
    assert table(page(change, "view_product"))[1] == expected


def test_an_app_that_is_gone_leaves_what_was_written_down(ann: User) -> None:
    html = page(pushed(ann, app="vanished"))
    assert table(html)[1] == ["City", "Paris", "Reims"]


def test_links_lead_on_as_far_as_somebody_may_go(ann: User) -> None:
    customer = Customer.objects.create(code="ALFKI", company_name="Alfreds")
    replica = Replica.objects.create(
        replica=DEVICE,
        app="sales",
        user_key=UserKey.of(ann),
        user=ann,
        first_seen=timezone.now(),
        last_seen=timezone.now(),
        last_outcome="complete",
    )
    change = pushed(ann, key=str(customer.pk))
    assert set(links(page(change))) == {
        "All changes of this record",
        "All changes of this user",
        "All changes of this device",
    }
    found = links(page(change, "view_customer", "view_replica"))
    assert found["The record as it is now"] == reverse("admin:catalog_customer_change", args=[customer.pk])
    assert found["The device"] == reverse("admin:syncapi_replica_change", args=[replica.pk])
    customer.delete()
    assert "The record as it is now" not in links(page(change, "view_customer"))


def test_the_history_of_a_record_has_no_other(ann: User) -> None:
    mine = pushed(ann, title="First")
    pushed(ann, title="Second", op="delete")
    pushed(ann, title="Another", key="170")
    pushed(ann, title="Fourth", entity="LocalOrder")
    history = get(staff("view_pushedchange"), links(page(mine))["All changes of this record"])
    assert [title in history for title in ("First", "Second", "Another", "Fourth")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status__exact=rejected", {"Bob"}),
        ("op__exact=delete", {"Carl"}),
        ("app=sales", {"Ann", "Bob"}),
        ("entity=LocalOrder", {"Bob"}),
        ("user={ann}", {"Ann"}),
        ("user=x", set()),
        (f"device={OTHER}", {"Carl"}),
        ("device=x", set()),
        ("key=18", {"Bob"}),
        ("q=Car", {"Carl"}),
        ("q=ann", {"Ann"}),
        ("q=nobody", set()),
    ],
)
def test_changes_are_filtered_and_found(ann: User, bob: User, query: str, expected: set[str]) -> None:
    pushed(ann, title="Ann")
    pushed(bob, title="Bob", status="rejected", code="invalid_values", entity="LocalOrder", key="18")
    pushed(title="Carl", op="delete", app="own", replica=OTHER, entity="OwnJar", key="19")
    html = get(staff("view_pushedchange"), f"{LIST}?{query.format(ann=ann.pk)}")
    titles = re.findall(r'class="field-record.*?>(?:<a.*?>)?([A-Z][a-z]+)<', html)
    assert set(titles) == expected


def test_a_device_tells_how_its_changes_ended(ann: User) -> None:
    replica = Replica.objects.create(
        replica=DEVICE,
        app="sales",
        user_key=UserKey.of(ann),
        user=ann,
        first_seen=timezone.now(),
        last_seen=timezone.now(),
        last_outcome="complete",
    )
    url = reverse("admin:syncapi_replica_change", args=[replica.pk])
    assert "It sent none" in get(staff("view_replica", "view_pushedchange"), url)
    for status in ("applied", "applied", "gone"):
        pushed(ann, status=status)
    pushed(status="rejected")  # of somebody else
    html = get(staff("view_replica", "view_pushedchange"), url)
    (found,) = re.findall(r'<ul class="syncapi-outcomes">(.*?)</ul>', html, re.S)
    assert re.findall(r">(\w[\w ]*)</span> <a .*?>(\d+)</a>", found) == [("applied", "2"), ("gone", "1")]
    filtered = re.findall(r'href="(.*?)"', found)[0].replace("&amp;", "&")
    assert get(staff("view_pushedchange"), filtered).count('class="field-op"') == 2
    assert "syncapi-outcomes" not in get(staff("view_replica"), url)  # only for those who may see changes


def test_the_page_of_a_user_tells_how_their_changes_ended(ann: User, bob: User, admin_client: Client) -> None:
    url = reverse("admin:auth_user_change", args=[ann.pk])
    assert re.search(r'field-device_changes.*?class="readonly">none<', get(admin_client, url), re.S)
    for status in ("applied", "rejected", "rejected"):
        pushed(ann, status=status)
    pushed(bob)
    (found,) = re.findall(r'field-device_changes.*?class="readonly">(.*?)</div>', get(admin_client, url), re.S)
    assert re.findall(r">(\w+)</span> <a .*?>(\d+)</a>", found) == [("applied", "1"), ("rejected", "2")]
    assert "field-device_changes" not in get(staff("change_user", "view_user"), url)  # who may not see changes
    assert get(admin_client, reverse("admin:auth_user_add"))


def test_nobody_changes_anything_here(ann: User, admin_client: Client) -> None:
    change = pushed(ann)
    address = reverse("admin:syncapi_pushedchange_change", args=[change.pk])
    assert admin_client.post(address, {"title": "Mine"}).status_code == 403
    assert admin_client.get(reverse("admin:syncapi_pushedchange_add")).status_code == 403
    assert admin_client.get(reverse("admin:syncapi_pushedchange_delete", args=[change.pk])).status_code == 403
    nobody = staff("view_pull")
    assert nobody.get(LIST).status_code == 403
    assert nobody.get(address).status_code == 403
    assert {name for name, _ in PushedChange._meta.permissions} | set(PushedChange._meta.default_permissions) == {
        "view"
    }


def test_a_list_costs_the_same_however_long_it_is(ann: User) -> None:
    client = staff("view_pushedchange")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            get(client, LIST)
        return len(captured)

    pushed(ann)
    few = queries()
    for number in range(30):
        pushed(User.objects.create_user(f"user{number}"), at=timezone.now() - datetime.timedelta(minutes=number))
    assert queries() <= few
    assert few <= 12


def test_german(ann: User) -> None:
    product = Product.objects.create(sku="1", name="Tee")
    change = pushed(
        ann,
        entity="LocalStockCount",
        op="create",
        before=None,
        values={"product": product.pk},
        after={"product": product.pk},
    )
    client = staff("view_pushedchange")
    with translation.override("de"):
        html = client.get(
            reverse("admin:syncapi_pushedchange_change", args=[change.pk]), headers={"accept-language": "de"}
        ).content.decode()
    for text in (
        "Änderungen von Geräten",
        "Nachher",
        "Attribut",
        "Alle Änderungen dieses Datensatzes",
        "Bestandszählung",
    ):
        assert text in html
