"""Filters of changes from devices."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from syncapi.models import PushedChange
from syncapi.registry import registry

PEOPLE = 20  # names in the filter; others are found by searching


class EntityFilter(admin.SimpleListFilter):
    """By an entity that devices may change."""

    title = _("entity")
    parameter_name = "entity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        entities = [one for app in registry.apps.values() for one in app.entities.values() if one.pattern.writable]
        return [(name, capfirst(str(label))) for name, label in {one.name: one.labels[1] for one in entities}.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(entity=self.value()) if self.value() else queryset


class UserFilter(admin.SimpleListFilter):
    """By who changed something. Of many people some: the others are found by searching."""

    title = _("user")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        people = get_user_model()._default_manager
        chosen = self.value() or ""
        who = PushedChange.objects.order_by().values("user")
        found = {
            str(one.pk): str(one) for one in people.filter(pk__in=who).order_by(people.model.USERNAME_FIELD)[:PEOPLE]
        }
        if chosen and chosen not in found:
            found[chosen] = next((str(one) for one in people.filter(**_key(people.model, chosen))), chosen)
        return list(found.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**_key(get_user_model(), self.value(), "user")) if self.value() else queryset


class ChosenFilter(admin.SimpleListFilter):
    """One that only links choose, and that can be taken away again."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.value() or "", self.word(self.value() or ""))] if self.value() else []

    def word(self, value: str) -> str:
        return value


class DeviceFilter(ChosenFilter):
    title = _("device")
    parameter_name = "device"

    def word(self, value: str) -> str:
        return value[:8]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        try:
            return queryset.filter(replica=uuid.UUID(self.value()))
        except ValueError:
            return queryset.none()


class RecordFilter(ChosenFilter):
    """By the key, as it travels; together with app and entity the history of one record."""

    title = _("record")
    parameter_name = "key"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(key=self.value()) if self.value() else queryset


def _key(model: Any, value: Any, relation: str = "") -> Mapping[str, Any]:
    """A condition that finds nobody where `value` can be no key."""
    field = model._meta.pk
    try:
        field.to_python(value)
    except Exception:  # noqa: BLE001 (whatever a field of the project's own raises)
        value = None
    return {relation or "pk": value} if value is not None else {f"{relation}__pk__in" if relation else "pk__in": []}
