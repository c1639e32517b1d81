"""`GET /api/sync/<app>/files/<entity>/<attribute>/`: a picture or file of a row in the user's scope (S1)."""

import hashlib
import mimetypes
from typing import Any

from django.core.exceptions import SuspiciousOperation, ValidationError
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
from syncapi.errors import NotFound
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
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, "4XX": ErrorSerializer},
    )
    def get(self, request: Request, app: str, entity: str, attribute: str) -> HttpResponseBase:
        envelope = read_envelope(request._request)
        self.authorize()
        check_user(envelope, user_key(self.user))
        declared = self.app.entities.get(entity)
        column = declared.column(attribute) if declared else None
        if declared is None or column is None or column.type.name not in {"file", "picture"}:
            raise NotFound
        name = request.query_params.get("name", "")
        if not name or name != self._current_name(declared, column, request.query_params.get("key", "")):
            raise NotFound
        return self._file(request, column, name)

    def _current_name(self, entity: LocalEntity, column: Attribute, key: str) -> Any:
        if "\x00" in key:
            return None
        try:
            with read_snapshot():
                rows = entity.rows(entity.get_scope(self.user)).filter(pk=entity.model._meta.pk.to_python(key))
                return rows.order_by("pk").values_list(column.name, flat=True).first()
        except (ValueError, TypeError, OverflowError, ValidationError, DataError):
            return None  # not a key of this model

    def _file(self, request: Request, column: Attribute, name: str) -> HttpResponseBase:
        storage = column.field.storage  # type: ignore[attr-defined]
        try:
            stamp = f"{name}|{storage.size(name)}|{storage.get_modified_time(name).timestamp()}"
            etag = f'"{hashlib.sha256(stamp.encode()).hexdigest()[:32]}"'
            response: HttpResponseBase
            if etag in parse_etags(request.headers.get("If-None-Match", "")):
                response = HttpResponseNotModified()
            else:
                response = FileResponse(storage.open(name), as_attachment=True, filename=name.rpartition("/")[2])
        except (OSError, NotImplementedError, SuspiciousOperation):
            raise NotFound from None
        response.headers["Content-Type"] = mimetypes.guess_type(name)[0] or "application/octet-stream"
        response.headers["ETag"] = etag
        # An uploaded file is foreign content: if ever opened as a page it may do nothing.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        if self.app.anonymous:
            patch_cache_control(response, public=True, max_age=PUBLIC_MAX_AGE)
        return response
