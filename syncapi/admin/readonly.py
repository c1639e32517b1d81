"""Pages to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nothing can be added, changed or deleted here, whatever permissions somebody has."""

    list_per_page = 50
    show_full_result_count = False  # a count of the whole table, beside that of the result
    show_facets = admin.ShowFacets.NEVER  # counts again

    class Media:
        css = {"all": ["syncapi/admin.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def user_search_fields(relation: str) -> list[str]:
    """What people are found by, in whatever model the project has for them."""
    model = get_user_model()
    return [f"{relation}__{name}" for name in (model.USERNAME_FIELD, model.get_email_field_name()) if _is_field(name)]


def _is_field(name: str) -> bool:
    return any(field.name == name for field in get_user_model()._meta.get_fields())
