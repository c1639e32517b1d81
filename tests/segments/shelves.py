"""An app whose rows are more than travel inside an answer, and what becomes of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from syncapi import offline
from syncapi.models import Part, Snapshot
from syncapi.registry import registry
from syncapi.segments.manifest import Manifest
from syncapi.testing import FakeDevice
from tests.wire.models import Jar, Shelf

ROWS = 10  # of a part, in these tests
INLINE = 12


class WholeJar(offline.LocalEntity):
    """Not tracked."""

    model = Jar
    attributes = ["name", "price", "shelf", "shelf__name", "label"]

    def get_queryset(self, scope: Hashable) -> QuerySet[Any]:
        return Jar.objects.exclude(state="h")


class PartJar(WholeJar):
    """Followed to another table."""

    pattern = offline.ReadOnlyOptimized


class PartShelf(offline.LocalEntity):
    model = Shelf
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized


class OwnPart(PartJar):
    """Of each user their own."""

    def get_scope(self, user: Any) -> Hashable:
        key: Hashable = user.pk
        return key

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Jar.objects.filter(owner=scope)


shelves_app = offline.OfflineApp("shelves", title="Shelves", anonymous=True, entities=[PartJar, PartShelf])
whole_app = offline.OfflineApp("whole", title="Whole", anonymous=True, entities=[WholeJar])
owned_app = offline.OfflineApp("owned", title="Owned", entities=[OwnPart])
APPS = [shelves_app, whole_app, owned_app]


def jars(count: int, begin: int = 1, **more: Any) -> None:
    """With keys ten apart, so that others fit between them."""
    Jar.objects.bulk_create(
        Jar(pk=number * 10, name=f"Jar {number}", price=number, **more) for number in range(begin, begin + count)
    )


def check_fresh(device: FakeDevice, app: str, name: str) -> None:
    """The device has what a fresh query finds."""
    entity = registry.get(app).entities[name]
    encoders = [column.type.encode for column in entity.columns]
    names = [column.name for column in entity.columns]
    rows = entity.get_queryset(entity.get_scope(device.user or AnonymousUser())).order_by("pk").values_list(*names)
    wire = [
        {
            name: value if value is None or encode is None else encode(value)
            for name, value, encode in zip(names, row, encoders, strict=True)
        }
        for row in rows
    ]
    assert device.rows(app, name) == wire


def sums(snapshot: Snapshot) -> list[str]:
    """Of the parts that it consists of, in order."""
    return [part.sum for part in Manifest.decode(snapshot.parts).parts]


def stored(entity: str) -> Snapshot:
    return Snapshot.objects.get(entity=entity)


def current(snapshot: Snapshot) -> set[str]:
    return set(Part.objects.filter(snapshot=snapshot, fallen=None).values_list("sum", flat=True))


class Asked(CaptureQueriesContext):
    """Counts the statements that read or write a table."""

    def __init__(self) -> None:
        super().__init__(connection)

    def of(self, table: str) -> list[str]:
        return [one["sql"] for one in self.captured_queries if f'"{table}"' in one["sql"]]
