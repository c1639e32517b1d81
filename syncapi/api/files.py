"""`GET /api/sync/<app>/files/<entity>/<attribute>/`: a picture or file of a row in the user's scope (S1)."""

import io
import mimetypes
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import FileResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from syncapi.api.envelope import check_user, read_envelope, user_key
from syncapi.api.schema import ENVELOPE, ErrorSerializer
from syncapi.api.views import SyncApiView
from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.errors import InvalidRequest, NotFound
from syncapi.renditions import FAILURES, SIZES, Original, Size, Substitute, rendition
from syncapi.snapshot import read_snapshot

PUBLIC_MAX_AGE = 3600  # seconds; only for apps that everybody may use


class FileView(SyncApiView):
    """Serves the file that a row names now. Everything that is not so gets one and the same answer, 404."""

    @extend_schema(
        operation_id="file",
        parameters=[
            *ENVELOPE,
            OpenApiParameter("key", str, required=True, description="Primary key of the row."),
            OpenApiParameter("name", str, required=True, description="The storage name the device was told."),
            OpenApiParameter(
                "size",
                str,
                enum=list(SIZES),
                description="Of pictures: fit for a list, or for a screen. Without it the file comes as it is.",
            ),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, "4XX": ErrorSerializer},
    )
    def get(self, request: Request, app: str, entity: str, attribute: str) -> HttpResponseBase:
        envelope = read_envelope(request._request)
        self.authorize()
        check_user(envelope, user_key(self.user))
        declared = self.app.entity_for(self.user, entity)
        column = declared.column(attribute) if declared else None
        if declared is None or column is None or column.type.name not in {"file", "picture"}:
            raise NotFound
        size = _size(request, column)
        name = request.query_params.get("name", "")
        if not name or name != self._current_name(declared, column, request.query_params.get("key", "")):
            raise NotFound
        try:
            original = Original.find(column.field.storage, name)  # type: ignore[attr-defined]
            response = self._original(request, original) if size is None else self._rendition(request, original, size)
        except FAILURES:
            raise NotFound from None
        # An uploaded file is foreign content: if ever opened as a page it may do nothing.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        if self.app.anonymous:
            patch_cache_control(response, public=True, max_age=PUBLIC_MAX_AGE)
        return response

    def _current_name(self, entity: LocalEntity, column: Attribute, key: str) -> Any:
        if "\x00" in key:
            return None
        try:
            with read_snapshot():
                rows = entity.rows(entity.get_scope(self.user)).filter(pk=entity.model._meta.pk.to_python(key))
                return rows.order_by("pk").values_list(column.name, flat=True).first()
        except (ValueError, TypeError, OverflowError, ValidationError, DataError):
            return None  # not a key of this model

    def _rendition(self, request: Request, original: Original, size: Size) -> HttpResponseBase:
        etag = original.etag_of(size)
        if _has(request, etag):
            return _unchanged(etag)
        content = rendition(original, size)
        if isinstance(content, bytes):
            name = f"{PurePosixPath(original.name).stem}.webp"
            response = FileResponse(io.BytesIO(content), as_attachment=True, filename=name)
            response.headers["Content-Type"] = "image/webp"
            response.headers["ETag"] = etag
            return response
        if content is Substitute.NOTHING or not _content_type(original.name).startswith("image/"):
            raise NotFound
        return self._original(request, original)

    def _original(self, request: Request, original: Original) -> HttpResponseBase:
        if _has(request, original.etag):
            return _unchanged(original.etag)
        file = original.storage.open(original.name)
        response = FileResponse(file, as_attachment=True, filename=PurePosixPath(original.name).name)
        response.headers["Content-Type"] = _content_type(original.name)
        response.headers["ETag"] = original.etag
        return response


def _size(request: Request, column: Attribute) -> Size | None:
    wanted = request.query_params.get("size")
    if wanted is None:
        return None
    if wanted not in SIZES or column.type.name != "picture":
        raise InvalidRequest(f"`size` is one of {', '.join(SIZES)}, and of pictures only.")
    return SIZES[wanted]


def _has(request: Request, etag: str) -> bool:
    return etag in parse_etags(request.headers.get("If-None-Match", ""))


def _unchanged(etag: str) -> HttpResponseBase:
    response = HttpResponseNotModified()
    response.headers["ETag"] = etag
    return response


def _content_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
