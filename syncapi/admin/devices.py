"""Devices: who syncs, and how far each of them is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from syncapi.admin.pushed import counts_of_device
from syncapi.admin.readonly import ReadOnlyAdmin, user_search_fields
from syncapi.admin.words import AppFilter, OutcomeFilter, app_title, duration, grouped, outcome_badge, short_time
from syncapi.api.envelope import ANONYMOUS
from syncapi.definition import app_definition, definition_version
from syncapi.models import Pull, Replica
from syncapi.registry import registry


class LastOutcomeFilter(OutcomeFilter):
    field = "last_outcome"
    parameter_name = "last_outcome"
    title = _("last outcome")


class BehindFilter(admin.SimpleListFilter):
    """Devices whose people work with old data."""

    title = _("last complete sync")
    parameter_name = "behind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("day", _("in the last 24 hours")),
            ("older", _("more than a day ago")),
            ("week", _("more than 7 days ago")),
            ("never", _("never")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        day = timezone.now() - datetime.timedelta(days=1)
        match self.value():
            case "day":
                return queryset.filter(last_complete__gte=day)
            case "older":
                return queryset.filter(last_complete__lt=day)
            case "week":
                return queryset.filter(last_complete__lt=day - datetime.timedelta(days=6))
            case "never":
                return queryset.filter(last_complete=None)
        return queryset


SHOWN: list[Any] = [
    "replica",
    "app_shown",
    "user_shown",
    "first_seen",
    "last_seen",
    "last_complete",
    "outcome_shown",
    "definition_shown",
    "language",
]


@admin.register(Replica)
class ReplicaAdmin(ReadOnlyAdmin):
    list_display = ["device", "outcome_shown", "user_shown", "app_shown", "seen", "complete"]
    list_filter = [AppFilter, LastOutcomeFilter, BehindFilter]
    list_select_related = ["user"]
    ordering = ["-last_seen"]
    date_hierarchy = "last_seen"
    fieldsets = [(None, {"fields": SHOWN})]
    readonly_fields = SHOWN
    change_form_template = "admin/syncapi/replica/change_form.html"
    delete_confirmation_template = "admin/syncapi/replica/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/syncapi/replica/delete_selected_confirmation.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["replica", *user_search_fields("user")]

    def get_list_display(self, request: HttpRequest) -> Any:
        # Its own for each request, with what it found out: many devices, few apps and languages.
        return [*super().get_list_display(request), _definition_column()]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        deleted, counts, needed, protected = super().get_deleted_objects(objs, request)
        # What was written down about a device goes with it; nobody needs a permission of their own for that.
        return deleted, counts, set(needed) - {Pull._meta.verbose_name}, protected

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # Whether there is such a device is for Django's own view to say.
        pulls = _pulls(object_id) if request.user.has_perm("syncapi.view_pull") else None
        found = {"pulls": pulls, "changes": self._changes(request, object_id)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **found})

    def _changes(self, request: HttpRequest, object_id: str) -> list[dict[str, Any]] | None:
        """What became of the changes it sent; None for who may not see them."""
        if not request.user.has_perm("syncapi.view_pushedchange"):
            return None
        replica = self.get_object(request, object_id)
        return None if replica is None else counts_of_device(replica, self.admin_site.name)

    @admin.display(description=_("device"), ordering="replica")
    def device(self, obj: Replica) -> str:
        return format_html('<span class="syncapi-id">{}</span>', str(obj.replica)[:8])

    @admin.display(description=_("app"), ordering="app")
    def app_shown(self, obj: Replica) -> str:
        return app_title(obj.app)

    @admin.display(description=_("user"), ordering="user")
    def user_shown(self, obj: Replica) -> str:
        if obj.user is not None:
            return str(obj.user)
        return str(_("anonymous") if obj.user_key == ANONYMOUS else _("deleted"))

    @admin.display(description=_("last outcome"), ordering="last_outcome")
    def outcome_shown(self, obj: Replica) -> str:
        return outcome_badge(obj.last_outcome)

    @admin.display(description=_("last seen"), ordering="last_seen")
    def seen(self, obj: Replica) -> str:
        return short_time(obj.last_seen)

    @admin.display(description=_("last complete"), ordering="last_complete")
    def complete(self, obj: Replica) -> str:
        return short_time(obj.last_complete) if obj.last_complete else str(_("never"))

    @admin.display(description=_("definition"))
    def definition_shown(self, obj: Replica) -> str:
        return _definition_column()(obj)


def _pulls(replica: str) -> list[dict[str, Any]]:
    """The newest first, as the page shows them."""
    if not replica.isdecimal():
        return []
    return [
        {
            "pull": pull,
            "badge": outcome_badge(pull.outcome),
            "rows": grouped(pull.rows),
            "took": duration(pull.duration),
        }
        for pull in Pull.objects.filter(replica_id=int(replica)).order_by("-pk")
    ]


def _definition_column() -> Callable[[Replica], str]:
    """A column that tells whether devices have the app's definition as it is now."""
    current: dict[tuple[Any, ...], str] = {}

    @admin.display(description=_("definition"))
    def definition(obj: Replica) -> str:
        user = obj.user or AnonymousUser()
        key = (obj.app, obj.language, user.pk)
        app = registry.apps.get(obj.app)
        if app is None:
            return str(_("the app is gone"))
        if obj.definition == "none":
            return str(_("none yet"))
        if key not in current:
            with translation.override(obj.language or None):  # labels are part of a definition
                current[key] = definition_version(app_definition(app, user))
        return str(_("current") if obj.definition == current[key] else _("older"))

    return definition
