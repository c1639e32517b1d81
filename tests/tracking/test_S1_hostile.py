"""S1, S4: what a user gets does not tell of rows outside their scope, and no input of theirs is an error of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Customer, Order, OrderLine
from syncapi import offline
from syncapi.cursors import PositionCursor
from syncapi.testing import FakeDevice
from tests.device import Device
from tests.tracking.field import OWN, declared, field_app, territory, user
from tests.wire.models import ByText

pytestmark = pytest.mark.django_db(transaction=True)

SUM = 2**48
THEIRS = 30_000_000_000  # keys of territory 3 begin here


class TextKeyed(offline.LocalEntity):
    model = ByText
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized


texts_app = offline.OfflineApp("texts", title="Texts", entities=[TextKeyed])


@pytest.fixture(autouse=True)
def app(settings: Any) -> Iterator[None]:
    settings.HAVERSACK = {"PULL_LOG_RETENTION": 0}
    with declared(field_app, texts_app):
        yield


@pytest.fixture
def nancy(app: None) -> User:
    nancy = user("nancy", territory(1), territory(2))
    nancy.set_password("secret")
    nancy.save()
    territory(4)
    ByText.objects.bulk_create(ByText(key=key) for key in ("a", "é", "z", "\U0001f600"))
    return nancy


@pytest.fixture
def device(nancy: User) -> Device:
    device = Device("field")
    assert device.sign_in("nancy").status_code == 200
    device.sync()
    return device


@pytest.fixture
def texts(nancy: User) -> Device:
    device = Device("texts")
    device.sign_in("nancy")
    device.sync()
    return device


def neutral(content: bytes) -> bytes:
    """Without what is another each time: the token and the time. What else is in cursors stays."""

    def inside(match: re.Match[bytes]) -> bytes:
        cursor = PositionCursor.decode(match[1].decode())
        assert cursor
        return f'"cursor":{(cursor.form, cursor.scope, cursor.query, cursor.members)}'.encode()

    content = re.sub(rb'"server_time":"[^"]*"', b"", content)
    return re.sub(rb'"cursor":"([^"]*)"', inside, content)


def answer(device: Device, **body: Any) -> tuple[int, bytes]:
    response = device.request({"context": "", "cursors": device.cursors, **body})
    return response.status_code, neutral(response.getvalue())


def guessed(entity: str) -> list[Any]:
    """Ranges around keys that are, or may be, of others, with fingerprints that fit nothing and ones that may."""
    offset = {"FieldCustomer": 7, "FieldOrder": 107, "FieldLine": 207}[entity]
    keys = [THEIRS + at * 1000 + offset for at in range(3)]
    bounds = sorted({key + near for key in keys for near in (-1, 0, 1)})
    return [[5, 3, 17], *([key, number % 3, number] for number, key in enumerate(bounds)), [None, 0, 0]]


def _none() -> None:
    pass


def _there() -> None:
    territory(3)


def _there_and_gone() -> None:
    territory(3)
    OrderLine.objects.filter(pk__gt=THEIRS, pk__lt=THEIRS + 10_000_000_000).delete()
    Order.objects.filter(customer__territory__code="T3").delete()
    Customer.objects.filter(territory__code="T3").delete()


ASKED: dict[str, Callable[[Device], tuple[int, bytes]]] = {
    "a first sync": lambda device: answer(device, cursors={}),
    "a sync as always": lambda device: answer(device),
    "ranges around keys": lambda device: answer(device, ranges={name: guessed(name) for name in OWN}),
    "ranges without cursors": lambda device: answer(device, cursors={}, ranges={name: guessed(name) for name in OWN}),
    "cursors that mean nothing": lambda device: answer(device, cursors=dict.fromkeys(OWN, "x")),
    "the cursors of each other": lambda device: answer(
        device, cursors={one: device.cursors[other] for one, other in zip(OWN, OWN[1:] + OWN[:1], strict=True)}
    ),
    "ranges in no order": lambda device: answer(device, ranges={name: guessed(name)[::-1] for name in OWN}),
    "an unknown entity": lambda device: answer(device, entities=["Nothing"]),
}


@pytest.mark.parametrize("write", [_there, _there_and_gone], ids=lambda write: write.__name__)
def test_S1_answers_do_not_depend_on_rows_of_others(device: Device, write: Callable[[], None]) -> None:
    """Byte by byte, whatever is asked. Gaps excepted: that something went is told, not what."""
    before = {name: ask(device) for name, ask in ASKED.items()}
    write()
    after = {name: ask(device) for name, ask in ASKED.items()}
    if write is _there_and_gone:
        gaps = [line for line in after["a sync as always"][1].splitlines() if b'"gap"' in line]
        assert all(json.loads(line)["after"] // 10_000_000_000 == 2 for line in gaps)
        assert not re.search(rb"30000\d{6}", after.pop("a sync as always")[1])
        del before["a sync as always"]
    assert after == before
    assert not any(re.search(rb"Company3", content) for _, content in after.values())


def test_S1_a_range_is_answered_by_what_is_in_scope_alone(device: Device) -> None:
    """A hostile device names all bounds that it likes; between them are its own rows or none."""
    territory(3)
    status, content = answer(device, ranges={name: guessed(name) for name in OWN})
    assert status == 200
    rows = [json.loads(line) for line in content.splitlines() if line.startswith(b"[")]
    assert {row[0] // 10_000_000_000 for row in rows if row[0] > 1_000_000} == {1, 2}


def test_S1_gaps_name_only_keys_in_scope(nancy: User) -> None:
    """Also where the nearest row is another's."""
    territory(3)
    device = FakeDevice(nancy)
    device.sync("field")
    OrderLine.objects.create(
        pk=20_000_002_208, order=Order.objects.get(pk=30_000_000_107), product_id=_product(), unit_price=1
    )
    device.sync("field")
    OrderLine.objects.filter(pk=20_000_002_207).delete()
    device.recording.clear()
    result = device.sync("field").entities["FieldLine"]
    assert result.removed == [20_000_002_207]
    assert b"20000002208" not in b"".join(device.recording)


def _product() -> int:
    from catalog.models import Product

    return Product.objects.create(sku="another", name="Another").pk


def test_S1_reset_reasons_name_nothing(device: Device) -> None:
    territory(3)
    with_reset = answer(device, cursors=dict.fromkeys(OWN, "x"))[1]
    messages = [json.loads(line) for line in with_reset.splitlines() if b'"reset"' in line]
    assert [set(message) for message in messages] == [{"type", "entity", "mode", "reason"}] * len(OWN)


# -- input of every kind

scalars: Any = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.text("0123456789+-_ .eE٣\0")
    | st.sampled_from(
        ["\ud800", "1" * 5000, "a\0b", "", "1_0", " 7", "٣", "1.0", "-0", 2**63, -(2**63) - 1, 1e308, 0.5]
    )
)
counts = st.integers(0, SUM - 1) | st.integers(0, 3)
plausible = st.lists(st.tuples(scalars, counts, counts).map(list), max_size=6)
values: Any = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3)
)
ranges = st.one_of(
    plausible.map(lambda some: [*some, [None, 0, 0]]),
    st.lists(st.integers(-(2**70), 2**70), unique=True, max_size=6).map(
        lambda keys: [*([key, 1, 1] for key in sorted(keys)), [None, 1, 1]]
    ),
    st.lists(st.text(max_size=5), unique=True, max_size=6).map(
        lambda keys: [*([key, 1, 1] for key in sorted(keys)), [None, 1, 1]]
    ),
    st.lists(st.lists(values, max_size=4), max_size=4),
    values,
)
many = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_answer(device: Device, told: Any, entity: str) -> None:
    body = json.dumps({"context": "", "cursors": device.cursors, "ranges": {entity: told}}).encode()
    response = device.post(device.api, body)
    content = response.getvalue()
    if response.status_code == 200:
        assert content.endswith(b'{"type":"end"}\n')
        messages = [one for one in map(json.loads, content.splitlines()) if isinstance(one, dict)]
        message = next(one for one in messages if one.get("entity") == entity)
        assert message["mode"] in {"ranges", "replace"}
        assert message.get("total", message["rows"]) == {"FieldCustomer": 6, "TextKeyed": 4}[entity]
    else:
        assert 400 <= response.status_code < 500, content
        assert json.loads(content)["error"]["code"] in {"invalid_request", "invalid_json", "body_too_large"}


@many
@given(told=ranges)
def test_S4_ranges_of_any_kind_for_numbers(device: Device, told: Any) -> None:
    check_answer(device, told, "FieldCustomer")


@many
@given(told=ranges)
def test_S4_ranges_of_any_kind_for_texts(texts: Device, told: Any) -> None:
    check_answer(texts, told, "TextKeyed")


@pytest.mark.parametrize(
    "raw", ["NaN", "Infinity", "-Infinity", "1e999", '"\\ud800"', '"\\u0000"', "1" * 5000, "[]", "{}"]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_S4_numbers_and_texts_that_are_none(device: Device, texts: Device, raw: str, place: int) -> None:
    for one, entity in ((device, "FieldCustomer"), (texts, "TextKeyed")):
        item = ["1" if entity == "FieldCustomer" else '"a"', "1", "1"]
        item[place] = raw
        body = f'{{"context": "", "ranges": {{"{entity}": [[{",".join(item)}], [null, 0, 0]]}}}}'
        response = one.post(one.api, body.encode())
        assert response.status_code in ((200, 400) if place == 0 else (400,)), response.getvalue()


@pytest.mark.parametrize(("count", "status"), [(20_000, 200), (20_001, 400)])
def test_S4_as_many_ranges_as_there_may_be(device: Device, count: int, status: int) -> None:
    told = [[key, 0, 0] for key in range(1, count)]
    assert answer(device, ranges={"FieldCustomer": [*told, [None, 0, 0]]})[0] == status
    told = [[key, 1, 1] for key in range(1, count)]
    assert answer(device, ranges={"FieldCustomer": [*told, [None, 1, 1]]})[0] == status


def test_S4_ranges_of_entities_that_are_none_are_ignored(device: Device) -> None:
    assert answer(device, ranges={"Nothing": [], "FieldCategory\0": [[None, 0, 0]]})[0] == 200
