"""Section 4 of the design: each field type travels so that a device can have back what Django itself reads."""

import datetime
import decimal
import json
import math
import uuid
from typing import Any

import pytest
from django.db import models
from django.utils.dateparse import parse_duration

from syncapi.attributes import key_attribute, resolve
from syncapi.errors import ScopeError
from syncapi.rows import FINGERPRINT_MODULUS, RowSet, row_fingerprint, row_text
from syncapi.scopes import canonical_scope
from syncapi.testing import FakeDevice
from syncapi.values import WIRE_TYPES, encode_json, wire_type
from tests.wire.models import Child, Jar, Shout, Specimen

UTC = datetime.UTC
CEST = datetime.timezone(datetime.timedelta(hours=2))

VALUES: list[tuple[str, Any]] = [
    ("char", ""),
    ("char", "Côte de Blaye"),
    ("char", "Cote\u0302 decomposed, 𝄞 beyond the plane, \u2028 separator, \t tab"),
    ("char", '"quoted" \\ back / slash <script>'),
    ("text", "two\nlines\r\nand more"),
    ("slug", "a-slug"),
    ("email", "ann@example.com"),
    ("url", "https://example.com/?q=ü"),
    ("address", "2001:db8::1"),
    ("small", -32768),
    ("integer", 2**31 - 1),
    ("big", 2**53 - 1),
    ("big", 2**53),
    ("big", -(2**63)),
    ("positive", 2**63 - 1),
    ("decimal", decimal.Decimal("0.1000000000")),
    ("decimal", decimal.Decimal("-12345.6789000000")),
    ("decimal", decimal.Decimal("0E-10")),
    ("float", 0.1),
    ("float", -0.0),
    ("float", 1e300),
    ("float", 5e-324),
    ("float", math.inf),
    ("boolean", True),
    ("boolean", False),
    ("date", datetime.date(1, 1, 1)),
    ("date", datetime.date(9999, 12, 31)),
    ("time", datetime.time(0, 0)),
    ("time", datetime.time(23, 59, 59, 999999)),
    ("datetime", datetime.datetime(2026, 10, 25, 2, 30, tzinfo=CEST)),
    ("datetime", datetime.datetime(1, 1, 2, 0, 0, 0, 1, tzinfo=UTC)),
    ("duration", datetime.timedelta(days=-3, hours=4, microseconds=7)),
    ("duration", datetime.timedelta()),
    ("identifier", uuid.UUID(int=2**127)),
    ("json", {"a": [1, 1.5, "ü", None, True], "": {}}),
    ("json", "text"),
    ("json", []),
    ("json", 0),
    ("shout", Shout("HELLO!")),
    ("file", "files/ä b.txt"),
    ("picture", "pictures/1.png"),
]


def decode(kind: str, value: Any) -> Any:
    """What a device makes of a value, told by the wire type alone."""
    if value is None:
        return None
    decoders: dict[str, Any] = {
        "integer": int,
        "decimal": decimal.Decimal,
        "float": float,
        "date": datetime.date.fromisoformat,
        "time": datetime.time.fromisoformat,
        "datetime": datetime.datetime.fromisoformat,
        "duration": parse_duration,
        "uuid": uuid.UUID,
    }
    return decoders.get(kind, lambda value: value)(value)


def only_row(device: FakeDevice | None = None) -> dict[str, Any]:
    """The one specimen that a device carries; a new device when none is given."""
    if device is None:
        device = FakeDevice()
        device.sync("specimens")
    (row,) = device.rows("specimens", "LocalSpecimen")
    return row


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_values_arrive_as_django_reads_them(db: Any, name: str, value: Any) -> None:
    specimen = Specimen.objects.create(**{name: value})
    specimen.refresh_from_db()
    stored = getattr(specimen, name)
    if isinstance(Specimen._meta.get_field(name), models.FileField):
        stored = stored.name
    if name == "shout":
        stored = "hello"  # a device sees what is stored, not what only Python understands

    device = FakeDevice()
    attributes = device.sync("specimens").definition["entities"][0]["attributes"]

    kind = next(attribute["type"] for attribute in attributes if attribute["name"] == name)
    arrived = decode(kind, only_row(device)[name])
    assert arrived == stored
    assert math.copysign(1, arrived) == math.copysign(1, stored) if isinstance(stored, float) else True


def test_values_null_is_null(db: Any) -> None:
    Specimen.objects.create()
    # Files have no null in Django: an empty name stands for none, and that is what Django reads.
    assert {name for name, value in only_row().items() if value is not None} <= {"key", "file", "picture"}


def test_values_numbers_beyond_javascript_travel_as_strings(db: Any) -> None:
    Specimen.objects.create(big=2**53 - 1, positive=2**53)
    row = only_row()
    assert row["big"] == 9007199254740991
    assert row["positive"] == "9007199254740992"


def test_values_microseconds_and_utc_are_always_written(db: Any) -> None:
    Specimen.objects.create(datetime=datetime.datetime(2026, 7, 1, 12, tzinfo=CEST), time=datetime.time(9, 30))
    row = only_row()
    assert row["datetime"] == "2026-07-01T10:00:00.000000Z"
    assert row["time"] == "09:30:00.000000"


def test_values_every_type_of_the_table_is_tried() -> None:
    tried = {wire_type(Specimen._meta.get_field(name)) for name, _ in VALUES}  # type: ignore[arg-type]
    missing = {found.name for found in WIRE_TYPES.values()} - {found.name for found in tried if found}
    assert not missing, f"Add values of {missing} to VALUES."


def test_values_json_numbers_that_json_lacks_become_names() -> None:
    assert encode_json({"a": [math.nan, -math.inf]}) == {"a": ["NaN", "-Infinity"]}


def test_an_inherited_key_is_the_key_it_points_at() -> None:
    assert key_attribute(Child).type.name == "integer"
    assert resolve(Child, "name").field.model._meta.label == "wire.Shelf"


def test_a_relation_that_may_be_empty_makes_what_follows_nullable() -> None:
    assert not Jar._meta.get_field("name").null
    assert resolve(Jar, "shelf__name").null


def test_row_text_has_no_line_feed_and_keeps_its_letters() -> None:
    assert row_text([1, "zwei\nZeilen", "é", None, True]) == '[1,"zwei\\nZeilen","é",null,true]'.encode()


def test_row_text_of_what_has_no_utf8_is_escaped() -> None:
    text = row_text([1, "\ud800"])
    assert text == b'[1,"\\ud800"]'
    assert json.loads(text) == [1, "\ud800"]


def test_fingerprints_do_not_depend_on_order_and_notice_repetition() -> None:
    one, two, three = RowSet(), RowSet(), RowSet()
    for text in (b"[1]", b"[2]"):
        one.add(text)
    for text in (b"[2]", b"[1]"):
        two.add(text)
    for text in (b"[1]", b"[1]", b"[2]", b"[2]"):
        three.add(text)
    assert (
        one.fingerprint == two.fingerprint == (row_fingerprint(b"[1]") + row_fingerprint(b"[2]")) % FINGERPRINT_MODULUS
    )
    assert three.fingerprint != one.fingerprint
    assert one.digest != two.digest


def test_scopes_have_one_text_each() -> None:
    values: list[Any] = [
        None, True, 1, "1", (1,), frozenset({1, 2}), datetime.date(2026, 1, 1), "2026-01-01",
        decimal.Decimal("1"), uuid.UUID(int=1), (frozenset({"a"}), None), (), frozenset(),
    ]  # fmt: skip
    texts = [canonical_scope(value, "LocalJar") for value in values]
    assert len(set(texts)) == len(texts)
    assert canonical_scope(frozenset({3, 1, 2}), "LocalJar") == canonical_scope(frozenset({2, 3, 1}), "LocalJar")


@pytest.mark.parametrize("scope", [object(), (1, [2]), {"a": 1}, 1.5, frozenset({(object(),)})])
def test_scopes_without_a_text_are_refused_by_name(scope: Any) -> None:
    with pytest.raises(ScopeError, match=r"LocalJar\.get_scope\(\)"):
        canonical_scope(scope, "LocalJar")
