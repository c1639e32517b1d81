"""Apps of the tests: `wire` for everybody, `own` for signed-in users with rows of their own, `specimens`, `tracked`."""

from collections.abc import Hashable
from typing import Any

from django.db.models import QuerySet

from syncapi import offline
from syncapi.entities import User
from tests.push.entities import push_app as push_app
from tests.push.values import values_app as values_app
from tests.tracking.stateful.entities import roaming_app as roaming_app
from tests.wire.models import Jar, Shelf, Specimen, Sticker


class LocalShelf(offline.LocalEntity):
    model = Shelf
    attributes = ["name", "picture"]
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    pictures = ["picture"]


class LocalJar(offline.LocalEntity):
    model = Jar
    attributes = ["name", "price", "shelf", "shelf__name", "state"]
    list_display = ["name", "price"]
    search_fields = ["name", "shelf__name"]
    list_filter = ["shelf", "state"]
    ordering = ["-price", "name"]


class OwnJar(offline.LocalEntity):
    model = Jar
    attributes = ["name", "label", "shelf__picture"]

    def get_scope(self, user: User) -> Hashable:
        return user.pk

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Jar.objects.filter(owner=scope)


class LocalSpecimen(offline.LocalEntity):
    model = Specimen
    attributes = [field.name for field in Specimen._meta.fields]


class TrackedShelf(LocalShelf):
    pattern = offline.ReadOnlyOptimized


class TrackedJar(LocalJar):
    pattern = offline.ReadOnlyOptimized


class TrackedSticker(offline.LocalEntity):
    model = Sticker
    attributes = ["text", "jar", "jar__name"]
    pattern = offline.ReadOnlyOptimized


class LocalSticker(offline.LocalEntity):
    model = Sticker
    attributes = ["text", "jar", "jar__name"]


wire_app = offline.OfflineApp(
    "wire", title="Wire", anonymous=True, entities=[LocalShelf, LocalJar], contexts={"jars": [LocalJar]}
)
own_app = offline.OfflineApp("own", title="Own jars", entities=[OwnJar])
specimens_app = offline.OfflineApp("specimens", title="Specimens", anonymous=True, entities=[LocalSpecimen])
tracked_app = offline.OfflineApp("tracked", title="Tracked", anonymous=True, entities=[TrackedShelf, TrackedJar])
stickers_app = offline.OfflineApp("stickers", title="Stickers", anonymous=True, entities=[TrackedSticker, LocalSticker])
