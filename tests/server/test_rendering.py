"""P3: the database makes the text of rows, whatever the queryset, and Python that of odd rows alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.test.utils import CaptureQueriesContext

from syncapi.keys import in_key_order
from tests.server.rendering import assert_same, counting_python, entity, outcome
from tests.server.strategies import SQLITE
from tests.wire import models as wire
from tests.wire.models import Jar, Shelf

pytestmark = pytest.mark.django_db

SHAPES: dict[str, Callable[[], Any]] = {
    "all": Jar.objects.all,
    "joined": lambda: Jar.objects.filter(shelf__jar__price__gte=0),
    "distinct": lambda: Jar.objects.filter(shelf__jar__price__gte=0).distinct(),
    "counted": lambda: Jar.objects.annotate(count=Count("shelf__jar")).filter(count__gte=1),
    "aliased": lambda: Jar.objects.alias(count=Count("shelf__jar")).filter(count__gte=1),
    "annotated": lambda: Jar.objects.annotate(label_of_shelf=F("shelf__name")),
    "window": lambda: Jar.objects.annotate(place=Window(RowNumber(), order_by="name")).filter(place__gt=1),
    "sliced": lambda: Jar.objects.order_by("name")[1:5],
    "extra": lambda: Jar.objects.extra(select={"one": "1"}, where=["wire_jar.name <> ''"]),
    "extra of the same name": lambda: Jar.objects.extra(select={"name": "'other'"}),
    "related": lambda: Jar.objects.select_related("shelf"),
    "deferred": lambda: Jar.objects.only("price"),
    "values": lambda: Jar.objects.filter(pk__in=Jar.objects.values("pk")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_P3_any_queryset(shape: str) -> None:
    shelves = [Shelf.objects.create(name=name) for name in ('"upper"', "lower %s")]
    for n in range(7):
        Jar.objects.create(name=f"jar {n}", price=n, shelf=shelves[n % 2] if n else None)
    local = entity(Jar, "name", "price", "shelf", "shelf__name", "state")
    rows = in_key_order(SHAPES[shape](), local)
    found = assert_same(local, rows)
    assert isinstance(found, list)
    assert len({key for key, _ in found}) == len(found) >= 4
    if SQLITE:  # and with rows that Python renders
        with connection.cursor() as cursor:
            cursor.execute("UPDATE wire_jar SET price = 0.125 WHERE name IN ('jar 1', 'jar 4')")
        with counting_python() as keys:
            assert len(outcome(local, rows)) == len(found)
        assert keys
        assert_same(local, rows)


def test_T3_a_row_whose_relation_leads_nowhere_is_there() -> None:
    sticker = wire.Sticker.objects.create(jar_id=99, text="lost")
    assert assert_same(entity(wire.Sticker, "text", "jar", "jar__name")) == [
        (sticker.pk, f'[{sticker.pk},"lost",99,null]'.encode())
    ]


def test_P3_an_odd_row_alone_is_rendered_in_python() -> None:
    expected: tuple[Any, bytes]
    if SQLITE:
        wire.ByText.objects.bulk_create(wire.ByText(key=f"{n:04}", name=f"name {n}") for n in range(2500))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE wire_bytext SET name = x'ff' WHERE key = '1700'")
        local, odd, expected = entity(wire.ByText, "name"), 1700, ("1700", b'["1700","\\\\xff"]')
    else:
        wire.ByFloat.objects.bulk_create(wire.ByFloat(key=n / 4 or 1e-7, name=f"name {n}") for n in range(2500))
        local, odd, expected = entity(wire.ByFloat, "name"), 0, (1e-7, b'[1e-07,"name 0"]')
    with counting_python() as keys, CaptureQueriesContext(connection) as queries:
        found = outcome(local)
    assert keys == [expected[0]]
    assert sum("_raw_key" in query["sql"] for query in queries) == 1
    assert len(found) == 2500
    assert found[odd] == expected
    assert_same(local)
