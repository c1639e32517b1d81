"""W4, S4: every value that a device may send is kept as it is, or refused at its attribute; whatever arrives, the
answer is an outcome or a 4xx."""

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syncapi.push.mutation import MAX_MUTATIONS
from tests.push.conftest import Json, Pusher, codes, create, local, statuses, update
from tests.push.models import Site
from tests.push.values import MODELS, NASTY, Refused, as_django_keeps, pairs, wire
from tests.server.test_requests import FUZZ, assert_refused
from tests.wire.models import Specimen

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture
def specimen(db: Any) -> str:
    """The key of one without values."""
    return str(Specimen.objects.create(key=uuid.UUID(int=7)).pk)


KEPT: list[tuple[str, Any]] = [
    ("char", "  untrimmed\t\n "),
    ("char", "Zoë e\u0301 \U0001f33b"),
    ("text", "a\r\nb"),
    ("slug", "a-b_c"),
    ("email", "a@example.org"),
    ("url", "https://example.org/ä?x=1"),
    ("address", "2001:db8::1"),
    ("small", -32768),
    ("integer", 2**31 - 1),
    ("big", str(2**63 - 1)),
    ("big", str(-(2**63))),
    ("big", 2**53 - 1),
    ("positive", str(2**53 + 1)),
    ("decimal", "12345.0123456789"),  # SQLite keeps 15 digits
    ("decimal", "-0.0000000001"),
    ("float", 0.1),
    ("float", 1e308),
    ("float", "Infinity"),
    ("float", "-Infinity"),
    ("boolean", False),
    ("date", "0001-01-01"),
    ("date", "9999-12-31"),
    ("time", "09:30:00.000001"),
    ("datetime", "0001-01-01T00:00:00.000000Z"),
    ("datetime", "2026-10-25T01:30:00.999999Z"),
    ("duration", "3 04:05:06.000007"),
    ("duration", "-1 23:59:59.999999"),
    ("identifier", "6f8f57ab-9d3c-4c11-8f4c-2f1c3f0a9e11"),
    ("json", {"b": [1, 2.5, None, True, "\u00e9"], "a": {}}),
    ("json", [str(2**60)]),
    ("json", 0),
    ("shout", "quiet"),
]


@pytest.mark.parametrize(("name", "value"), KEPT, ids=[f"{name}-{number}" for number, (name, _) in enumerate(KEPT)])
def test_W4_what_is_sent_is_what_comes_back(device: Pusher, specimen: str, name: str, value: Any) -> None:
    assert statuses(device.push(update("PushSpecimen", specimen, {name: value}))) == ["applied"]
    answer = device.sync()
    place = answer.entities["PushSpecimen"]["columns"].index(name)
    (row,) = answer.rows["PushSpecimen"]
    assert json.dumps(row[place], sort_keys=True) == json.dumps(value, sort_keys=True)


REFUSED: list[tuple[str, Any]] = [
    ("char", 7),
    ("char", ["a"]),
    ("char", "\0"),
    ("text", "\ud83d"),
    ("slug", "ä b"),
    ("email", "nobody"),
    ("url", "javascript:alert(1)"),
    ("address", "1.2.3"),
    ("small", 2**63),
    ("integer", 1.0),
    ("integer", "1e3"),
    ("integer", "٣"),
    ("integer", ""),
    ("big", str(2**63)),
    ("big", "9" * 5000),
    ("positive", -1),
    ("decimal", 1.5),
    ("decimal", "Infinity"),
    ("decimal", "1e5"),
    ("decimal", "."),
    ("decimal", "0.00000000001"),
    ("float", "1.5"),
    ("float", "nan"),
    ("float", 10**400),
    ("boolean", 1),
    ("boolean", "true"),
    ("date", "2026-02-30"),
    ("date", "2026-01-31T00:00:00Z"),
    ("time", "25:00"),
    ("time", "09:30:00+01:00"),
    ("datetime", "2026-01-31T09:30:00"),
    ("datetime", "0001-01-01T00:00:00+14:00"),
    ("duration", "999999999999 00:00:00"),
    ("duration", "200000000 00:00:00"),
    ("duration", 5),
    ("identifier", "6f8f57ab9d3c4c118f4c2f1c3f0a9e11"),
    ("identifier", 5),
    ("file", "x.txt"),
    ("picture", ""),
    ("key", str(uuid.UUID(int=9))),
]


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(REFUSED)])
def test_W4_what_cannot_be_kept_is_refused_at_its_attribute(
    device: Pusher, specimen: str, name: str, value: Any
) -> None:
    (outcome,) = device.push(update("PushSpecimen", specimen, {name: value}))
    assert codes([outcome]) == ["invalid_values"]
    assert set(outcome["error"]["fields"]) == {name}


def test_W4_a_number_that_sqlite_would_lose_is_refused_there(device: Pusher, specimen: str) -> None:
    expected = "invalid_values" if connection.vendor == "sqlite" else "applied"
    assert codes(device.push(update("PushSpecimen", specimen, {"float": "NaN"}))) == [expected]


@pytest.mark.parametrize("number", ["99999999999999999999.5", "-12345678901234567.25", "0.0123456789"])
def test_W4_a_decimal_that_sqlite_would_round_is_refused_there_and_the_table_can_still_be_read(
    device: Pusher, specimen: str, number: str
) -> None:
    kept = connection.vendor != "sqlite" or len(number) < 16
    expected = "applied" if kept else "invalid_values"
    assert codes(device.push(update("PushSpecimen", specimen, {"decimal": number}))) == [expected]
    assert len(device.sync().rows["PushSpecimen"]) == 1


def test_W4_text_that_postgresql_cannot_hold_in_json_is_refused_there(device: Pusher, specimen: str) -> None:
    expected = "invalid_values" if connection.vendor == "postgresql" else "applied"
    for text in ["\0", "\ud800"]:
        assert codes(device.push(update("PushSpecimen", specimen, {"json": [text]}))) == [expected]
    assert codes(device.push(update("PushSpecimen", specimen, {"json": ["\\u0000"]}))) == ["applied"]


@pytest.fixture
def writer(device: Pusher) -> Pusher:
    """Ann's device of the app `values`."""
    device.app = "values"
    return device


@given(st.lists(pairs, min_size=20, max_size=100))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_W4_any_value_is_kept_as_django_keeps_it_or_refused_at_its_attribute(writer: Pusher, some: Any) -> None:
    assert_kept(writer, some)


def test_W4_nasty_values_are_kept_as_django_keeps_them_or_refused_at_their_attribute(writer: Pusher) -> None:
    assert_kept(writer, NASTY)


def assert_kept(writer: Pusher, some: list[tuple[str, Any]]) -> None:
    wires = [wire(name, value) for name, value in some]
    made = [
        create("ByUUID", local(uuid.uuid4().int), {name: sent}) for (name, _), sent in zip(some, wires, strict=True)
    ]
    outcomes = writer.push(*made)
    answer = writer.sync()
    columns = answer.entities["ByUUID"]["columns"]
    shown = {row[0]: dict(zip(columns, row, strict=True)) for row in answer.rows["ByUUID"]}
    wrong: list[Any] = []
    for (name, value), outcome in zip(some, outcomes, strict=True):
        try:
            kept = as_django_keeps(MODELS["ByUUID"], name, value, "default")
        except Refused as refused:
            if codes([outcome]) != ["invalid_values"] or list(outcome["error"]["fields"]) != [name]:
                wrong.append((name, value, refused, outcome))
            continue
        if codes([outcome]) != ["applied"]:
            wrong.append((name, value, kept, outcome))
            continue
        found = getattr(MODELS["ByUUID"].objects.get(pk=outcome["key"]), name)
        here, there = shown[outcome["key"]][name], wire(name, kept)
        if repr(found) != repr(kept) or json.dumps(here) != json.dumps(there):
            wrong.append((name, value, kept, found, here))
    assert not wrong, "\n".join(repr(one)[:500] for one in wrong)


# -- S4


@pytest.mark.parametrize(
    "mutations",
    [
        {},
        "x",
        [None],
        [[]],
        [{}],
        [{"id": 5}],
        [{"id": "x"}],
        [{"id": "00000000-0000-0000-0000-000000000001"}, {"id": "00000000-0000-0000-0000-000000000001"}],
        [{}] * (MAX_MUTATIONS + 1),
    ],
)
def test_S4_a_request_whose_mutations_cannot_be_told_apart_is_refused(device: Pusher, mutations: Any) -> None:
    response = device.request({"context": "", "mutations": mutations})
    assert_refused(response, 400, "invalid_request")
    assert set(response.json()["error"]["fields"]) == {"mutations"}
    assert len(response.content) < 1000


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "upsert"},
        {"op": None},
        {"op": ["create"]},
        {"entity": 5},
        {"key": None},
        {"key": True},
        {"key": []},
        {"key": {"local": "x"}},
        {"key": {"local": str(uuid.UUID(int=1)), "more": 1}},
        {"base": "x"},
        {"base": True},
        {"base": {"result_of": 1}},
        {"was": []},
        {"values": "x"},
        {"depends_on": "x"},
        {"depends_on": [1]},
        {"depends_on": {}},
        {"group": 1},
        {"surprise": 1},
        {"values": {"note": json.loads("[" * 150 + "]" * 150)}},
    ],
)
def test_S4_a_mutation_of_another_form_is_its_own_affair(device: Pusher, site: Site, wrong: Json) -> None:
    bad = {**update("PushSite", site.pk, {"note": "x"}), **wrong}
    good = update("PushSite", site.pk, {"note": "good"}, {"note": "dry"})
    assert codes(device.push(bad, good)) == ["invalid_values", "applied"]
    assert codes(device.push(bad, good)) == ["invalid_values", "applied"]


@given(st.lists(st.dictionaries(st.sampled_from(
    ["entity", "op", "key", "base", "was", "values", "depends_on", "group", "made_at", "x"]
), JSON), max_size=4))  # fmt: skip
@FUZZ
def test_S4_anything_at_all_gets_an_outcome(device: Pusher, some: list[Json]) -> None:
    mutations = [{**one, "id": str(uuid.uuid4())} for one in some]
    assert [one["id"] for one in device.push(*mutations)] == [one["id"] for one in mutations]


@given(st.data())
@FUZZ
def test_S4_any_values_for_known_attributes_get_an_outcome(device: Pusher, data: Any) -> None:
    entity = data.draw(st.sampled_from(["PushSite", "PushVisit", "PushPart", "PushTag", "PushSpecimen"]))
    names = {
        "PushSite": ["name", "note", "size", "fee", "parent"],
        "PushVisit": ["site", "text", "minutes"],
        "PushPart": ["visit", "tag", "count"],
        "PushTag": ["code", "name"],
        "PushSpecimen": [field.name for field in Specimen._meta.fields],
    }[entity]
    values = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    key = data.draw(st.sampled_from([local(1), local(2)]) | st.integers() | st.text())
    op = data.draw(st.sampled_from(["create", "update", "delete"]))
    was = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    body = {"id": str(uuid.uuid4()), "entity": entity, "op": op, "key": key, "values": values, "was": was, "base": 1}
    (outcome,) = device.push(body)
    assert outcome["status"] in {"applied", "conflict", "gone", "rejected", "waiting"}, outcome


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"context": "", "mutations": text}).encode()))
@FUZZ
def test_S4_any_bytes_get_a_reason(device: Pusher, body: bytes) -> None:
    response = device.request(body)
    assert 400 <= response.status_code < 500, response.content


def test_made_at_that_makes_no_sense_is_none(device: Pusher, ann: User) -> None:
    from syncapi.models import PushedChange

    moments = ["yesterday", 5, "0001-01-01T00:00:00+14:00", "2026-01-31T09:30:00", None]
    some = [create("PushTag", f"t{n}", {"code": f"t{n}"}, made_at=moment) for n, moment in enumerate(moments)]
    assert set(statuses(device.push(*some))) == {"applied"}
    assert PushedChange.objects.filter(made_at=None).count() == len(moments)
