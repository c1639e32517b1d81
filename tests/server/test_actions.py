"""Own server actions: what they take, who may call them, and what becomes of their errors."""

import datetime
import enum
import json
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError, connection
from django.http import Http404
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework import serializers

import syncapi.urls  # noqa: F401 (made once, of what is declared: not of what these tests declare)
from catalog.models import Category, Product
from syncapi import offline
from syncapi.actions import Action
from syncapi.actions.declaration import ActionCall
from syncapi.api.actions import routes
from syncapi.applications import OfflineApp
from syncapi.checks import check_apps
from syncapi.registry import registry
from tests.device import REPLICA, Device
from tests.wire.models import Shelf
from tests.wire.offline import LocalJar


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Line:
    jar: int
    amount: Decimal
    note: str = ""


@dataclass
class Quote:
    total: Decimal
    due: datetime.date | None
    lines: list[Line]


class TotalSerializer(serializers.Serializer[Any]):
    upto = serializers.IntegerField(max_value=100)

    def validate_upto(self, value: int) -> int:
        if value == 13:
            raise serializers.ValidationError("Not thirteen.")
        return value


class SumSerializer(serializers.Serializer[Any]):
    sum = serializers.IntegerField()


@offline.action
def quote(
    call: ActionCall,
    lines: list[Line],
    size: Size = Size.SMALL,
    rate: float = 1.0,
    kind: Literal["net", "gross"] = "net",
    at: datetime.datetime | None = None,
) -> Quote:
    """What these lines would cost."""
    total = sum((line.amount for line in lines), Decimal())
    return Quote(total * (2 if size is Size.LARGE else 1), at.date() if at else None, lines)


@offline.action(name="addUp", input=TotalSerializer, output=SumSerializer)
def add_up(call: ActionCall, upto: int) -> dict[str, int]:
    return {"sum": sum(range(upto + 1))}


@offline.action
def who(call: ActionCall) -> list[str]:
    return [call.app.name, call.user.get_username() or "nobody", str(call.replica)]


@offline.action
def make_shelf(call: ActionCall, name: str, then: str = "") -> None:
    Shelf.objects.create(name=name)
    match then:
        case "refuse":
            raise offline.Refused("No room.", code="no_room", fields={"name": ["Try the cellar."]})
        case "invalid":
            raise serializers.ValidationError({"name": ["No such wood."], "then": [["Deep."]]})
        case "invalid_model":
            raise DjangoValidationError({"name": ["Too long."], "__all__": ["Never."]})
        case "invalid_plain":
            raise DjangoValidationError("Not today.")
        case "denied":
            raise PermissionError
        case "missing":
            raise Http404
        case "busy":
            raise OperationalError("database is locked")
        case "broken":
            raise RuntimeError("secret")
        case "wrong":
            return "a value"  # type: ignore[return-value]


@offline.action(atomic=False)
def make_two_shelves(call: ActionCall) -> None:
    assert call.app.name == "wire"
    Shelf.objects.create(name="kept")
    raise offline.Refused


ACTIONS = [quote, add_up, who, make_shelf, make_two_shelves]


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("wire", "own"):
        monkeypatch.setattr(registry.get(name), "actions", {action.name: action for action in ACTIONS})


def call(device: Device, name: str, given: Any = None, **more: Any) -> Any:
    if not device.token:
        device.session()
    return device.post(f"{device.api}actions/{name}/", {} if given is None else {"input": given}, **more)


def output(device: Device, name: str, given: Any = None) -> Any:
    response = call(device, name, given)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return response.json()["output"]


def error(response: Any) -> tuple[int, str, dict[str, list[str]]]:
    told = response.json()["error"]
    return response.status_code, told["code"], told.get("fields", {})


# -- what goes in, and what comes out


def test_values_arrive_as_what_the_function_says_and_so_do_answers(wire: Device) -> None:
    lines = [{"jar": 1, "amount": "1.005"}, {"jar": 2, "amount": 2, "note": "fragile"}]
    given = {"lines": lines, "size": "large", "at": "2026-01-31T09:30:00Z"}
    assert output(wire, "quote", given) == {
        "total": "6.010",
        "due": "2026-01-31",
        "lines": [{"jar": 1, "amount": "1.005", "note": ""}, {"jar": 2, "amount": "2", "note": "fragile"}],
    }


def test_serializers_take_the_place_of_annotations(wire: Device) -> None:
    assert output(wire, "addUp", {"upto": 4}) == {"sum": 10}
    assert error(call(wire, "addUp", {"upto": 13})) == (400, "invalid_input", {"upto": ["Not thirteen."]})


@pytest.mark.parametrize("body", [{}, {"input": {}}])
def test_an_action_knows_who_calls(wire: Device, body: Any) -> None:
    wire.session()
    assert wire.post(f"{wire.api}actions/who/", body).json()["output"] == ["wire", "nobody", REPLICA]


def test_an_action_is_still_the_function_it_was() -> None:
    given = ActionCall(user=User(), app=registry.get("wire"), replica=uuid.UUID(int=1))
    assert quote(given, [Line(1, Decimal(3))]).total == 3
    assert quote.__doc__ == "What these lines would cost."


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (None, {"lines"}),
        ([], {"non_field_errors"}),
        ("text", {"non_field_errors"}),
        ({}, {"lines"}),
        ({"lines": None}, {"lines"}),
        ({"lines": [7]}, {"lines"}),
        ({"lines": [{"jar": "x", "amount": "1"}]}, {"lines"}),
        ({"lines": [{"jar": 2**63, "amount": "1"}]}, {"lines"}),
        ({"lines": [{"jar": 1, "amount": "1E+999999"}]}, {"lines"}),
        ({"lines": [{"jar": 1, "amount": "1", "note": "\x00"}]}, {"lines"}),
        ({"lines": [], "size": "huge", "kind": "gros", "at": "soon"}, {"size", "kind", "at"}),
        ({"lines": [], "colour": "red"}, {"colour"}),
        ({"lines": {"jar": 1}}, {"lines"}),
    ],
)
def test_S4_input_of_another_form_is_refused_by_name(wire: Device, given: Any, fields: set[str]) -> None:
    status, code, found = error(call(wire, "quote", given))
    assert (status, code, set(found)) == (400, "invalid_input", fields)
    assert all(sentence for sentences in found.values() for sentence in sentences)


@pytest.mark.parametrize(
    "body", [b"[]", b'"x"', b"null", b'{"input": {}, "id": 1}', b'{"input": {"lines": [], "rate": 1e999}}']
)
def test_S4_a_body_of_another_form_is_refused(wire: Device, body: bytes) -> None:
    wire.session()
    assert error(wire.post(f"{wire.api}actions/quote/", body))[:2] == (400, "invalid_input")


# -- who may


def test_an_unknown_action_is_told(wire: Device) -> None:
    assert error(call(wire, "nothing"))[:2] == (404, "unknown_action")
    assert error(call(Device("nowhere", token="x"), "quote"))[:2] == (404, "unknown_app")


def test_S3_a_call_needs_the_token(wire: Device) -> None:
    assert error(call(wire, "who", X_CSRFToken="wrong"))[:2] == (403, "csrf_failed")


def test_S2_a_call_speaks_for_who_is_signed_in(ann: User, bob: User) -> None:
    device = Device("own")
    assert error(call(device, "who"))[:2] == (401, "sign_in_required")
    device.sign_in("ann")
    assert output(device, "who")[1] == "ann"
    key = device.user
    device.client.force_login(bob)
    device.session()
    assert error(call(device, "who", Haversack_User=key))[:2] == (409, "wrong_user")


@pytest.mark.parametrize(
    "permission",
    ["wire.view_shelf", ["wire.view_shelf"], lambda user: user.has_perm("wire.view_shelf")],
    ids=["one", "several", "function"],
)
def test_S1_a_permission_is_asked_for_at_each_call(ann: User, monkeypatch: pytest.MonkeyPatch, permission: Any) -> None:
    monkeypatch.setattr(who, "permission", permission)
    device = Device("own")
    device.sign_in("ann")
    assert error(call(device, "who"))[:2] == (403, "permission_denied")
    ann.user_permissions.add(Permission.objects.get(codename="view_shelf"))
    assert output(device, "who")[1] == "ann"
    ann.user_permissions.clear()
    assert error(call(device, "who"))[:2] == (403, "permission_denied")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_call(wire: Device, method: str) -> None:
    wire.session()
    response = getattr(wire.client, method)(f"{wire.api}actions/who/", headers=wire.headers())
    assert error(response)[0] in {400, 405, 415}
    assert not Shelf.objects.exists()


# -- errors, and what was done


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("refuse", (409, "no_room", {"name": ["Try the cellar."]})),
        ("invalid", (400, "invalid_input", {"name": ["No such wood."], "then": ["Deep."]})),
        ("invalid_model", (400, "invalid_input", {"name": ["Too long."], "non_field_errors": ["Never."]})),
        ("invalid_plain", (400, "invalid_input", {"non_field_errors": ["Not today."]})),
        ("missing", (404, "not_found", {})),
        ("busy", (503, "busy", {})),
        ("broken", (500, "server_error", {})),
        ("wrong", (500, "server_error", {})),
    ],
)
def test_an_error_is_told_by_code_and_undoes_everything(wire: Device, then: str, expected: Any) -> None:
    response = call(wire, "make_shelf", {"name": "Oak", "then": then})
    assert error(response) == expected
    assert b"secret" not in response.content
    assert not Shelf.objects.exists()
    assert output(wire, "make_shelf", {"name": "Oak"}) is None
    assert Shelf.objects.get().name == "Oak"


def test_an_output_that_cannot_be_sent_undoes_everything(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    @offline.action
    def broken(call: ActionCall) -> float:
        Shelf.objects.create(name="never")
        return float("nan")

    monkeypatch.setitem(registry.get("wire").actions, "broken", broken)
    assert error(call(wire, "broken"))[:2] == (500, "server_error")
    assert not Shelf.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_action_may_do_without_a_transaction(wire: Device) -> None:
    assert error(call(wire, "make_two_shelves"))[:2] == (409, "refused")
    assert Shelf.objects.get().name == "kept"
    assert not connection.in_atomic_block


# -- declarations


def app(*actions: Any) -> OfflineApp:
    return OfflineApp("thing", title="Thing", entities=[LocalJar], actions=actions)


def problems(function: Any, **options: Any) -> list[str]:
    return [f"{message.id} {message.msg}" for message in check_apps([app(Action(function, **options))])]


def untyped(call: ActionCall, jar) -> None:  # type: ignore[no-untyped-def]
    pass


def unreturned(call: ActionCall):  # type: ignore[no-untyped-def]
    pass


def unknown(call: ActionCall, jar: "Nowhere") -> None:  # type: ignore[name-defined] # noqa: F821
    pass


def impossible(call: ActionCall, jar: object) -> None:
    pass


def deep(call: ActionCall) -> list[dict[str, object]]:
    return []


def many(call: ActionCall, *jars: int) -> None:
    pass


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (untyped, "'jar' has no type"),
        (unreturned, "what it returns has no type"),
        (unknown, "Nowhere"),
        (impossible, "not supported for field 'jar'"),
        (deep, "not supported"),
        (many, "cannot be given by name"),
    ],
)
def test_what_cannot_travel_is_found_by_the_checks(function: Any, text: str) -> None:
    found = problems(function)
    assert text in found[0]
    assert found[0].startswith("syncapi.E027")


@pytest.mark.parametrize("name", ["SyncLocalThing", "a b", "7up", "ä"])
def test_E026_names_that_cannot_be(name: str) -> None:
    assert problems(who.function, name=name)[0].startswith("syncapi.E026")


def test_E026_two_of_one_name() -> None:
    assert [message.id for message in check_apps([app(who, who)])] == ["syncapi.E026"]


def test_a_plain_function_among_the_actions_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"@offline\.action"):
        app(who.function)


# -- OpenAPI


def test_each_action_is_described_with_its_types(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Action(untyped)
    monkeypatch.setitem(registry.get("wire").actions, "untyped", broken)
    patterns = routes()
    schema: Any = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert not any("untyped" in path for path in schema["paths"])
    operation = schema["paths"]["/wire/actions/quote/"]["post"]
    assert operation["description"] == "What these lines would cost."
    components = schema["components"]["schemas"]
    body = components[operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]]
    given = components[json.dumps(body["properties"]["input"]).split("/")[-1].rstrip('"}]')]
    assert given["required"] == ["lines"]
    assert set(given["properties"]) == {"lines", "size", "rate", "kind", "at"}


# -- the demo's


def test_the_demo_tells_what_is_in_stock_now(db: Any) -> None:
    product = Product.objects.create(
        sku="A", name="Tea", unit_price=1, units_in_stock=7, category=Category.objects.create(code="c", name="C")
    )
    device = Device("catalog")
    assert output(device, "stock_now", {"product": product.pk})["units_in_stock"] == 7
    assert error(call(device, "stock_now", {"product": product.pk + 1}))[:2] == (409, "no_such_product")
