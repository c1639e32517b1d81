"""Pictures in the admin: thumbnails in lists and forms, served by the admin itself.

The admin asks for a permission; a media directory behind a web server does not. So pictures work in every
installation, and only for those who may see the row.
"""

import mimetypes
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

NO_PICTURE = SafeString('<span class="catalog-thumbnail catalog-thumbnail--none"></span>')
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}  # not SVG, which can carry script


def picture_url(stored: FieldFile) -> str:
    """The address of a row's picture in the admin."""
    options = stored.instance._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_picture", args=[stored.instance.pk])


class PictureInput(AdminFileWidget):
    """A file input that shows the picture there is."""

    template_name = "catalog/admin/picture_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"] and value.instance.pk:
            context["widget"]["picture_url"] = picture_url(value)
        return context


class PictureAdmin(admin.ModelAdmin):
    """For models with a `picture`: adds the column `thumbnail` and the view behind it."""

    formfield_overrides = {models.ImageField: {"widget": PictureInput}}

    class Media:
        css = {"all": ["catalog/admin.css"]}

    @admin.display(description=_("picture"))
    def thumbnail(self, obj: Any) -> str:
        """The picture, small; a blank tile where there is none, so that rows line up."""
        if not obj.picture:
            return NO_PICTURE
        return format_html(
            '<img class="catalog-thumbnail" src="{}" alt="" width="48" height="48" loading="lazy" decoding="async">',
            picture_url(obj.picture),
        )

    def get_urls(self) -> list[URLPattern]:
        options = self.opts
        return [
            path(
                "<path:object_id>/picture/",
                self.admin_site.admin_view(self.picture_view),
                name=f"{options.app_label}_{options.model_name}_picture",
            ),
            *super().get_urls(),
        ]

    def picture_view(self, request: HttpRequest, object_id: str) -> FileResponse:
        """The picture as stored."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None or not obj.picture:
            raise Http404
        kind = mimetypes.guess_type(obj.picture.name)[0]
        if kind not in SHOWN:
            raise Http404
        try:
            return FileResponse(obj.picture.open("rb"), content_type=kind)
        except FileNotFoundError as error:
            raise Http404 from error
