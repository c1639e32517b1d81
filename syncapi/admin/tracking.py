"""The page about change tracking: what is watched, how far devices are, and what to do where something is amiss."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from syncapi.admin.readonly import ReadOnlyAdmin
from syncapi.admin.words import grouped
from syncapi.models import ChangeTracking
from syncapi.segments.figures import LAG, SnapshotFigures, shelf
from syncapi.tracking.drift import State
from syncapi.tracking.figures import Count, Figures, TableFigures, figures
from syncapi.tracking.templates import VENDORS

INSTALL = "manage.py synctriggers install"
MIGRATE = "manage.py migrate"

# By state: the word, whether it is as it should be, and the command that mends it.
STATES: dict[State, tuple[Any, bool, str]] = {
    State.TRACKED: (_("tracked"), True, ""),
    State.MISSING: (_("no triggers"), False, INSTALL),
    State.BROKEN: (_("triggers missing"), False, INSTALL),
    State.OUTDATED: (_("triggers outdated"), False, INSTALL),
    State.ABSENT: (_("no such table"), False, MIGRATE),
    State.REFUSED: (_("cannot be tracked"), False, ""),
    State.SUPERFLUOUS: (_("no longer needed"), True, INSTALL),
}


@admin.register(ChangeTracking)
class ChangeTrackingAdmin(ReadOnlyAdmin):
    """One page in the place of a list."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="syncapi_changetracking_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        found = figures()
        tables = [_row(table) for table in found.tables] if found else []
        stored = shelf()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change tracking"),
            "opts": self.opts,
            "media": self.media,
            "figures": found,
            "supported": connection.vendor in VENDORS,
            "database": connection.display_name,
            "tables": tables,
            "cursors": _shown(found.cursors.count) if found else "",
            "amiss": sum(not row["fine"] for row in tables),
            "installable": any(row["remedy"] == INSTALL and not row["fine"] for row in tables),
            "install": INSTALL,
            "migrate": MIGRATE,
            "long": _is_long(found),
            "shelf": stored,
            "snapshots": [_snapshot(one) for one in stored.snapshots],
            "more_snapshots": stored.count - len(stored.snapshots),
            "fallen": grouped(stored.fallen),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/syncapi/changetracking/page.html", context)


def _row(table: TableFigures) -> dict[str, Any]:
    word, fine, remedy = STATES[table.state]
    return {
        "table": table.table,
        "entities": table.entities,
        "word": word,
        "fine": fine,
        "detail": "" if table.state is State.TRACKED else table.detail,
        "columns": table.detail if table.state is State.TRACKED else "",
        "remedy": remedy,
        "rows": _shown(table.rows),
        "tombstones": _shown(table.tombstones),
        "waiting": _shown(table.waiting),
    }


def _snapshot(one: SnapshotFigures) -> dict[str, Any]:
    changes = Count(min(one.changes, LAG), one.changes > LAG) if one.changes is not None else None
    return {
        "entity": f"{one.app}.{one.entity}",
        "scope": "" if one.scope == "null" else one.scope,  # everybody's
        "rows": grouped(one.rows),
        "parts": one.parts,
        "packed": one.packed,
        "made": one.made,
        "asked": one.asked,
        "changes": _shown(changes),
    }


def _shown(count: Count | None) -> str:
    if count is None:
        return "–"
    return f"{grouped(count.value)}+" if count.more else grouped(count.value)


def _is_long(found: Figures | None) -> bool:
    """Whether the oldest transaction is one that somebody should look after."""
    oldest = found.transactions.oldest if found and found.transactions else None
    return oldest is not None and oldest.age.total_seconds() > 300
