"""Syncs in words: outcomes, apps, durations; and filters by them."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from syncapi.models import Pull
from syncapi.registry import registry

WORDS = {
    Pull.COMPLETE: _("complete"),
    Pull.UNCHANGED: _("nothing new"),
    Pull.RESET: _("asked to compare"),
    Pull.CUT: _("cut off"),
}


def outcome_badge(outcome: str) -> str:
    """A word for what is usual, the error's code for what is not."""
    kind = outcome if outcome in WORDS else "error"
    return format_html('<span class="syncapi-badge syncapi-badge--{}">{}</span>', kind, WORDS.get(outcome, outcome))


class OutcomeFilter(admin.SimpleListFilter):
    """By outcome, all errors as one."""

    title = _("outcome")
    parameter_name = "outcome"
    field = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*WORDS.items(), ("error", _("error"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "error":
            return queryset.filter(~Q(**{f"{self.field}__in": list(WORDS)}))
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class AppFilter(admin.SimpleListFilter):
    """By declared app."""

    title = _("app")
    parameter_name = "app"
    field = "app"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, app.title) for name, app in registry.apps.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


def app_title(name: str) -> str:
    """The title of the app, or the name of one that is declared no more."""
    app = registry.apps.get(name)
    return str(app.title) if app else name


def short_time(moment: datetime.datetime) -> str:
    """In the reader's format and time zone, as short as a column wants it."""
    return date_format(timezone.localtime(moment) if timezone.is_aware(moment) else moment, "SHORT_DATETIME_FORMAT")


def grouped(number: int) -> str:
    """With separators between the thousands, whatever the project's settings say about forms."""
    return number_format(number, force_grouping=True)


def duration(milliseconds: int) -> str:
    """As people read it: milliseconds up to a second, then seconds."""
    if milliseconds < 1000:
        return f"{milliseconds}\xa0ms"
    return f"{number_format(milliseconds / 1000, decimal_pos=1)}\xa0s"
