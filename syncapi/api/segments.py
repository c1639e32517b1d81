"""`GET /api/sync/<app>/segments/<entity>/<sum>/`: a part of a snapshot, for who has its scope now (S1)."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.http.response import ResponseHeaders
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from syncapi.api.envelope import check_user, read_envelope, user_key
from syncapi.api.schema import ENVELOPE, ErrorSerializer
from syncapi.api.sync import takes_gzip
from syncapi.api.views import SyncApiView
from syncapi.entities import LocalEntity
from syncapi.errors import NotFound
from syncapi.segments.drafts import unpacked
from syncapi.segments.places import Place
from syncapi.snapshot import read_snapshot
from syncapi.wire import NDJSON

SUM = re.compile(r"[0-9a-f]{64}")
FOR_EVER = 31_536_000  # seconds: a year, which is the longest that caches take


class SegmentView(SyncApiView):
    """Serves the row lines of a part. Everything that is not one gets one and the same answer, 404."""

    @extend_schema(
        operation_id="segment",
        parameters=[*ENVELOPE],
        responses={
            (200, NDJSON): OpenApiResponse(str, description="Row lines, as announced by a `part` line."),
            304: OpenApiResponse(description="The part with the sum in `If-None-Match`."),
            "4XX": ErrorSerializer,
        },
    )
    def get(self, request: Request, app: str, entity: str, sum: str) -> HttpResponseBase:  # noqa: A002 (of the URL)
        envelope = read_envelope(request._request)
        self.authorize()
        check_user(envelope, user_key(self.user))
        declared = self.app.entity_for(self.user, entity)
        body = self._body(declared, sum) if declared is not None and SUM.fullmatch(sum) else None
        if body is None:
            raise NotFound
        return self._response(request, sum, body)

    def _body(self, entity: LocalEntity, part: str) -> bytes | None:
        with read_snapshot():
            scope = entity.get_scope(self.user)
            return Place.of(entity, scope, entity.rows(scope)).body(part)

    def _response(self, request: Request, part: str, body: bytes) -> HttpResponseBase:
        etag = f'W/"{part}"'  # weak: the same rows, compressed or not
        response: HttpResponse
        if {etag, f'"{part}"'} & set(parse_etags(request.headers.get("If-None-Match", ""))):
            response = HttpResponseNotModified()
        elif takes_gzip(request.headers.get("Accept-Encoding", "")):
            response = HttpResponse(body, content_type=NDJSON)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(unpacked(body), content_type=NDJSON)
        if not isinstance(response, HttpResponseNotModified):
            response.headers["Content-Length"] = str(len(response.content))
        response.headers["ETag"] = etag
        response.headers["Vary"] = "Accept-Encoding"
        if self.app.anonymous:
            patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
            response.headers = _SameForAll(response.headers)
        return response


class _SameForAll(ResponseHeaders):
    """Headers of a response that depends on nobody's cookie and language. What adds these to `Vary`, as Django's
    middleware does to every response, would have shared caches keep it once for each of them, so for nobody."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key.lower() == "vary" and key in self:
            return
        super().__setitem__(key, value)
