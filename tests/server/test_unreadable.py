"""P3: a value that Django cannot read stops no table: its row travels, with the value as the database writes it."""

import json
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.device import Device
from tests.server.rendering import entity, outcome
from tests.wire.models import Specimen

pytestmark = pytest.mark.django_db

UNREADABLE: dict[str, list[tuple[str, str, str | None]]] = {
    "sqlite": [
        ("decimal", "123456789012345678901234567890.5", "123456789012346000000000000000"),
        ("decimal", "'abc'", "abc"),
        ("date", "'2026-13-01'", "2026-13-01"),
        ("datetime", "'2026-02-30 10:00:00'", "2026-02-30 10:00:00"),
        ("time", "'29:00:00'", "29:00:00"),
        ("identifier", "'abc'", "abc"),
        ("date", "x'ff'", None),
    ],
    "postgresql": [
        ("date", "'infinity'", "infinity"),
        ("date", "'10000-01-01'", "10000-01-01"),
        ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
        ("datetime", "'infinity'", "infinity"),
        ("datetime", "'0044-03-15 00:00:00+00 BC'", "0044-03-15 00:00:00+00 BC"),
    ],
}


def spoil(specimen: Specimen, name: str, value: str) -> None:
    key = specimen.key.hex if connection.vendor == "sqlite" else str(specimen.key)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE wire_specimen SET {connection.ops.quote_name(name)} = {value} WHERE key = %s", [key])
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(("name", "value", "sent"), UNREADABLE[connection.vendor])
def test_P3_a_value_that_cannot_be_read_stops_no_table(
    name: str, value: str, sent: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    specimens = [Specimen.objects.create(char=f"number {number}") for number in range(3)]
    before = Device("specimens").sync()
    spoil(specimens[1], name, value)
    with caplog.at_level(logging.WARNING):
        answer = Device("specimens").sync()
    columns = answer.entities["LocalSpecimen"]["columns"]
    old, new = ({row[0]: row for row in one.rows["LocalSpecimen"]} for one in (before, answer))
    assert set(new) == set(old) == {str(one.key) for one in specimens}
    for specimen in specimens:
        expected = dict(zip(columns, old[str(specimen.key)], strict=True))
        if specimen == specimens[1]:
            expected[name] = sent
            assert str(specimen.key.hex) in caplog.text.replace("-", "")
        assert dict(zip(columns, new[str(specimen.key)], strict=True)) == expected
    assert name in caplog.text


def test_P3_it_is_found_in_few_queries_among_many() -> None:
    Specimen.objects.bulk_create(Specimen(char=f"{number}") for number in range(1500))
    name, value, sent = UNREADABLE[connection.vendor][-2 if connection.vendor == "sqlite" else 0]
    spoil(Specimen.objects.order_by("key")[700], name, value)
    local = entity(Specimen, name, "json")  # which Python reads, every row
    with CaptureQueriesContext(connection) as queries:
        found = outcome(local)
    assert [json.loads(text)[1] for _key, text in found if sent in json.loads(text)] == [sent]
    assert len(found) == 1500
    assert len(queries) < 40
