"""The offline app `roaming`: one entity for each way in which rows enter and leave a scope."""

import datetime
from collections.abc import Hashable
from typing import Any

from django.contrib.auth.models import User as DjangoUser
from django.db.models import Q, QuerySet

from syncapi import offline
from syncapi.entities import User
from tests.tracking.stateful.models import Assignment, Depot, Engine, Farm, Notice, Ticket, Word

FIRST_DAY = datetime.date(2026, 3, 1)


class Calendar:
    """What day it is, for querysets that ask."""

    today = FIRST_DAY


def regions_of(user: User) -> frozenset[int]:
    return frozenset(Assignment.objects.filter(user=user.pk).values_list("region_id", flat=True))


class RoamFarm(offline.LocalEntity):
    """Followed along two foreign keys to a scope that is a set; with versions."""

    model = Farm
    attributes = ["name", "count", "code", "depot", "depot__name", "depot__region__name"]
    pattern = offline.ReadWriteWithConflictDetection

    def get_scope(self, user: User) -> Hashable:
        return regions_of(user)

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Farm.objects.filter(depot__region__in=scope or ())


class RoamWord(offline.LocalEntity):
    """Own rows, and those of nobody for who has the permission."""

    model = Word
    attributes = ["name", "count"]
    pattern = offline.ReadOnlyOptimized

    def get_scope(self, user: User) -> Hashable:
        return user.pk, isinstance(user, DjangoUser) and user.is_staff

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        owner, is_staff = scope or (None, False)
        if owner is None:
            return Word.objects.none()
        return Word.objects.filter(Q(owner=owner) | Q(owner=None) if is_staff else Q(owner=owner))


class RoamTicket(offline.LocalEntity):
    """By two tables between, and without distinct: a ticket may be found more than once. It carries its groups, too."""

    model = Ticket
    attributes = ["name", "groups", "count"]
    pattern = offline.ReadOnlyOptimized

    def get_scope(self, user: User) -> Hashable:
        return user.pk

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Ticket.objects.filter(groups__user=scope)


class RoamNotice(offline.LocalEntity):
    """The same for everybody, and another query each day."""

    model = Notice
    attributes = ["name", "count", "published"]
    pattern = offline.ReadOnlyOptimized

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Notice.objects.filter(published__lte=Calendar.today)


class RoamEngine(offline.LocalEntity):
    """An inherited model, and a subquery; with versions of both tables."""

    model = Engine
    attributes = ["name", "count", "power", "region__name"]
    pattern = offline.ReadWrite

    def get_scope(self, user: User) -> Hashable:
        return user.pk

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Engine.objects.filter(region__in=Assignment.objects.filter(user=scope).values("region"))

    def has_add_permission(self, user: User) -> bool:
        return False  # a region is needed, and not carried


class RoamDepot(offline.LocalEntity):
    """Not tracked, beside the others."""

    model = Depot
    attributes = ["name", "region__name"]
    pattern = offline.ReadOnly

    def get_scope(self, user: User) -> Hashable:
        return regions_of(user)

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return Depot.objects.filter(region__in=scope or ())


roaming_app = offline.OfflineApp(
    "roaming", title="Roaming", entities=[RoamFarm, RoamWord, RoamTicket, RoamNotice, RoamEngine, RoamDepot]
)
