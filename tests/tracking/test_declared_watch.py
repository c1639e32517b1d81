"""What triggers watch before anybody pulls (T1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import (
    QuerySet,
)  # fmt: skip

from catalog.models import Order
from syncapi import offline
from syncapi.entities import LocalEntity
from syncapi.tracking.plan import declared_watch
from syncapi.tracking.watched import Watched
from tests.tracking.kinds import (
    O,
    OfChildren,
    OfLines,
    OfOrders,
    planned,
)

pytestmark = pytest.mark.django_db


class Tracked(offline.ReadOnly):
    tracked = True


def watch(*entities: type[LocalEntity], anonymous: bool = False) -> dict[str, Watched]:
    return declared_watch([offline.OfflineApp("watch", title="Watch", entities=entities, anonymous=anonymous)])


def test_T1_entities_that_need_tracking_are_watched_and_no_others() -> None:
    class OfTracked(OfOrders):
        pattern = Tracked

    assert watch(OfLines) == {}
    assert watch(OfLines, OfTracked) == dict(planned(OfOrders).watched)


def test_T1_what_the_querysets_of_users_ask_about_is_watched() -> None:
    for number in range(50):
        User.objects.create(username=f"u{number}", is_superuser=number == 25)
    asked: list[Any] = []

    class OfScopes(OfOrders):
        pattern = Tracked

        def get_scope(self, user: Any) -> Any:
            asked.append(user)
            if isinstance(user, AnonymousUser):
                raise PermissionError
            return {"u0": "freight", "u25": "ship_name", "u49": "ship_city"}.get(user.username, "shipper")

        def get_queryset(self, scope: Any) -> QuerySet[Any]:
            if scope is None:
                raise ValueError
            return O.filter(**{f"{scope}__gt": 1})

    assert watch(OfScopes)["catalog_order"].member == {"freight", "ship_name", "ship_city", "shipper"}
    assert len(asked) <= 21
    asked.clear()
    assert watch(OfScopes, anonymous=True)["catalog_order"].member == set()
    assert len(asked) == 1


def test_T1_what_depends_on_names_is_watched() -> None:
    class OfDependent(OfOrders):
        pattern = Tracked
        depends_on = ["customer__territory__assignments__user", "customer__territory__users__email", "pk", "lines"]

    found = watch(OfDependent)
    assert {table: set(watched.member) for table, watched in found.items() if watched.member} == {
        "catalog_order": {"customer_id"},
        "catalog_customer": {"territory_id"},
        "catalog_territoryassignment": {"territory_id", "user_id"},
        "auth_user": {"email"},
        "catalog_orderline": {"order_id"},
    }

    class OfChild(OfChildren):
        pattern = Tracked
        depends_on = ["name", "jar__price"]

    found = watch(OfChild)
    assert found["wire_shelf"].member == {"name"}
    assert found["wire_jar"].member == {"shelf_id", "price"}


def test_T1_a_broken_entity_keeps_nothing_else_from_being_watched(caplog: pytest.LogCaptureFixture) -> None:
    class OfBroken(OfOrders):
        pattern = Tracked
        attributes = ["nothing"]
        depends_on = ["nothing__at__all", "number__more", "customer__nothing", "customer__city"]

        def get_scope(self, user: Any) -> Any:
            return User.objects.extra(where=["no_such_column = 1"]).count()

        def get_queryset(self, scope: Any) -> QuerySet[Any]:
            return O.extra(where=["no_such_column = 1"])

    class OfTracked(OfOrders):
        pattern = Tracked

    caplog.set_level("INFO", "haversack.tracking")
    found = watch(OfBroken, OfTracked)
    assert found["catalog_order"].content == planned(OfOrders).watched["catalog_order"].content
    assert found["catalog_customer"].member == {"city"}
    assert Order.objects.count() == 0  # the transaction around is not broken
    assert "OfBroken" in caplog.text
