"""A server of one entity for tests of the fake device: answers from a script, or what a small model of one says."""

import bisect
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

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


@dataclass
class Server:
    """Answers with what `script` holds, one for each request; with `serve`, when there is no script."""

    script: list[bytes] = field(default_factory=list)
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

urlpatterns = [
    path("", include(([path("<app>/", sync, name="sync"), path("<app>/session/", session, name="session")], "syncapi")))
]


class Model:
    """A server in a few lines, by the protocol's text: remembers all states, and compares what it is asked to."""

    def __init__(self, key_type: str, sort: Callable[[Any], Any], segment_rows: int) -> None:
        self.key_type = key_type
        self.sort = sort
        self.segment_rows = segment_rows
        self.rows: dict[Any, str] = {}
        self._states: dict[str, dict[Any, str]] = {}
        self.resetting = False

    def serve(self, body: Message, version: str) -> bytes:
        cursor = f"c{len(self._states)}"
        self._states[cursor] = dict(self.rows)
        old = self._states.get(body["cursors"].get(ENTITY, ""))
        ranges = body.get("ranges", {}).get(ENTITY)
        if ranges and any(rows for _, rows, _ in ranges):
            made = self._ranges(ranges)
        elif ranges or ENTITY not in body["cursors"]:
            made = part("replace", self._segments(self._sorted()))
        elif self.resetting or old is None:
            made = part("reset", reason="history", cursor=None)
            cursor = ""
        elif old == self.rows:
            made = part("unchanged")
        else:
            made = self._delta(old)
        if cursor:
            made[0]["cursor"] = cursor
        return answer(made, definition=definition(self.key_type) if version != "v1" else None)

    def _sorted(self) -> list[list[Any]]:
        return [[key, self.rows[key]] for key in sorted(self.rows, key=self.sort)]

    def _segments(self, rows: list[list[Any]]) -> list[tuple[Message, list[list[Any]]]]:
        pieces = [rows[at : at + self.segment_rows] for at in range(0, len(rows), self.segment_rows)]
        return [segment(number, piece) for number, piece in enumerate(pieces)]

    def _delta(self, old: dict[Any, str]) -> Part:
        keys = sorted(self.rows, key=self.sort)
        places = [self.sort(key) for key in keys]
        gaps = []
        for key in sorted(set(old) - set(self.rows), key=self.sort):
            at = bisect.bisect(places, self.sort(key))
            gap = (keys[at - 1] if at else None, keys[at] if at < len(keys) else None)
            if gap not in gaps:
                gaps.append(gap)
        changed = [[key, self.rows[key]] for key in keys if old.get(key) != self.rows[key]]
        return part("delta", self._segments(changed), gaps)

    def _ranges(self, ranges: list[list[Any]]) -> Part:
        segments: list[tuple[Message, list[list[Any]]]] = []
        rows, after = self._sorted(), None
        assert ranges[-1][0] is None
        assert [r[0] for r in ranges[:-1]] == sorted({r[0] for r in ranges[:-1]}, key=self.sort)
        for last, count, told in ranges:
            inside = rows if last is None else [row for row in rows if self.sort(row[0]) <= self.sort(last)]
            rows = rows[len(inside) :]
            if (len(inside), fingerprint(inside)) != (count, told):
                pieces = [inside[at : at + self.segment_rows] for at in range(0, len(inside), self.segment_rows)]
                for piece in pieces or [[]]:
                    until = last if piece is (pieces or [piece])[-1] else piece[-1][0]
                    segments.append(segment(len(segments), piece, after=after, until=until))
                    after = until
            after = last
        everything = self._sorted()
        return part("ranges", segments, total=len(everything), fingerprint=fingerprint(everything))
