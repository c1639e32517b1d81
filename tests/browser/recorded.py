"""Settings of a site that writes down each sync as it begins and as it ends, in `syncs.log` beside its database."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from settings.development import *  # noqa: F403
from settings.development import DATABASES, MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "tests.browser.recorded.recorder"]

_log = Path(DATABASES["default"]["NAME"]).parent / "syncs.log"
_one_at_a_time = threading.Lock()


def _write(**facts: Any) -> None:
    with _one_at_a_time, _log.open("a") as file:
        file.write(f"{json.dumps(facts)}\n")


def recorder(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or not _is_sync(request.path):
            return get_response(request)
        asked = json.loads(request.body)
        compares = bool(asked.get("ranges"))
        _write(at="begin", trigger=asked.get("trigger"), context=asked["context"], compares=compares)
        response = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _watched(iter(response.streaming_content))  # type: ignore[arg-type]
        else:
            _write(at="end")
        return response

    return respond


def _is_sync(path: str) -> bool:
    return path.startswith("/api/sync/") and path.count("/") == 4


def _watched(content: Iterator[bytes]) -> Iterator[bytes]:
    """The same, and it has ended before the last of it leaves: whoever has that may begin the next."""
    try:
        last = next(content, None)
        for piece in content:
            if last is not None:
                yield last
            last = piece
    finally:
        _write(at="end")
    if last is not None:
        yield last
