"""For a project's own page of a user."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from syncapi.admin.pushed import outcome_counts
from syncapi.models import PushedChange


class ShowsDeviceChanges(admin.ModelAdmin):
    """In front of the `ModelAdmin` of users: adds what they changed on devices, by outcome, to their page.

    For those who may see changes from devices. One query.
    """

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None or not request.user.has_perm("syncapi.view_pushedchange"):
            return found
        return [*found, (_("Offline data sync"), {"fields": ["device_changes"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "device_changes"]

    @admin.display(description=_("changes from devices"))
    def device_changes(self, obj: Any) -> str:
        site = self.admin_site.name
        counts = outcome_counts(site, PushedChange.objects.filter(user=obj.pk), user=obj.pk)
        told = [(one["badge"], one["url"], one["count"]) for one in counts]
        return format_html_join(" ", '{} <a href="{}">{}</a>', told) if told else str(_("none"))
