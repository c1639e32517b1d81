"""The offline app `values`: a field of each class, written by everybody; and values for each, such as devices send."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import DataError, models, transaction
from hypothesis import provisional
from hypothesis import strategies as st

from syncapi import offline
from syncapi.patterns import Pattern
from syncapi.push.decode import encode
from tests.server import strategies
from tests.wire.kept import Counted, Kept, KeptByInteger, KeptByText, KeptByUUID, Leaf, Made

NAMES = [field.name for field in Kept._meta.get_fields() if isinstance(field, models.Field)]
READ_ONLY = {"after", "document", "picture"}
RELATIONS = {"counted", "made", "leaf", "only", "parent", "leaves"}


class ValueLeaf(offline.LocalEntity):
    model = Leaf
    attributes = ["name"]
    pattern = offline.ReadWrite
    list_display = ["name"]


class ValueCounted(offline.LocalEntity):
    model = Counted
    attributes = ["key"]
    pattern = offline.ReadWrite


class ValueMade(offline.LocalEntity):
    model = Made
    attributes = ["key"]
    pattern = offline.ReadWrite


class KeptEntity(offline.LocalEntity):
    attributes = NAMES
    pattern: ClassVar[type[Pattern]] = offline.ReadWriteWithConflictDetection
    list_display = ["char"]


class ByInteger(KeptEntity):
    model = KeptByInteger


class ByUUID(KeptEntity):
    model = KeptByUUID


class ByText(KeptEntity):
    model = KeptByText
    pattern = offline.ReadWrite


values_app = offline.OfflineApp(
    "values", title="Values", entities=[ByInteger, ByUUID, ByText, ValueLeaf, ValueCounted, ValueMade]
)
MODELS: dict[str, Any] = {"ByInteger": KeptByInteger, "ByUUID": KeptByUUID, "ByText": KeptByText}

# -- Values by attribute, as Python has them

HOSTILE = [
    *(
        "",
        " ",
        "  kept  ",
        "a\r\nb\n",
        "\t",
        "Zo\u00eb",
        "Zoe\u0308",
        "\U0001f33b\U0001f469\u200d\U0001f680",
        "\ufeffx",
    ),
    *("\u200fשלום\u200e", "\u202egnp.exe", "\u2028\u2029", "<script>alert(1)</script>", "&amp;\"'`", "{{ x }} %s {0}"),
    *("\0", "a\0b", "\ud83d", "x\udc00", "null", "__proto__", "local:x", "\x7f\x85\xa0", "x" * 199, "🌻" * 200),
]
texts = st.sampled_from(HOSTILE) | strategies.texts(300)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


def numbers(lowest: int, highest: int) -> st.SearchStrategy[int]:
    """Many at the limits, some beyond."""
    edges = [lowest - 1, lowest, lowest + 1, highest - 1, highest, highest + 1, 0, -1, 2**53 - 1, 2**53, 2**53 + 1]
    return st.sampled_from([*edges, -(2**53), -(2**53) - 1]) | st.integers(lowest, highest)


DECIMALS = [
    *map(
        decimal.Decimal, ["-0", "0.000", "00012", "1.10", "-0.00000000001", "123456789012", "0.00001", "9999.99", "0"]
    ),
    *map(decimal.Decimal, ["99999", "100000", "0.9999", "1.0000", "999999.99", "1000000", "12345678901234567890.5"]),
    *map(decimal.Decimal, ["99999999999999999999.9999999999", "12345.0123456789", "123456789012345678"]),
]


def decimals(digits: int, places: int) -> st.SearchStrategy[decimal.Decimal]:
    """Most of them fit."""
    fitting = strategies.decimals(digits, places)
    return fitting | st.sampled_from(DECIMALS)


floats = st.floats(allow_nan=False) | strategies.floats.filter(lambda number: not math.isnan(number))
MOMENTS = [
    datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC),
    datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC),  # half past two in Berlin, twice
    datetime.datetime(2026, 10, 25, 1, 30, tzinfo=datetime.UTC),
    datetime.datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=datetime.UTC),
]
SPANS = [
    datetime.timedelta(),
    datetime.timedelta(microseconds=-1),
    datetime.timedelta(days=-3, hours=4, microseconds=7),
    datetime.timedelta(days=106751991, seconds=14454, microseconds=775807),
    datetime.timedelta(microseconds=-(2**63) + 1),
]
EMAILS = [
    *(
        '"a b"@example.org',
        '"a@b"@example.org',
        "a@[127.0.0.1]",
        "ä@example.org",
        "a@münchen.de",
        "a@b",
        "@",
        "a@b@c.org",
    ),
    *(
        "a@localhost",
        " a@example.org",
        "a@example.org\n",
        "a@example.org\ufeff",
        '"a\\ b"@example.org',
        "a.@example.org",
    ),
]
URLS = [
    *(
        "http://example.org:99999/",
        "http://example.org/\ufeff",
        "ftp://example.org/a b",
        "javascript:alert(1)",
        "http://",
    ),
    *("http://a\u00ad.org/", "http://ex\u200fample.org", "http://[::1]:8000/", "HTTP://EXAMPLE.ORG", "http://x", "x"),
    *("http://localhost", "http://user:p%40ss@example.org/%zz", "https://münchen.de/?q=ü#\u2028", "//example.org"),
    *("http://\ufdd0.org/", "http://xn--a.org/", "ftps://example.org", "mailto:a@example.org", "http://a.org/\x1f"),
    *(
        "http://user:pass@word@example.org",
        "http://example.org\n",
        " http://example.org",
        "http://1.2.3.4.5/",
        "http://a..b",
    ),
]
ADDRESSES = [
    *(
        "0000:0000:0000:0000:0000:ffff:192.168.100.228",
        "::FFFF:10.1.2.3",
        " ::1 ",
        "1.2.3",
        "01.2.3.4",
        "::",
        "::1%eth0",
    ),
]
JSON_VALUES = [
    *(
        {},
        [],
        "",
        0,
        False,
        None,
        [None],
        {"": None},
        "null",
        {"__proto__": {"x": 1}, "constructor": 1},
        [[[[[[[[1]]]]]]]],
    ),
    *(
        {"é": "e\u0301", "b": 1, "a": 2},
        [2**53 - 1, -(2**53) + 1, 1e308, -1.5e-300, 0.1],
        ["\0"],
        ["\ud83d"],
        {"\0": 1},
    ),
    *([True, 1, "1"], {"1": 1, "0": 0}, "\u2028<script>"),
]
emails = st.emails() | texts | st.sampled_from(EMAILS)
urls = provisional.urls() | texts | st.sampled_from(URLS)
addresses = (
    st.ip_addresses().map(str)
    | st.ip_addresses(v=6).map(lambda address: address.exploded.upper())
    | st.sampled_from(ADDRESSES)
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "maybe": st.booleans() | st.none(),
    "char": texts,
    "text": texts | st.sampled_from(["long " * 5000, "\U0001f33b" * 5000]),
    "nullable": texts | st.none(),
    "short": texts,
    "slug": texts | st.from_regex(r"[-a-zA-Z0-9_]{1,60}", fullmatch=True),
    "email": emails,
    "url": urls,
    "address": addresses,
    "path": texts,
    "choice": st.sampled_from(["", "a", "b", "A", "c"]),
    "chosen": st.sampled_from(["", "a", "b", "A", None]),
    "rate": st.sampled_from([None, *map(decimal.Decimal, ["7", "7.00", "19.5", "19.50", "8"])]),
    "small": numbers(-(2**15), 2**15 - 1),
    "integer": numbers(-(2**31), 2**31 - 1),
    "big": numbers(-(2**63), 2**63 - 1),
    "positive_small": numbers(0, 2**15 - 1),
    "positive": numbers(0, 2**31 - 1),
    "positive_big": numbers(0, 2**63 - 1),
    "price": decimals(8, 2),
    "exact": decimals(30, 10),
    "whole": decimals(5, 0),
    "fraction": decimals(4, 4),
    "float": floats,
    "date": st.dates(),
    "time": strategies.times,
    "datetime": st.sampled_from(MOMENTS) | strategies.datetimes,
    "duration": st.sampled_from(SPANS)
    | st.timedeltas(datetime.timedelta(days=-(10**8)), datetime.timedelta(days=10**8)),
    "identifier": st.uuids(),
    "json": json_values,
    "filled": json_values,
    "shout": texts,
}
KEYS = [
    *(
        "local:x",
        "local:",
        "local:00000000-0000-4000-8000-00000000000X",
        "a/b//c",
        "/",
        "..",
        ".",
        "new",
        "~new",
        "edit",
    ),
    *(
        "a b?c#d%25&e=f",
        "%00",
        "Key",
        "key",
        "K\u00e9y",
        "Ke\u0301y",
        "K\u00c9Y",
        "007",
        "7",
        "7.0",
        "null",
        "__proto__",
    ),
    *(
        "constructor",
        "\U0001f33b",
        "\u200fשלום",
        "<b>x</b>",
        " lead",
        "trail ",
        "two\nlines",
        "x" * 200,
        "\U0001f33b" * 200,
    ),
]
"""Such as people type for new records."""
NUMBERS = [0, -1, 7, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)]
"""Such keys, too."""
NASTY: list[tuple[str, Any]] = [
    *((name, value) for name in ("char", "text", "short", "slug", "path", "shout") for value in HOSTILE),
    *((name, value) for name in ("price", "exact", "whole", "fraction") for value in DECIMALS),
    *(("email", value) for value in EMAILS),
    *(("url", value) for value in URLS),
    *(("address", value) for value in ADDRESSES),
    *(("datetime", value) for value in MOMENTS),
    *(("duration", value) for value in SPANS),
    *((name, value) for name in ("json", "filled") for value in JSON_VALUES),
    *(("float", value) for value in (math.inf, -math.inf, 1e308, 5e-324, -0.0, 2.0**53 + 2, 0.1)),
    *(("date", value) for value in (datetime.date.min, datetime.date.max, datetime.date(2028, 2, 29))),
    *(("time", value) for value in (datetime.time.min, datetime.time.max)),
    *((name, value) for name in ("choice", "chosen") for value in ("", "a", "A", "c")),
    *(("rate", decimal.Decimal(value)) for value in ("7", "7.00", "19.5", "19.50", "8")),
    *((name, None) for name in VALUES),
]
pairs = st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), VALUES[name]))


class Refused(Exception):
    """By Django."""


def as_django_keeps(model: Any, name: str, value: Any, using: str) -> Any:
    """What Django itself reads of a record that it made with this value.

    :raises Refused: it would not take it from a form of its own, or the database has no form for it.
    """
    field = model._meta.get_field(name)
    record = model(**({"key": "twin"} if isinstance(model._meta.pk, models.CharField) else {}))
    try:
        cleaned = _cleaned(field, value, record)
        setattr(record, name, cleaned)
        with transaction.atomic(using):
            record.save(using=using)
            found = getattr(model._base_manager.using(using).get(pk=record.pk), name)
            record.delete(using=using)
    except (ArithmeticError, ValidationError, DataError, UnicodeEncodeError, ValueError) as error:
        raise Refused(repr(error)) from error
    if isinstance(found, decimal.Decimal) and found != cleaned:
        raise Refused("SQLite keeps 15 digits")
    return found


def _cleaned(field: Any, value: Any, record: Any) -> Any:
    if value is None and not field.null:
        raise ValidationError("null")
    if isinstance(value, str) and not isinstance(field, models.JSONField):
        if "\0" in value:
            raise ValidationError("null character")
        if isinstance(field, models.TextField | models.FilePathField) and len(value) > (field.max_length or len(value)):
            raise ValidationError("length")
    return value if field.blank and value in field.empty_values else field.clean(value, record)


def wire(name: str, value: Any) -> Any:
    """How a value of this attribute travels."""
    column = values_app.entities["ByUUID"].column(name)
    assert column is not None
    return encode(column, value)
