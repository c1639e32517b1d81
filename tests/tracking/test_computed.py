"""T1, T3: what an entity computes follows what it is computed of."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from syncapi import offline
from syncapi.checks import check_apps
from syncapi.definition import entity_definition
from syncapi.testing import FakeDevice
from syncapi.tracking.plan import declared_watch
from tests.tracking.field import declared
from tests.wire.models import Jar, Shelf

pytestmark = pytest.mark.django_db(transaction=True)
Char, Price = models.CharField, models.DecimalField


class TrackedPrice(offline.LocalEntity):
    model = Jar
    attributes = ["name", "gross_price", "place"]
    pattern = offline.ReadOnlyOptimized

    @offline.attribute(Price("gross price", max_digits=20, decimal_places=2), depends_on=["price"])
    def gross_price(self, obj: Jar) -> Decimal:
        return obj.price * Decimal("1.19")

    @offline.attribute(Char(max_length=100), depends_on=["name", "shelf__name"])
    def place(self, obj: Jar) -> str:
        return f"{obj.name} on {obj.shelf.name if obj.shelf else 'nothing'}"


class PlainPrice(TrackedPrice):
    pattern = offline.ReadOnly  # type: ignore[assignment]


class Careless(offline.LocalEntity):
    model = Jar
    attributes = ["name", "told", "owner_name", "inverse"]

    @offline.attribute(Char(max_length=100), depends_on=["name"])
    def told(self, obj: Jar) -> str:
        return obj.secret

    @offline.attribute(Char(max_length=100), depends_on=["owner"])
    def owner_name(self, obj: Jar) -> str:
        return obj.owner.username if obj.owner else ""

    @offline.attribute(models.FloatField(), depends_on=["price"])
    def inverse(self, obj: Jar) -> Decimal:
        return 1 / obj.price


prices_app = offline.OfflineApp("prices", title="Prices", anonymous=True, entities=[TrackedPrice, PlainPrice])
careless_app = offline.OfflineApp("careless", title="Careless", anonymous=True, entities=[Careless])


@pytest.fixture(autouse=True)
def app() -> Iterator[None]:
    with declared(prices_app, careless_app):
        yield


@pytest.fixture
def shelf() -> Shelf:
    return Shelf.objects.create(name="Top")


@pytest.fixture
def jar(shelf: Shelf) -> Jar:
    Jar.objects.create(name="Mint", price=1)
    return Jar.objects.create(name="Chai", price=10, shelf=shelf)


def of(device: FakeDevice, jar: Jar, entity: str = "TrackedPrice") -> dict[str, Any]:
    row = device.get("prices", entity, jar.pk)
    assert row is not None
    return row


@pytest.mark.parametrize("entity", ["TrackedPrice", "PlainPrice"])
def test_T3_computed_values_follow_their_row_and_the_related_ones(jar: Jar, shelf: Shelf, entity: str) -> None:
    device = FakeDevice()
    device.sync("prices")
    assert of(device, jar, entity) == {"id": jar.pk, "name": "Chai", "gross_price": "11.90", "place": "Chai on Top"}
    assert [row["place"] for row in device.rows("prices", entity)] == ["Mint on nothing", "Chai on Top"]
    Jar.objects.filter(pk=jar.pk).update(price=Decimal("20.00"))
    device.sync("prices")
    assert of(device, jar, entity)["gross_price"] == "23.80"
    Shelf.objects.filter(pk=shelf.pk).update(name="Bottom")
    device.sync("prices")
    assert of(device, jar, entity)["place"] == "Chai on Bottom"
    shelf.delete()
    assert [row["name"] for row in device.rows("prices", entity)] == ["Mint", "Chai"]


def test_T1_only_what_changed_travels(jar: Jar) -> None:
    device = FakeDevice()
    device.sync("prices")
    assert device.sync("prices").rows_received == 0
    Jar.objects.filter(pk=jar.pk).update(secret="nobody carries it")
    assert device.sync("prices").entities["TrackedPrice"].mode == "unchanged"
    Jar.objects.filter(pk=jar.pk).update(price=30)
    assert device.sync("prices").entities["TrackedPrice"].changed == [jar.pk]
    watched = declared_watch([prices_app])["wire_jar"]
    assert {"price", "name", "shelf_id"} <= watched.columns
    assert "secret" not in watched.columns


def test_P5_another_method_is_compared(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeDevice()
    device.sync("prices")

    @offline.attribute(Price(max_digits=20, decimal_places=2), depends_on=["price"])
    def gross_price(self: TrackedPrice, obj: Jar) -> Decimal:
        return obj.price * 2

    monkeypatch.setattr(TrackedPrice, "gross_price", gross_price)
    entity = prices_app.entities["TrackedPrice"]
    for name in ("columns", "row_columns", "stored_columns"):
        monkeypatch.delitem(entity.__dict__, name, raising=False)
    device.sync("prices")
    assert of(device, jar)["gross_price"] == "20.00"
    for name in ("columns", "row_columns", "stored_columns"):
        entity.__dict__.pop(name, None)


def test_T1_what_is_not_declared_cannot_be_read_and_no_row_keeps_others_from_syncing(
    jar: Jar, caplog: pytest.LogCaptureFixture, django_user_model: Any
) -> None:
    Jar.objects.update(owner=django_user_model.objects.create_user("ann"))
    Jar.objects.create(name="Free", price=0)
    device = FakeDevice()
    with caplog.at_level(logging.ERROR, "haversack.pull"):
        device.sync("careless")
    assert [row["told"] for row in device.rows("careless", "Careless")] == [None] * 3
    assert [row["owner_name"] for row in device.rows("careless", "Careless")] == [None, None, ""]
    assert [row["inverse"] for row in device.rows("careless", "Careless")] == [1, 0.1, None]
    assert "told could not be computed" in caplog.text
    assert "Name what it reads in depends_on" in caplog.text


def test_devices_are_told_of_it_like_of_a_field() -> None:
    told = entity_definition(prices_app.entities["TrackedPrice"], prices_app.entities)["attributes"]
    assert told[2:] == [
        {"name": "gross_price", "label": "gross price", "type": "decimal", "null": True, "decimal_places": 2},
        {"name": "place", "label": "place", "type": "string", "null": True},
    ]


@pytest.mark.parametrize(
    ("field", "depends_on", "id"),
    [
        (models.FileField(), ["name"], "syncapi.E006"),
        (models.ForeignKey(Shelf, models.CASCADE), ["shelf"], "syncapi.E006"),
        (Char(max_length=9), ["nam"], "syncapi.E004"),
        (Char(max_length=9), ["shelf__jar"], "syncapi.E005"),
    ],
)
def test_mistakes_are_told(field: Any, depends_on: list[str], id: str) -> None:  # noqa: A002
    method = offline.attribute(field, depends_on=depends_on)(lambda self, obj: "")
    cls = type("LocalThing", (offline.LocalEntity,), {"model": Jar, "attributes": ["name", "it"], "it": method})
    made = offline.OfflineApp("made", title="Made", entities=[cls])
    assert [message.id for message in check_apps([made])] == [id]
