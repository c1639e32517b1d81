"""System checks of what entities say about writing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from rest_framework import serializers

from catalog.models import Category, Customer, Order, OrderLine
from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.checks import check_apps
from tests.wire.models import ByText, Jar, Pointer, Shelf


def entity(name: str, model: type[models.Model], *attributes: str, **options: Any) -> type[offline.LocalEntity]:
    given = {"model": model, "attributes": attributes, "pattern": offline.ReadWriteWithConflictDetection}
    return type(name, (offline.LocalEntity,), given | options)


def shelf(**options: Any) -> type[offline.LocalEntity]:
    return entity("LocalShelf", Shelf, "name", **options)


def jar(*more: str, **options: Any) -> type[offline.LocalEntity]:
    return entity("LocalJar", Jar, "name", "price", "shelf", *more, **options)


def order(**options: Any) -> type[offline.LocalEntity]:
    return entity("LocalOrder", Order, "customer", "order_date", "taken_by", **options)


def customer(**options: Any) -> type[offline.LocalEntity]:
    return entity("LocalCustomer", Customer, "code", "company_name", **options)


def line(*attributes: str, **options: Any) -> type[offline.LocalEntity]:
    return entity("LocalLine", OrderLine, *(attributes or ("order", "quantity")), perform_create=saved, **options)


def saved(self: Any, instance: Any, change: Any) -> None:
    instance.save()


def app(*entities: type[offline.LocalEntity], **options: Any) -> OfflineApp:
    return OfflineApp("writing", title="Writing", entities=entities, **options)


def serializer(of: type[models.Model], **more: Any) -> type[serializers.ModelSerializer[Any]]:
    meta = type("Meta", (), {"model": of, "fields": ["name", *(["price"] if of is Jar else []), *more]})
    return type("JarSerializer", (serializers.ModelSerializer,), {"Meta": meta, **more})


note = type("LocalNote", (offline.LocalEntity,), {"text": models.TextField()})

CASES: dict[str, Callable[[], OfflineApp]] = {
    "E032 Did you mean 'price'": lambda: app(shelf(), jar(readonly_attributes=["prize"])),
    "E032 readonly_attributes of LocalJar is not a list": lambda: app(shelf(), jar(readonly_attributes="price")),
    "E032 leads from 'cost' to 'prize', which is not among": lambda: app(shelf(), jar(renamed={"cost": "prize"})),
    "E032 it has an attribute 'name'": lambda: app(shelf(), jar(renamed={"name": "price"})),
    "E032 is not a mapping": lambda: app(shelf(), jar(renamed=["name"])),
    "E033 is not a ModelSerializer": lambda: app(shelf(), jar(serializer_class=serializers.Serializer)),
    "E033 is of wire.Shelf, and the entity of wire.Jar": lambda: app(shelf(), jar(serializer_class=serializer(Shelf))),
    "E033 cannot be made: ImproperlyConfigured": lambda: app(
        shelf(),
        jar(
            serializer_class=type(
                "Broken", (serializers.ModelSerializer,), {"Meta": type("Meta", (), {"model": Jar, "fields": ["nam"]})}
            )
        ),
    ),
    "E033 asks for 'prize', which devices never send. Did you mean 'price'?": lambda: app(
        shelf(), jar(serializer_class=serializer(Jar, prize=serializers.IntegerField()))
    ),
    "E034 names 'LocalLin', which the app 'writing' does not carry. Did you mean 'LocalLine'?": lambda: app(
        customer(), order(inlines=["LocalLin"]), line()
    ),
    "E034 is not a list of names": lambda: app(customer(), order(inlines="LocalLine"), line()),
    "E034 which only the device has": lambda: app(customer(), order(inlines=["LocalNote"]), note),
    "E034 whose records no device changes": lambda: app(
        customer(), order(inlines=["LocalLine"]), entity("LocalLine", OrderLine, "order", pattern=offline.ReadOnly)
    ),
    "E034 does not point at it": lambda: app(customer(), order(inlines=["LocalLine"]), line("quantity")),
    "E034 whose 'order' devices may not write": lambda: app(
        customer(), order(inlines=["LocalLine"]), line(readonly_attributes=["order"])
    ),
    "W006 asks for price": lambda: app(shelf(), entity("LocalJar", Jar, "name")),
    "W006 asks for name": lambda: app(shelf(readonly_attributes=["name"])),
    "W006 asks for key": lambda: app(entity("LocalWord", ByText, "name", readonly_attributes=["key"])),
    "W007 Nobody may change records of LocalShelf": lambda: app(shelf(), anonymous=True),
    "W008 declares renamed, but with the pattern 'read-only' no device": lambda: app(
        shelf(pattern=offline.ReadOnly, renamed={"title": "name"})
    ),
    "W008 declares perform_create, but": lambda: app(shelf(pattern=offline.ReadOnlyOptimized, perform_create=saved)),
    "W008 declares merge, but with the pattern 'read-write' the last change wins": lambda: app(
        shelf(pattern=offline.ReadWrite, merge=False)
    ),
    "E031 has no model, so merge says nothing": lambda: app(
        type("LocalNote", (offline.LocalEntity,), {"text": models.TextField(), "merge": False})
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_has_its_check(case: str) -> None:
    number, text = case.split(" ", 1)
    messages = list(check_apps([CASES[case]()]))
    assert [message.id for message in messages] == [f"syncapi.{number}"], messages
    assert text in messages[0].msg
    assert messages[0].hint


def test_a_wrong_attribute_of_an_inline_is_told_once() -> None:
    messages = list(check_apps([app(customer(), order(inlines=["LocalLine"]), line("order", "quantty"))]))
    assert [message.id for message in messages] == ["syncapi.E004"]


RIGHT: dict[str, Callable[[], OfflineApp]] = {
    "an order with its lines": lambda: app(customer(), order(inlines=["LocalLine"]), line()),
    "a record of its own kind": lambda: app(
        entity("LocalCategory", Category, "code", "name", "parent", inlines=["LocalCategory"])
    ),
    "old names, one after the other": lambda: app(shelf(renamed={"label": "title", "title": "name"})),
    "what the server fills in": lambda: app(shelf(readonly_attributes=["name"], perform_create=saved)),
    "what nobody makes on a device": lambda: app(
        shelf(readonly_attributes=["name"], has_add_permission=lambda self, user: False)
    ),
    "a serializer": lambda: app(shelf(), jar(serializer_class=serializer(Jar))),
    "an app for everybody that says who may write": lambda: app(
        shelf(has_add_permission=lambda self, user: True), anonymous=True
    ),
    "a key that the database gives": lambda: app(entity("LocalPointer", Pointer, "parent")),
    "conflicts that are settled": lambda: app(shelf(merge=False, resolve_conflict=lambda self, conflict: None)),
}


@pytest.mark.parametrize("case", RIGHT)
def test_what_is_right_is_not_told_of(case: str) -> None:
    assert list(check_apps([RIGHT[case]()])) == []


def test_options_of_a_base_class_do_not_trouble_a_subclass_that_is_only_read() -> None:
    base = shelf(perform_create=saved)
    read = type("LocalShelf", (base,), {"pattern": offline.ReadOnly})
    assert list(check_apps([app(read)])) == []
