"""Hostile values of each kind, such as Django stores them."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

UTC = datetime.UTC
SQLITE = connection.vendor == "sqlite"

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SPECIAL = [
    "\x00",
    "\x01",
    "\x1f",
    "\x7f",
    "\x85",
    "\u2028",
    '"',
    "\\",
    "/",
    "\n",
    "\t",
    "𝄞",
    "a",
    "é",
    " ",
    "{c}",
    "%s",
]


def texts(length: int) -> st.SearchStrategy[str]:
    letters = st.sampled_from(SPECIAL) | st.characters(exclude_categories=["Cs"])
    lines = st.lists(letters, max_size=20).map(lambda parts: "".join(parts)[:length])
    return lines if SQLITE else lines.map(lambda text: text.replace("\x00", ""))


def integers(bits: int) -> st.SearchStrategy[int]:
    limits = [n for n in (2**53 - 2, 2**53 - 1, 2**53, 2 ** (bits - 1) - 1) if n < 2 ** (bits - 1)]
    near = st.sampled_from([*limits, *(-n for n in limits), 0, 1, -1])
    return near | st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def decimals(digits: int, places: int) -> st.SearchStrategy[decimal.Decimal]:
    """Numbers that fit, most of them with few digits, as prices have them."""
    most, few = 10**digits - 1, 10 ** min(digits, 7) - 1
    return (st.integers(-few, few) | st.integers(-most, most)).map(
        lambda n: decimal.Decimal(n).scaleb(-places, decimal.Context(prec=digits))
    )


datetimes = st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
times = st.times() | st.times().map(lambda time: time.replace(microsecond=0))
floats = (
    st.floats(allow_nan=not SQLITE)  # which SQLite stores as NULL
    | st.floats(-1000, 1000)
    | st.integers(-(10**9), 10**9).map(lambda n: n / 1e6)
    | st.sampled_from([0.0, -0.0, 0.1, 0.1 + 0.2, 1e-4, 9.999e-5, 1e15, 1e16, 5.0, -12.5, 2**53 + 2.0, 5e-324, 1e300])
)

# By the names of the fields of `Specimen`.
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "key": st.uuids(),
    "char": texts(200),
    "text": texts(500),
    "slug": texts(50),
    "email": texts(200),
    "url": texts(200),
    "address": st.ip_addresses().map(str),
    "small": integers(16),
    "integer": integers(32),
    "big": integers(64),
    "positive": integers(64).map(abs).filter(lambda n: n < 2**63),
    "decimal": decimals(28, 10),
    "float": floats,
    "boolean": st.booleans(),
    "date": st.dates(),
    "time": times,
    "datetime": datetimes,
    "identifier": st.uuids(),
    "file": texts(100),
    "picture": texts(100),
}
