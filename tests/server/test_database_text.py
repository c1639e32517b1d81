"""Section 4 of the design: the text that the database makes of values is byte for byte that of Python."""

from __future__ import annotations

import datetime
import decimal
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, models
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from syncapi.values import WIRE_TYPES
from tests.server.rendering import assert_same, by_python_alone, counting_python, entity, outcome
from tests.server.strategies import SQLITE, UTC, VALUES, datetimes, decimals, floats, integers, many, texts, times
from tests.wire import models as wire
from tests.wire.models import Pointer, Shelf, Specimen

ROWS = 20  # of one example

pytestmark = pytest.mark.django_db

IN_PYTHON = {"duration", "json", "shout"}


def test_values_of_every_field_class_are_tried() -> None:
    assert {field.name for field in Specimen._meta.fields} == {*VALUES, *IN_PYTHON}
    tried = {cls for name in {*VALUES, *IN_PYTHON} for cls in type(Specimen._meta.get_field(name)).__mro__}
    assert set(WIRE_TYPES) - tried == {models.FilePathField}  # a text like the others, without a column type of its own


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
@many
def test_values_texts_of_the_database_are_those_of_python(name: str, data: st.DataObject) -> None:
    Specimen.objects.all().delete()
    values = data.draw(st.lists(VALUES[name], max_size=ROWS, unique=True))
    Specimen.objects.bulk_create(Specimen(**{name: value}) for value in values)
    local = entity(Specimen, name)
    with counting_python() as keys:
        found = outcome(local)
    assert len(found) == len(values)
    assert name in ("float", "decimal") or keys == []
    with by_python_alone():
        assert found == outcome(local)


def test_values_null_is_null_in_every_column() -> None:
    specimen = Specimen.objects.create(file=None, picture=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wire_specimen SET file = NULL, picture = NULL")
    with counting_python() as keys:
        ((_, text),) = outcome(entity(Specimen, *(set(VALUES) - {"key"})))
    assert keys == []
    assert json.loads(text) == [str(specimen.key), *[None] * (len(VALUES) - 1)]


@given(numbers=st.lists(decimals(15, 10) | decimals(12, 10), max_size=ROWS))
@many
def test_values_decimals_of_up_to_15_digits_need_no_python(numbers: list[decimal.Decimal]) -> None:
    Specimen.objects.all().delete()
    Specimen.objects.bulk_create(Specimen(decimal=number) for number in numbers)
    with counting_python() as keys:
        outcome(entity(Specimen, "decimal"))
    assert keys == []


def test_values_usual_floats_need_no_python() -> None:
    Specimen.objects.bulk_create(Specimen(float=n) for n in (0.0, 1.0, -12.5, 48.137154, 11.57538, 1e6, 0.0001, None))
    with counting_python() as keys:
        texts = {text.rpartition(b",")[2] for _, text in outcome(entity(Specimen, "float"))}
    assert keys == []
    assert texts == {
        b"0.0]", b"1.0]", b"-12.5]", b"48.137154]", b"11.57538]", b"1000000.0]", b"0.0001]", b"null]"
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(IN_PYTHON))
def test_values_of_other_field_classes_are_rendered_in_python(name: str) -> None:
    Specimen.objects.bulk_create([Specimen(), Specimen(), Specimen(json={"a": 1}, duration=datetime.timedelta(1))])
    with counting_python() as keys:
        assert len(outcome(entity(Specimen, "char", name))) == len(keys) == 3


KEYS: dict[type[models.Model], st.SearchStrategy[Any]] = {
    wire.ByInteger: integers(64),
    wire.ByText: texts(200),
    wire.ByUUID: st.uuids(),
    wire.ByDate: st.dates(),
    wire.ByTime: times,
    wire.ByDateTime: datetimes,
    wire.ByDecimal: decimals(20, 4),
    wire.ByFloat: floats.filter(math.isfinite),
}


@pytest.mark.parametrize("model", KEYS)
@given(data=st.data())
@many
def test_values_keys_are_on_the_wire_as_in_the_text(model: Any, data: st.DataObject) -> None:
    model.objects.all().delete()
    keys = data.draw(st.lists(KEYS[model], max_size=ROWS, unique=True))
    if model is wire.ByDecimal and SQLITE:
        keys = list({float(key): key for key in keys}.values())  # of which it keeps 15 digits
    model.objects.bulk_create(model(key=key, name="n") for key in keys)
    found = assert_same(entity(model, "name"))
    if isinstance(found, list):
        assert [key for key, _ in found] == [json.loads(text)[0] for _, text in found]


@given(data=st.data())
@many
def test_values_relations_are_what_they_point_at(data: st.DataObject) -> None:
    Pointer.objects.all().delete()

    def draw(strategy: st.SearchStrategy[Any]) -> Any:
        return data.draw(st.none() | strategy)

    Pointer.objects.bulk_create(
        Pointer(
            integer_id=draw(KEYS[wire.ByInteger]),
            text_id=draw(texts(200)),
            uuid_id=draw(st.uuids()),
            supplier_id=draw(texts(50)),
            child_id=draw(integers(32)),
            parent_id=draw(integers(32)),
        )
        for _ in range(3)
    )
    local = entity(Pointer, "integer", "text", "uuid", "supplier", "child", "parent", "parent__text", "text__name")
    with counting_python() as keys:
        assert len(outcome(local)) == 3
    assert keys == []
    assert_same(local)
    with counting_python() as keys:
        outcome(entity(Pointer, "shout"))
    assert len(keys) == 3, "a relation to a field of the project's own is read as that field reads"


@given(rates=st.lists(decimals(3, 0), max_size=ROWS))
@many
def test_values_of_generated_fields_are_those_of_their_output(rates: list[decimal.Decimal]) -> None:
    wire.Tariff.objects.all().delete()
    wire.Tariff.objects.bulk_create(wire.Tariff(rate=rate) for rate in rates)
    local = entity(wire.Tariff, "rate", "opens", "doubled")
    with counting_python() as keys:
        assert len(outcome(local)) == len(rates)
    assert keys == []
    assert_same(local)


def test_values_one_to_one_is_the_key_it_points_at(ann: Any) -> None:
    profile = wire.Profile.objects.create(person=ann, name="Ann")
    with counting_python() as keys:
        assert outcome(entity(wire.Profile, "person")) == [(profile.pk, f"[{profile.pk},{ann.pk}]".encode())]
    assert keys == []


def test_values_of_tables_that_django_did_not_make_are_rendered_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    Shelf.objects.create(name="a")
    monkeypatch.setattr(Shelf._meta, "managed", False)
    with counting_python() as keys:
        assert len(outcome(entity(Shelf, "name"))) == len(keys) == 1


# -- moments of other time zones


@pytest.fixture
def moments() -> None:
    Specimen.objects.bulk_create(
        Specimen(datetime=datetime.datetime(2026, 7, 1, 12, 0, 0, n, tzinfo=UTC)) for n in range(3)
    )


@pytest.fixture
def in_berlin() -> Iterator[None]:
    """The database holds times of Berlin."""
    zone = connection.settings_dict["TIME_ZONE"]
    _change_zone("Europe/Berlin")
    yield
    _change_zone(zone)


def _change_zone(zone: str | None) -> None:
    connection.settings_dict["TIME_ZONE"] = zone
    for name in ("timezone", "timezone_name"):
        vars(connections["default"]).pop(name, None)
    connection.ensure_timezone()


@pytest.mark.usefixtures("moments")
def test_values_moments_of_a_database_in_another_zone_are_rendered_in_python(in_berlin: None) -> None:
    with counting_python() as keys:
        assert len(outcome(entity(Specimen, "datetime"))) == len(keys) == 3


@pytest.mark.usefixtures("moments")
@pytest.mark.parametrize("zone", ["UTC", "America/Chicago"])
def test_values_moments_without_time_zone_support(zone: str) -> None:
    with override_settings(USE_TZ=False, TIME_ZONE=zone):
        with counting_python() as keys:
            found = outcome(entity(Specimen, "datetime"))
        assert_same(entity(Specimen, "datetime"))
    assert all(not text.endswith(b'Z"]') for _, text in found)
    assert len(keys) == (0 if SQLITE or zone == "UTC" else 3)
