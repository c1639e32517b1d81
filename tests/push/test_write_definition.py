"""What devices are told so that people can write: by entity, by attribute, and by what the person may do."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Customer, Order, OrderLine
from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.definition import app_definition
from tests.wire.kept import KeptByInteger
from tests.wire.models import ByText, Jar, Shelf

pytestmark = pytest.mark.django_db


class LocalCustomer(offline.LocalEntity):
    model = Customer
    attributes = ["code", "company_name", "territory"]


class LocalLine(offline.LocalEntity):
    model = OrderLine
    attributes = ["order", "quantity", "discount"]
    pattern = offline.ReadWrite


class LocalOrder(offline.LocalEntity):
    model = Order
    attributes = ["number", "customer", "customer__company_name", "taken_by", "order_date", "shipper"]
    pattern = offline.ReadWriteWithConflictDetection
    readonly_attributes = ["number"]
    inlines = ["LocalLine"]
    renamed = {"day": "order_date", "date": "day"}

    def has_delete_permission(self, user: Any, instance: Any = None) -> bool:
        return bool(user.is_superuser)


def told(*entities: type[offline.LocalEntity], user: Any = None) -> dict[str, dict[str, Any]]:
    app = OfflineApp("writing", title="Writing", entities=entities)
    return {one["name"]: one for one in app_definition(app, user or User(username="ann"))["entities"]}


def attribute(entity: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in entity["attributes"] if one["name"] == name)
    return {key: value for key, value in found.items() if key not in {"name", "label", "type", "null"}}


def test_attributes_say_whether_and_how_they_may_be_changed() -> None:
    order, line = (told(LocalCustomer, LocalOrder, LocalLine)[name] for name in ("LocalOrder", "LocalLine"))
    assert attribute(order, "id") == {}
    assert attribute(order, "number") == {}
    assert attribute(order, "customer") == {"relation": "LocalCustomer", "editable": True, "required": True}
    assert attribute(order, "customer__company_name") == {}
    assert attribute(order, "taken_by") == {}  # users are not carried
    assert attribute(order, "order_date") == {
        "editable": True,
        "required": True,
        "default_now": True,
        "was": ["date", "day"],
    }
    assert attribute(order, "shipper") == {"editable": True, "max_length": 60, "default": ""}
    assert attribute(line, "quantity") | {"max": 0} == {
        "editable": True,
        "required": True,
        "min": 1,
        "max": 0,
        "default": 1,
    }
    assert attribute(line, "discount") == {
        "decimal_places": 3,
        "editable": True,
        "required": True,
        "min": "0",
        "max": "1",
        "max_digits": 4,
        "default": "0.000",
        "help_text": "A share between 0 and 1: 0.15 takes 15 % off.",
    }


def test_a_key_that_people_type_is_one_they_may_change() -> None:
    words = type(
        "Words", (offline.LocalEntity,), {"model": ByText, "attributes": ["name"], "pattern": offline.ReadWrite}
    )
    assert attribute(told(words)["Words"], "key") == {"editable": True, "required": True, "max_length": 200}


def test_W4_what_a_person_may_do_is_told_of_entities_that_devices_write() -> None:
    everybody = told(LocalCustomer, LocalOrder, LocalLine)
    assert "writable" not in everybody["LocalCustomer"]
    assert everybody["LocalLine"]["writable"] == {"create": True, "update": True, "delete": True}
    assert everybody["LocalOrder"]["writable"] == {"create": True, "update": True, "delete": False}
    nobody = told(LocalOrder, user=AnonymousUser())
    assert nobody["LocalOrder"]["writable"] == {"create": False, "update": False, "delete": False}


def test_inlines_are_told_with_the_attribute_that_points_at_the_record() -> None:
    assert told(LocalCustomer, LocalOrder, LocalLine)["LocalOrder"]["inlines"] == [
        {"entity": "LocalLine", "relation": "order"}
    ]
    hidden = type("LocalLine", (LocalLine,), {"has_view_permission": lambda self, user: False})
    assert "inlines" not in told(LocalCustomer, LocalOrder, hidden)["LocalOrder"]


def test_S1_who_has_no_such_records_is_not_told_of_relations_to_them_and_cannot_set_any() -> None:
    hidden = type("LocalCustomer", (LocalCustomer,), {"has_view_permission": lambda self, user: False})
    assert attribute(told(hidden, LocalOrder)["LocalOrder"], "customer") == {}


def test_choices_are_told_as_their_values_are_read_so_that_devices_find_them() -> None:
    entity = type("Kept", (offline.LocalEntity,), {"model": KeptByInteger, "attributes": ["rate"]})
    described = next(one for one in told(entity)["Kept"]["attributes"] if one["name"] == "rate")
    assert described["choices"] == [["7.00", "7 %"], ["19.50", "19.5 %"]]


def test_what_nobody_writes_is_told_as_before() -> None:
    shelf = type("LocalShelf", (offline.LocalEntity,), {"model": Shelf, "attributes": ["name"]})
    jar = type(
        "LocalJar", (offline.LocalEntity,), {"model": Jar, "attributes": ["name", "shelf"], "inlines": ["LocalShelf"]}
    )
    entity = told(shelf, jar)["LocalJar"]
    assert not {"writable", "inlines"} & set(entity)
    assert [attribute(entity, name) for name in ("id", "name", "shelf")] == [{}, {}, {"relation": "LocalShelf"}]


def test_it_takes_one_query_beside_those_of_the_permissions() -> None:
    app = OfflineApp("writing", title="Writing", entities=[LocalCustomer, LocalOrder, LocalLine])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        app_definition(app, User(username="ann"))
    assert len(queries) == 1
