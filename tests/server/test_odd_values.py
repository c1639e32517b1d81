"""Values as nobody should store them: where a database holds some, their rows are as Python makes them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.server.rendering import assert_same, entity, outcome
from tests.server.strategies import SQLITE, UTC, VALUES, integers, many, texts
from tests.wire import models as wire
from tests.wire.models import Specimen

pytestmark = pytest.mark.django_db


def put(name: str, *values: str) -> None:
    """Rows with the values of these SQL expressions, past Django."""
    with connection.cursor() as cursor:
        for value in values:
            specimen = Specimen.objects.create()
            key = specimen.key.hex if SQLITE else str(specimen.key)
            cursor.execute(
                f"UPDATE wire_specimen SET {connection.ops.quote_name(name)} = {value} WHERE key = %s", [key]
            )


if SQLITE:
    ODD_TEXTS = [
        "", "0", "1", "1.5", "-0.00", "abc", "NaN", "1e3", "12345678901234567890", "0.1234567890123456789", "true",
        "2026-01-31", "2026-02-30", "2026-1-1", "0000-01-01", "10000-01-01", "-001-01-01", "20260131", "2026-W05-6",
        "2026-01-31\x00x", "now", "2026-01-31 10:00:00", "2026-01-31T10:00:00", "2026-01-31 10:00:00.123456",
        "2026-01-31 10:00:00.123", "2026-01-31 10:00:00+02:00", "2026-01-31 24:00:00", "2026-01-31 10:00:60",
        "2026-02-30 10:00:00", "2026-01-31 10:00:00\x00", "0000-01-01 10:00:00", "10:00:00", "10:00", "24:00:00",
        "29:00:00", "10:00:00.5", "10:00:00.123456", "10:00:00.1234567", "10:00:00\x00", "10:00:60", "10:60:00",
        "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcde\x00",
        "0123456789abcdef0123456789abcdeg", "01234567-89ab-cdef-0123-456789abcdef", "{" + "0" * 32 + "}", "0" * 33,
    ]  # fmt: skip
    ODD_NUMBERS = [0.0, 0.5, 1.0, 2, -1, 2**53, 1e15, 1e15 + 0.5, 1e17, 0.00000000005, 0.12345678905, 1.00000000015]
    odd_values = (
        texts(50)
        | integers(64)
        | st.floats(allow_nan=False)
        | st.integers(-(10**9), 10**9).map(lambda n: n / 100)
        | st.integers(-(10**6), 10**6).map(lambda n: (2 * n + 1) / 2e10)
        | st.binary(max_size=20)
    )

    @pytest.fixture
    def _without_checks() -> Iterator[None]:
        """As in a table that somebody made by hand."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")

    @pytest.mark.usefixtures("_without_checks")
    @pytest.mark.parametrize("name", sorted(set(VALUES) - {"key"}))
    def test_values_of_odd_kinds_in_a_column_of_sqlite(name: str) -> None:
        assert_same_one_by_one(name, [*ODD_TEXTS, *ODD_NUMBERS, *(text.encode() for text in ODD_TEXTS)])

    @pytest.mark.usefixtures("_without_checks")
    @pytest.mark.parametrize("name", sorted(set(VALUES) - {"key"}))
    @given(values=st.lists(odd_values, min_size=1, max_size=5))
    @many
    def test_values_of_any_kind_in_a_column_of_sqlite(name: str, values: list[Any]) -> None:
        assert_same_one_by_one(name, values)

    def assert_same_one_by_one(name: str, values: list[Any]) -> None:
        """Django cannot read some values, and then no row beside them."""
        rows = [(uuid.uuid4().hex, value) for value in values]
        with connection.cursor() as cursor:
            column = connection.ops.quote_name(name)
            cursor.executemany(f"INSERT INTO wire_specimen (key, {column}) VALUES (%s, %s)", rows)
        local = entity(Specimen, name)
        for key, _ in rows:
            assert_same(local, Specimen.objects.filter(key=key))

    @pytest.mark.parametrize("model", [wire.ByInteger, wire.ByText])
    @given(keys=st.lists(st.integers(-99, 99) | texts(5) | st.binary(max_size=5), unique=True, max_size=20))
    @many
    def test_values_of_any_type_in_a_key_of_sqlite(model: Any, keys: list[Any]) -> None:
        model.objects.all().delete()
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute(f"INSERT OR IGNORE INTO {model._meta.db_table} (key, name) VALUES (%s, '')", [key])
        assert_same(entity(model, "name"))

    @pytest.mark.parametrize(
        ("name", "value"), [("decimal", "'abc'"), ("identifier", "'abc'"), ("date", "'2026-13-01'")]
    )
    def test_values_that_django_cannot_read_are_left_to_it(name: str, value: str) -> None:
        put(name, value)
        assert_same(entity(Specimen, name))

else:
    ODD = [
        ("decimal", "'NaN'"),
        ("float", "'NaN'"),
        ("float", "'Infinity'"),
        ("float", "'-Infinity'"),
        ("float", "'-0'"),
        ("date", "'infinity'"),
        ("date", "'0044-03-15 BC'"),
        ("date", "'10000-01-01'"),
        ("time", "'24:00:00'"),
        ("datetime", "'infinity'"),
        ("datetime", "'-infinity'"),
        ("datetime", "'0001-01-01 00:00:00+00'"),
        ("datetime", "'9999-12-31 23:59:59.999999+00'"),
        ("datetime", "'10000-01-01 00:00:00+00'"),
        ("datetime", "'0044-03-15 00:00:00+00 BC'"),
        ("address", "'10.0.0.0/8'"),
    ]

    @pytest.mark.parametrize(("name", "value"), ODD)
    def test_values_that_python_has_no_name_for(name: str, value: str) -> None:
        put(name, value, "NULL")
        assert_same(entity(Specimen, name))

    @pytest.mark.parametrize("digits", [-15, 0, 1, 3])
    def test_values_floats_whatever_the_session_shows_of_them(digits: int) -> None:
        Specimen.objects.bulk_create(Specimen(float=n) for n in (0.1, 0.1 + 0.2, 1 / 3, 1e14 + 0.1, 100.0))
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL extra_float_digits = {digits}")
            assert_same(entity(Specimen, "float"))

    @pytest.mark.parametrize("style", ["German, DMY", "SQL, MDY", "Postgres, DMY"])
    def test_values_dates_whatever_the_style_of_the_session(style: str) -> None:
        Specimen.objects.create(
            date=datetime.date(2026, 1, 31),
            datetime=datetime.datetime(2026, 1, 31, 9, tzinfo=UTC),
            time=datetime.time(9),
        )
        local = entity(Specimen, "date", "datetime", "time")
        expected = outcome(local)
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL datestyle = {style}")
        assert outcome(local) == expected
