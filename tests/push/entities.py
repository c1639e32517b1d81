"""The offline app `push`: everybody writes what is theirs."""

from collections.abc import Hashable
from typing import Any

from django.db.models import QuerySet

from syncapi import offline
from syncapi.entities import User
from tests.push.models import Parcel, Part, Site, Store, Tag, Visit
from tests.wire.models import Shelf, Specimen


class Own(offline.LocalEntity):
    """Rows of the sites of a user."""

    owner = "owner"

    def get_scope(self, user: User) -> Hashable:
        return user.pk

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{self.owner: scope})


class PushSite(Own):
    model = Site
    attributes = ["name", "note", "size", "fee", "parent", "parent__name", "tags"]
    pattern = offline.ReadWriteWithConflictDetection
    list_display = ["name"]

    def perform_create(self, instance: Any, change: offline.Change) -> None:
        instance.owner_id = change.user.pk
        super().perform_create(instance, change)


class PushVisit(Own):
    model = Visit
    attributes = ["site", "text", "minutes"]
    pattern = offline.ReadWriteWithConflictDetection
    owner = "site__owner"
    list_display = ["text"]


class PushPart(Own):
    model = Part
    attributes = ["visit", "tag", "count"]
    pattern = offline.ReadWrite
    owner = "visit__site__owner"


class PushTag(offline.LocalEntity):
    """Those whose name begins with a tilde are nobody's to see."""

    model = Tag
    attributes = ["name"]
    pattern = offline.ReadWrite
    list_display = ["code"]

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Tag.objects.exclude(name__startswith="~")


class PushStore(offline.LocalEntity):
    model = Store
    attributes = ["name", "best"]
    pattern = offline.ReadWriteWithConflictDetection


class PushParcel(offline.LocalEntity):
    model = Parcel
    attributes = ["store", "beside"]
    pattern = offline.ReadWriteWithConflictDetection


class PushSpecimen(offline.LocalEntity):
    model = Specimen
    attributes = [field.name for field in Specimen._meta.fields]
    pattern = offline.ReadWrite


class PushShelf(offline.LocalEntity):
    model = Shelf
    attributes = ["name"]


push_app = offline.OfflineApp(
    "push",
    title="Push",
    entities=[PushSite, PushVisit, PushPart, PushTag, PushStore, PushParcel, PushSpecimen, PushShelf],
)
