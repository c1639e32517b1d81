"""Syncs, one by one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from syncapi.admin.readonly import ReadOnlyAdmin, user_search_fields
from syncapi.admin.words import AppFilter, OutcomeFilter, app_title, duration, grouped, outcome_badge, short_time
from syncapi.api.envelope import ANONYMOUS
from syncapi.api.sync import TRIGGERS
from syncapi.models import Pull


class PullAppFilter(AppFilter):
    field = "replica__app"


class TriggerFilter(admin.SimpleListFilter):
    """By what started the sync."""

    title = _("trigger")
    parameter_name = "trigger"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in TRIGGERS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(trigger=self.value()) if self.value() else queryset


SHOWN: list[Any] = [
    "started",
    "outcome_shown",
    "app_shown",
    "user_shown",
    "device",
    "context_shown",
    "trigger",
    "rows_shown",
    "size",
    "took",
    "by_entity",
]


@admin.register(Pull)
class PullAdmin(ReadOnlyAdmin):
    list_display = [
        "start",
        "outcome_shown",
        "device",
        "user_shown",
        "app_shown",
        "rows_shown",
        "size",
        "took",
        "context_shown",
    ]
    list_filter = [OutcomeFilter, PullAppFilter, TriggerFilter]
    list_select_related = ["replica", "user"]
    ordering = ["-started"]
    date_hierarchy = "started"
    fieldsets = [(None, {"fields": SHOWN})]
    readonly_fields = SHOWN

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["replica__replica", *user_search_fields("user")]

    @admin.display(description=_("started"), ordering="started")
    def start(self, obj: Pull) -> str:
        return short_time(obj.started)

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_shown(self, obj: Pull) -> str:
        return outcome_badge(obj.outcome)

    @admin.display(description=_("app"), ordering="replica__app")
    def app_shown(self, obj: Pull) -> str:
        return app_title(obj.replica.app)

    @admin.display(description=_("user"), ordering="user")
    def user_shown(self, obj: Pull) -> str:
        if obj.user is not None:
            return str(obj.user)
        return str(_("anonymous") if obj.replica.user_key == ANONYMOUS else _("deleted"))

    @admin.display(description=_("device"), ordering="replica")
    def device(self, obj: Pull) -> str:
        url = reverse("admin:syncapi_replica_change", args=[obj.replica_id], current_app=self.admin_site.name)
        return format_html('<a class="syncapi-id" href="{}">{}</a>', url, str(obj.replica.replica)[:8])

    @admin.display(description=_("context"), ordering="context")
    def context_shown(self, obj: Pull) -> str:
        return obj.context or str(_("everything"))

    @admin.display(description=_("rows"), ordering="rows")
    def rows_shown(self, obj: Pull) -> str:
        return grouped(obj.rows)

    @admin.display(description=_("sent"), ordering="bytes")
    def size(self, obj: Pull) -> str:
        return filesizeformat(obj.bytes)

    @admin.display(description=_("took"), ordering="duration")
    def took(self, obj: Pull) -> str:
        return duration(obj.duration)

    @admin.display(description=_("by entity"))
    def by_entity(self, obj: Pull) -> str:
        if not obj.modes:
            return "-"
        rows = [{"entity": name, **told, "rows": grouped(told["rows"])} for name, told in obj.modes.items()]
        return render_to_string("admin/syncapi/pull/modes.html", {"rows": rows})
