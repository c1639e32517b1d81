"""Key order as decision 0013 has it."""

import datetime
import decimal
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapi.testing.keys import KeyOrder


@pytest.mark.parametrize(
    ("type_name", "keys_in_order"),
    [
        ("integer", ["-9007199254740993", -2, 0, 9, 10, 9007199254740991, "9007199254740992", "10000000000000000"]),
        ("string", ["", "10", "9", "A", "Z", "a", "z", "é", "\uff41", "\ufffd", "\U00010000", "\U0001f600"]),
        ("uuid", [str(uuid.UUID(int=1)), str(uuid.UUID(int=2**100)), str(uuid.UUID(int=2**127))]),
        ("decimal", ["-1.50", "2.00", "10.00"]),
        ("float", ["-Infinity", -1.5, 2, 1e300, "Infinity"]),
        ("boolean", [False, True]),
        ("datetime", ["0001-01-01T00:00:00.000000Z", "2026-01-31T09:30:00.000000Z"]),
    ],
)
def test_keys_have_the_order_of_decision_0013(type_name: str, keys_in_order: list[Any]) -> None:
    order = KeyOrder(type_name)
    places = [order.of(key) for key in keys_in_order]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("type_name", "given_key", "wire"),
    [
        ("integer", 5, 5),
        ("integer", "5", 5),
        ("integer", 2**53, "9007199254740992"),
        ("uuid", uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        ("decimal", decimal.Decimal("1.5"), "1.50"),
        ("date", datetime.date(2026, 1, 31), "2026-01-31"),
        ("time", datetime.time(9, 30), "09:30:00.000000"),
        ("datetime", datetime.datetime(2026, 1, 31, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
         "2026-01-31T09:00:00.000000Z"),
        ("string", "ALFKI", "ALFKI"),
    ],
)  # fmt: skip
def test_rows_are_found_by_keys_as_django_has_them(type_name: str, given_key: Any, wire: Any) -> None:
    order = KeyOrder(type_name)
    assert order.find(given_key) == order.of(wire)


def test_what_cannot_be_a_key_is_no_missing_row() -> None:
    for type_name, wrong in (("integer", "x"), ("decimal", "x"), ("integer", None)):
        with pytest.raises(ValueError, match=r"is no key|invalid literal"):
            KeyOrder(type_name).find(wrong)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_text_keys_have_the_order_of_their_utf8(texts: list[str]) -> None:
    """Which is what COLLATE "C" is, and what keeps Python honest."""
    order = KeyOrder("string")
    assert sorted(texts, key=order.of) == sorted(texts, key=str.encode)
