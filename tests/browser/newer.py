"""Settings of a site on which a newer version was deployed: its service worker differs by a line."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from settings.development import *  # noqa: F403
from settings.development import MIDDLEWARE

MIDDLEWARE = [*MIDDLEWARE, "tests.browser.newer.newer_service_worker"]


def newer_service_worker(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.endswith("/sw.js"):
            response.content += b"\n// newer"
        return response

    return respond
