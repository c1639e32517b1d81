"""P4: a pull that finds nothing writes nothing, asks little, and answers briefly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Customer, Order, OrderLine, Product
from syncapi.registry import registry
from syncapi.sync import SyncRequest, sync
from syncapi.testing import FakeDevice
from tests.tracking.field import OWN, category, check_equal, declared, field_app, query, territory, user

pytestmark = pytest.mark.django_db(transaction=True)

ENTITIES = list(field_app.entities)
# Transaction and its end, sources, moment, tokens, barriers, the app's settings; and changes of each of the 8 tables.
OF_ALL = {"sqlite": 16, "postgresql": 17}[connection.vendor]
OF_SCOPES = 3  # the user's territories, of three entities


@pytest.fixture(autouse=True)
def app(settings: Any) -> Iterator[None]:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0}  # what administrators read of devices is written elsewhere
    with declared(field_app):
        yield


@pytest.fixture
def nancy(app: None) -> User:
    category("tea", 5)
    territory(3)
    return user("nancy", territory(1), territory(2))


@pytest.fixture
def device(nancy: User) -> FakeDevice:
    device = FakeDevice(nancy)
    device.sync("field")
    device.sync("field")
    return device


def cursors(device: FakeDevice) -> dict[str, str]:
    return {name: str(device.cursor("field", name)) for name in ENTITIES}


def history() -> list[tuple[Any, ...]]:
    return query("SELECT token, snapshot FROM syncapi_history ORDER BY 1")


def pull(user: User, cursors: dict[str, str]) -> tuple[list[str], bytes]:
    """The statements of a sync without its request, and the answer."""
    with CaptureQueriesContext(connection) as captured:
        answer = sync(SyncRequest(registry.get("field"), user, "key", "none", "", None, cursors))
    content = b"".join(answer)
    answer.close()
    return [one["sql"] for one in captured.captured_queries], content


def test_P4_nothing_new_writes_nothing(nancy: User, device: FakeDevice) -> None:
    before, mine = history(), cursors(device)
    statements, _ = pull(nancy, mine)
    assert not [sql for sql in statements if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    for _ in range(3):
        result = device.sync("field")
        assert {one.mode for one in result.entities.values()} == {"unchanged"}
    assert history() == before
    assert cursors(device) == mine


def test_P4_nothing_new_asks_little(nancy: User, device: FakeDevice) -> None:
    statements, _ = pull(nancy, cursors(device))
    assert len(statements) == OF_ALL + OF_SCOPES, "\n".join(statements)


def test_P4_how_much_is_asked_does_not_follow_what_there_is(nancy: User, device: FakeDevice) -> None:
    few = len(pull(nancy, cursors(device))[0])
    for number in range(4, 9):
        territory(number, customers=20)
    category("coffee", 500)
    device.sync("field")
    assert len(pull(nancy, cursors(device))[0]) == few


def test_P4_nothing_new_is_told_briefly(device: FakeDevice) -> None:
    result = device.sync("field")
    assert (result.requests, result.rows_received) == (1, 0)
    assert result.bytes < 500 * len(ENTITIES)
    for line in device.recording[-1].splitlines():
        assert len(line) < 500


def test_P4_changes_in_other_scopes_move_the_cursor_on_and_tell_nothing(nancy: User, device: FakeDevice) -> None:
    mine = cursors(device)
    elsewhere = Customer.objects.filter(territory__code="T3")
    elsewhere.update(company_name="Other")
    OrderLine.objects.filter(order__customer__in=elsewhere).update(quantity=9)
    result = device.sync("field")
    assert {one.mode for one in result.entities.values()} == {"unchanged"}
    assert result.bytes < 500 * len(ENTITIES)
    moved = {name for name in ENTITIES if cursors(device)[name] != mine[name]}
    assert set(OWN) >= moved >= {"FieldCustomer", "FieldLine"}
    after = history()
    assert device.sync("field").rows_received == 0  # and nothing is looked at again
    assert history() == after
    check_equal(device, "field")


def test_P4_what_is_not_carried_is_not_even_noticed(nancy: User, device: FakeDevice) -> None:
    before, mine = history(), cursors(device)
    Customer.objects.update(fax="1")
    Order.objects.update(ship_region="1")
    Product.objects.update(reorder_level=5)
    Category.objects.filter(code="tea").update(name="tea")
    result = device.sync("field")
    assert {one.mode for one in result.entities.values()} == {"unchanged"}
    assert (history(), cursors(device)) == (before, mine)


def test_P4_a_delta_has_what_changed_and_no_more(nancy: User, device: FakeDevice) -> None:
    Customer.objects.filter(code="C10000001007").update(city="Here")
    OrderLine.objects.filter(order__customer__code="C20000000007").delete()
    result = device.sync("field")
    assert result.entities["FieldCustomer"].changed == [10_000_001_007]
    assert result.entities["FieldLine"].removed == [20_000_000_207]
    assert [key for one in result.entities.values() for key in one.altered] == [10_000_001_007]
    assert result.rows_received <= 3  # its order and the line carry the customer's name, which may have changed
    assert result.bytes < 3000
    check_equal(device, "field")
