"""The settings page of each app (Q3)."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from syncapi.admin.app_settings_form import AppSettingsForm
from syncapi.admin.words import app_title
from syncapi.applications import OfflineApp
from syncapi.appsettings.current import ensure_rows, settings_of
from syncapi.appsettings.model import AppSettings
from syncapi.colors import contrast
from syncapi.registry import registry

MIN_CONTRAST = 3  # WCAG 2, 1.4.11: what shapes need to be told apart


@admin.register(AppSettings)
class AppSettingsAdmin(admin.ModelAdmin):
    """One row for each app declared in code, made when it is first looked at: none can be added or deleted."""

    form = AppSettingsForm
    list_display = ["app_shown", "triggers", "retrying"]
    list_display_links = ["app_shown"]
    show_full_result_count = False
    change_form_template = "admin/syncapi/appsettings/change_form.html"

    class Media:
        css = {"all": ["syncapi/admin.css"]}
        js = ["syncapi/colors.js"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppSettings]:
        # What is left of apps that are gone stays, for when they come back, and is not shown.
        return super().get_queryset(request).defer("icon").filter(pk__in=list(registry.apps))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_view_permission(request):
            ensure_rows(registry.apps.values())
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        app = registry.apps.get(object_id)
        if app is not None and self.has_view_permission(request):
            ensure_rows([app])
            install = _install(request, app)
            extra_context = {**(extra_context or {}), "title": install["title"], "subtitle": None, "install": install}
        return super().change_view(request, object_id, form_url, extra_context)

    def get_fieldsets(self, request: HttpRequest, obj: AppSettings | None = None) -> Any:
        icon = ["upload"] if self.has_change_permission(request, obj) else []
        if icon and obj is not None and obj.icon_version:
            icon.append("drawn")
        return [
            (
                _("Mobile"),
                {"fields": ["orientation", "title", "short_title", "theme_color", "background_color", *icon]},
            ),
            (
                _("Offline Data Sync"),
                {
                    "description": _("Sync triggering and retrying settings"),
                    "fields": ["sync_on_online", "sync_on_resume", "sync_on_login", "retry_syncs", "retry_interval"],
                },
            ),
            (
                _("More sync triggers"),
                {"fields": ["sync_on_start", "sync_on_change", "sync_every", "not_on_metered"]},
            ),
        ]

    # -- what was changed

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Each change with what was before and what is now, in the form that Django's history reads."""
        changes = [_change(form, name) for name in form.changed_data]
        return [{"changed": {"fields": changes}}] if changes else []

    def save_model(self, request: HttpRequest, obj: AppSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        current = settings_of(registry.get(obj.app))
        if not current.icon_uploaded and contrast(current.theme_color, current.background_color) < MIN_CONTRAST:
            messages.warning(
                request,
                gettext(
                    "The theme colour %(theme)s is close to the background colour %(background)s: while the app "
                    "starts, its drawn icon can hardly be seen."
                )
                % {"theme": current.theme_color, "background": current.background_color},
            )

    # -- columns of the list

    @admin.display(description=_("app"), ordering="app")
    def app_shown(self, obj: AppSettings) -> str:
        return obj.title or app_title(obj.app)

    @admin.display(description=_("syncs by itself"))
    def triggers(self, obj: AppSettings) -> str:
        words = [
            word
            for switched_on, word in (
                (obj.sync_on_online, gettext("online")),
                (obj.sync_on_resume, gettext("resume")),
                (obj.sync_on_login, gettext("login")),
                (obj.sync_on_start, gettext("start")),
                (obj.sync_on_change, gettext("change")),
                (
                    obj.sync_every,
                    ngettext("every minute", "every %(count)d minutes", obj.sync_every) % {"count": obj.sync_every},
                ),
            )
            if switched_on
        ]
        return ", ".join(words) or gettext("never")

    @admin.display(description=_("retries"))
    def retrying(self, obj: AppSettings) -> str:
        if not obj.retry_syncs:
            return gettext("no")
        return gettext("after %(seconds)d s") % {"seconds": obj.retry_interval}


def _change(form: AppSettingsForm, name: str) -> str:
    """`Retry Interval: 30 → 60`."""
    field = form.fields[name]
    label = capfirst(str(field.label))
    if name == "upload":
        return gettext("%(field)s: uploaded") % {"field": label}
    if name == "drawn":
        return gettext("Icon: drawn again")
    old, new = (_told(field, value) for value in (form.initial.get(name), form.cleaned_data.get(name)))
    return f"{label}: {old} → {new}"


def _told(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    if value in ("", None):
        return gettext("as declared")
    return str(dict(getattr(field, "choices", ())).get(value, value))


def _install(request: HttpRequest, app: OfflineApp) -> dict[str, Any]:
    """How to get the app onto a phone; no more than its title in projects whose apps are not served by `pwa`."""
    current = settings_of(app)
    try:
        address = request.build_absolute_uri(reverse("pwa:shell", kwargs={"app": app.name}))
        icons = [
            (purpose, reverse("pwa:icon", kwargs={"app": app.name, "purpose": purpose, "size": 192}))
            for purpose in ("any", "maskable")
        ]
    except NoReverseMatch:
        return {"title": current.title}
    return {
        "title": current.title,
        "address": address,
        "icons": [(purpose, f"{icon}?v={current.icon_version}") for purpose, icon in icons],
        "qr": segno.make(address, micro=False).svg_inline(border=2, omitsize=True, svgclass="syncapi-qr"),
        "secure": request.is_secure(),
    }
