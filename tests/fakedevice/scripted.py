"""Answers made by hand, and the addresses under which a fake device finds them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from syncapi.testing import FakeDevice

ENTITY = "Thing"

Message = dict[str, Any]
Part = tuple[Message, list[Message], list[tuple[Message, list[list[Any]]]]]  # entity line, gaps, segments with rows


def text(row: Sequence[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def fingerprint(rows: Sequence[Sequence[Any]]) -> int:
    return sum(int(hashlib.sha256(text(row)).hexdigest()[:12], 16) for row in rows) % 2**48


def size(rows: Sequence[Sequence[Any]]) -> int:
    return sum(len(text(row)) + 1 for row in rows)


def definition(
    key_type: str = "integer", pattern: str = "read-only-optimized", names: Sequence[str] = (ENTITY,)
) -> Message:
    attributes = [{"name": "id", "type": key_type}, {"name": "name", "type": "string"}]
    entities = [{"name": name, "pattern": pattern, "key": "id", "attributes": attributes} for name in names]
    return {"entities": entities, "contexts": {"some": [names[0]]}}


def segment(number: int, rows: list[list[Any]], /, **more: Any) -> tuple[Message, list[list[Any]]]:
    first, last = (rows[0][0], rows[-1][0]) if rows else (None, None)
    message = {"type": "segment", "number": number, "rows": len(rows), "bytes": size(rows), "first": first}
    return {**message, "last": last, **more}, rows


def part(
    mode: str,
    segments: Sequence[tuple[Message, list[list[Any]]]] = (),
    gaps: Sequence[tuple[Any, Any]] = (),
    /,
    *,
    name: str = ENTITY,
    **more: Any,
) -> Part:
    """One entity of an answer, announced as the protocol wants; `more` overrides, and None leaves a key out."""
    rows = [row for _, segment_rows in segments for row in segment_rows]
    message: Message = {"type": "entity", "entity": name, "mode": mode, "cursor": "c"}
    if mode in {"replace", "delta", "ranges"}:
        message |= {"columns": ["id", "name"], "rows": len(rows), "bytes": size(rows), "segments": len(segments)}
    if mode == "delta":
        message["gaps"] = len(gaps)
    if mode == "replace":
        message["fingerprint"] = fingerprint(rows)
    message = {key: value for key, value in (message | more).items() if value is not None}
    return message, [{"type": "gap", "after": after, "before": before} for after, before in gaps], list(segments)


def answer(
    *parts: Part, version: str = "v1", definition: Message | None = None, user: str = "anonymous", **start: Any
) -> bytes:
    rows = [row for _, _, segments in parts for _, segment_rows in segments for row in segment_rows]
    lines: list[Any] = [
        {"type": "start", "protocol": 1, "definition": version, "user": user, "server_time": "2026-01-31T09:30:00Z"}
        | {"rows": len(rows), "bytes": size(rows)}
        | start
    ]
    if definition is not None:
        lines.append({"type": "definition", "version": version, "definition": definition})
    for message, gaps, segments in parts:
        lines += [message, *gaps]
        for announced, segment_rows in segments:
            lines += [announced, *segment_rows]
    return b"".join(text(line) + b"\n" for line in [*lines, {"type": "end"}])


THREE = [[1, "a"], [2, "b"], [3, "c"]]
WHOLE: dict[str, Any] = {"total": 3, "fingerprint": fingerprint(THREE)}


def first(rows: list[list[Any]] = THREE, **more: Any) -> bytes:
    """The answer to a first sync. `more` is said of the definition."""
    return answer(part("replace", [segment(0, rows)]), definition=definition(**more))


def keys(device: FakeDevice) -> list[Any]:
    return [row["id"] for row in device.rows("things", ENTITY)]


@dataclass
class Server:
    """Answers with what `script` holds, one for each request; with `serve`, when there is no script. `parts`: row lines
    by sum."""

    script: list[bytes] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    requests: list[Message] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    serve: Callable[[Message, str], bytes] | None = None

    def sync(self, request: HttpRequest, app: str) -> HttpResponse:
        body = json.loads(request.body)
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        if self.serve is not None:
            content = self.serve(body, request.headers["Haversack-Definition"])
        else:
            content = self.script.pop(0)
        return HttpResponse(content, content_type="application/x-ndjson")


current = Server()


def session(request: HttpRequest, app: str) -> JsonResponse:
    return JsonResponse({"csrf_token": "t" * 64, "anonymous": True, "user": {"key": "anonymous", "name": ""}})


def sync(request: HttpRequest, app: str) -> HttpResponse:
    return current.sync(request, app)


sync.csrf_exempt = True  # type: ignore[attr-defined]  # what the token is for is tested with the real server


def segment_view(request: HttpRequest, app: str, entity: str, sum: str) -> HttpResponse:  # noqa: A002 (of the URL)
    if sum not in current.parts:
        error = {"code": "not_found", "message": "There is no such part.", "retry": False}
        return JsonResponse({"error": error}, status=404)
    return HttpResponse(current.parts[sum], content_type="application/x-ndjson")


views = [
    path("<app>/", sync, name="sync"),
    path("<app>/session/", session, name="session"),
    path("<app>/segments/<entity>/<sum>/", segment_view, name="segment"),
]
urlpatterns = [path("", include((views, "syncapi")))]
