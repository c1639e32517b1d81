"""Changes from devices: who changed what, when, from which device, and what came of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from syncapi.admin.pushed_filters import DeviceFilter, EntityFilter, RecordFilter, UserFilter
from syncapi.admin.pushed_values import compare, message_of
from syncapi.admin.readonly import ReadOnlyAdmin, user_search_fields
from syncapi.admin.words import AppFilter, app_title, grouped, short_time
from syncapi.api.envelope import ANONYMOUS
from syncapi.entities import LocalEntity
from syncapi.models import PushedChange, Replica
from syncapi.registry import registry

LIST = "admin:syncapi_pushedchange_changelist"
BADGES = {
    PushedChange.APPLIED: "complete",
    PushedChange.CONFLICT: "warn",
    PushedChange.REJECTED: "error",
    PushedChange.GONE: "unchanged",
}


def status_badge(status: str) -> str:
    word = dict(PushedChange.STATUSES).get(status, status)
    return format_html('<span class="syncapi-badge syncapi-badge--{}">{}</span>', BADGES.get(status, "error"), word)


def changes_url(site: str, **filters: Any) -> str:
    """The list, with these filters: `app`, `entity`, `key`, `device`, `user`, `status__exact`."""
    return f"{reverse(LIST, current_app=site)}?{urlencode(filters)}"


def outcome_counts(site: str, changes: QuerySet[PushedChange], **filters: Any) -> list[dict[str, Any]]:
    """How many of `changes` had each outcome, with a link to them. One query.

    :param filters: what finds the same in the list.
    """
    counts = dict(changes.order_by().values_list("status").annotate(count=Count("pk")))
    return [
        {
            "badge": status_badge(status),
            "count": grouped(count),
            "url": changes_url(site, **filters, status__exact=status),
        }
        for status, _word in PushedChange.STATUSES
        if (count := counts.get(status, 0))
    ]


def counts_of_device(replica: Replica, site: str) -> list[dict[str, Any]]:
    """For the page of a device, which is one app's and one person's."""
    filters: dict[str, Any] = {"device": replica.replica, "app": replica.app}
    if replica.user_id is not None:
        filters["user"] = replica.user_id
    changes = PushedChange.objects.filter(replica=replica.replica, app=replica.app, user_key=replica.user_key)
    return outcome_counts(site, changes, **filters)


SHOWN: list[Any] = [
    "outcome_shown",
    "told",
    "op",
    "entity_shown",
    "record_shown",
    "user_shown",
    "device_shown",
    "app_shown",
    "at",
    "made_at",
]


@admin.register(PushedChange)
class PushedChangeAdmin(ReadOnlyAdmin):
    list_display = ["record", "op", "outcome", "entity_shown", "user_listed", "arrived", "device", "app_shown"]
    list_filter = ["status", "op", AppFilter, EntityFilter, UserFilter, DeviceFilter, RecordFilter]
    list_select_related = ["user"]
    ordering = ["-at", "-pk"]
    date_hierarchy = "at"
    fieldsets = [(None, {"fields": SHOWN})]
    readonly_fields = SHOWN
    change_form_template = "admin/syncapi/pushedchange/change_form.html"

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["title", "key", *user_search_fields("user")]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        change = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        # Whether there is one, and who may see it, is for Django's own view to say.
        if change is not None and self.has_view_permission(request, change):
            more = {"comparison": compare(change, request.user.has_perm), "links": self._links(request, change)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    # -- columns of the list

    @admin.display(description=_("record"), ordering="title")
    def record(self, obj: PushedChange) -> str:
        return obj.title or obj.key or "–"

    @admin.display(description=_("outcome"), ordering="status")
    def outcome(self, obj: PushedChange) -> str:
        if not obj.code:
            return status_badge(obj.status)
        return format_html('{} <span class="syncapi-reason">{}</span>', status_badge(obj.status), obj.code)

    @admin.display(description=_("entity"), ordering="entity")
    def entity_shown(self, obj: PushedChange) -> str:
        entity = _entity(obj)
        return capfirst(str(entity.labels[0])) if entity else obj.entity

    @admin.display(description=_("user"), ordering="user")
    def user_listed(self, obj: PushedChange) -> str:
        return _person(obj)

    @admin.display(description=_("arrived"), ordering="at")
    def arrived(self, obj: PushedChange) -> str:
        return short_time(obj.at)

    @admin.display(description=_("device"), ordering="replica")
    def device(self, obj: PushedChange) -> str:
        url = changes_url(self.admin_site.name, device=obj.replica)
        return format_html('<a class="syncapi-id" href="{}">{}</a>', url, str(obj.replica)[:8])

    @admin.display(description=_("app"), ordering="app")
    def app_shown(self, obj: PushedChange) -> str:
        return app_title(obj.app)

    # -- fields of the page

    @admin.display(description=_("outcome"))
    def outcome_shown(self, obj: PushedChange) -> str:
        return self.outcome(obj)

    @admin.display(description=_("what the device was told"))
    def told(self, obj: PushedChange) -> str:
        return message_of(obj) or "–"

    @admin.display(description=_("record"))
    def record_shown(self, obj: PushedChange) -> str:
        if not obj.key:
            return obj.title or "–"
        return format_html('{} <span class="syncapi-id">{}</span>', obj.title, obj.key)

    @admin.display(description=_("user"))
    def user_shown(self, obj: PushedChange) -> str:
        return _person(obj)

    @admin.display(description=_("device"))
    def device_shown(self, obj: PushedChange) -> str:
        return format_html('<span class="syncapi-id">{}</span>', str(obj.replica))

    def _links(self, request: HttpRequest, change: PushedChange) -> list[dict[str, Any]]:
        """Where to go on from here, as far as who looks may go there."""
        site = self.admin_site.name
        found: list[tuple[Any, str]] = []
        if url := self._record_url(request, change):
            found.append((_("The record as it is now"), url))
        if change.key:
            found.append(
                (
                    _("All changes of this record"),
                    changes_url(site, app=change.app, entity=change.entity, key=change.key),
                )
            )
        if change.user_id is not None:
            found.append((_("All changes of this user"), changes_url(site, user=change.user_id)))
        found.append((_("All changes of this device"), changes_url(site, device=change.replica)))
        if request.user.has_perm("syncapi.view_replica"):
            device = Replica.objects.filter(replica=change.replica, app=change.app, user_key=change.user_key).first()
            if device is not None:
                found.append(
                    (_("The device"), reverse("admin:syncapi_replica_change", args=[device.pk], current_app=site))
                )
        return [{"text": text, "url": url} for text, url in found]

    def _record_url(self, request: HttpRequest, change: PushedChange) -> str:
        """Its own page in the admin; empty where there is none for who looks, or no such record."""
        entity = _entity(change)
        model_admin = self.admin_site._registry.get(entity.model) if entity else None
        if entity is None or model_admin is None or not change.key or not model_admin.has_view_permission(request):
            return ""
        key = str(json.loads(change.key))
        if model_admin.get_object(request, key) is None:
            return ""
        options = entity.model._meta
        try:
            name = f"admin:{options.app_label}_{options.model_name}_change"
            return reverse(name, args=[quote(key)], current_app=self.admin_site.name)
        except NoReverseMatch:
            return ""


def _entity(change: PushedChange) -> LocalEntity | None:
    app = registry.apps.get(change.app)
    return app.entities.get(change.entity) if app else None


def _person(change: PushedChange) -> str:
    if change.user is not None:
        return str(change.user)
    return str(_("anonymous") if change.user_key == ANONYMOUS else _("deleted"))
