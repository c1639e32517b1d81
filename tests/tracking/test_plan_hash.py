"""The hash of a query: equal in every process for equal queries, and only for these (T5)."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.db.models import (
    Exists,
    Value,
)  # fmt: skip

from catalog.models import Customer
from syncapi import offline
from syncapi.tracking.plan import plan
from tests.tracking.kinds import (
    LINES,
    O,
    OfOrders,
    declared,
)
from tests.wire.models import Specimen

pytestmark = pytest.mark.django_db


def test_T5_another_query_has_another_hash() -> None:
    entity = declared(OfOrders)
    rows = [
        O.all(), O.none(), O.filter(number=1), O.filter(number=2), O.exclude(number=1), O.filter(freight=1),
        O.filter(ship_city="1"), O.filter(ship_city__in=["1"]), O.filter(ship_city__in=["1", "2"]),
        O.filter(lines__quantity=1), O.filter(order_date=datetime.date(2026, 1, 1)),
        O.filter(customer__in=Customer.objects.filter(pk__in={1})), O.filter(Exists(LINES.filter(quantity__in={1}))),
        O.filter(customer__in=Customer.objects.filter(pk__in={2})), O.filter(Exists(LINES.filter(quantity__in={2}))),
    ]  # fmt: skip
    hashes = [plan(entity, one).query for one in rows]
    assert len(set(hashes)) == len(hashes)
    assert all(hashes)


def test_T5_what_is_shown_and_in_which_order_does_not_matter_to_the_hash() -> None:
    entity = declared(OfOrders)
    rows = O.filter(customer__city="Bern")
    known = plan(entity, rows).query
    for same in (rows.order_by("-number"), rows.select_related("customer"), rows.only("number"), rows.all()):
        assert plan(entity, same).query == known


def test_T5_long_JSON_parameters_do_not_look_alike() -> None:
    entity = declared(type("OfSpecimens", (offline.LocalEntity,), {"model": Specimen, "attributes": []}))
    long = {"a": "x" * 200}
    rows = [Specimen.objects.filter(json=long | {"b": b}) for b in (1, 2)]
    hashes = {plan(entity, one).query for one in rows}
    assert len(hashes) == 2
    found = plan(entity, Specimen.objects.filter(json__a__b__gt=3))
    assert not found.volatile
    assert found.watched["wire_specimen"].member == {"json"}


HASHES = """
import django; django.setup()
from django.db.models import *
from catalog.models import *
from syncapi.tracking.query_hash import query_hash
names = frozenset("abcdefghijklmnop")
cities = Supplier.objects.filter(code__in=names).values("city")
O, C = Order.objects, Customer.objects.order_by()
for rows in (
    O.filter(ship_city__in=names),
    O.filter(Q(number=1) | ~Q(customer__city__in=names)),
    O.filter(ship_city__in=cities),
    O.filter(Exists(Supplier.objects.filter(code__in=names, city=OuterRef("ship_city")))),
    O.annotate(x=Case(When(ship_city__in=names, then=1), default=2)).filter(x=1),
    O.exclude(lines__product__sku__in=names),
    O.filter(customer__in=C.filter(city__in=names).union(C.all()).values("pk")),
    O.annotate(c=FilteredRelation("customer", condition=Q(customer__city__in=names))).filter(c__city=""),
    O.filter(number__in={1, "2", None, 3.0}),
):
    print(query_hash(rows))
"""


def test_T5_equal_queries_have_equal_hashes_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", HASHES],
            env=os.environ | {"PYTHONHASHSEED": str(seed), "DJANGO_SETTINGS_MODULE": "settings.test"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    (output,) = outputs
    assert len(set(output.split())) == len(output.split()) == 9


def test_T5_a_parameter_without_a_text_of_its_own_makes_a_query_volatile() -> None:
    class Odd(models.CharField):  # type: ignore[type-arg]
        def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
            return object()

    entity = declared(OfOrders)
    found = plan(entity, O.annotate(x=Value("x", output_field=Odd())).filter(x="y"))
    assert found.volatile
    assert found.query == ""
