"""What all views of the API share: who asks, for which app, and how errors are told."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import CSRFCheck
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapi import errors
from syncapi.api.body import BoundedJSONParser, check_headers
from syncapi.applications import OfflineApp
from syncapi.entities import User
from syncapi.invalid import fields_of
from syncapi.registry import registry

logger = logging.getLogger("haversack.api")


class JsonOnly(BaseContentNegotiation):
    """Whatever a client accepts, it gets JSON: an error page in HTML would help nobody here."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


# A request must not hold a transaction while its answer is sent, whatever ATOMIC_REQUESTS says.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class SyncApiView(APIView):
    """Base of the API's views.

    Before a handler runs: the app exists, the body's headers are in bounds, the CSRF token is right. Handlers call
    `authorize()` first, unless they serve people who are not signed in.
    """

    authentication_classes = ()  # the session's user, as Django's middleware found it
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (BoundedJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonOnly
    versioning_class = None  # what the project chose for its own API is not for ours
    metadata_class = None

    app: OfflineApp
    user: User

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        django_request = request._request
        self.app = registry.get(kwargs["app"])
        if "\x00" in django_request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            raise errors.InvalidHeader("The session cookie is damaged.")  # and PostgreSQL would choke on it
        # An anonymous app serves everybody the same, whoever's session the browser holds (decision 0001).
        self.user = AnonymousUser() if self.app.anonymous else django_request.user
        if request.method in {"POST", "PUT", "PATCH"}:
            check_headers(django_request)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            check_csrf(django_request)
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Nothing: DRF would put its own idea of the user in place of the session's, for everybody who looks later."""

    def authorize(self) -> None:
        """:raises SignInRequired, PermissionDenied:"""
        if not self.app.anonymous and not self.user.is_authenticated:
            raise errors.SignInRequired
        if not self.app.has_permission(self.user):
            raise errors.PermissionDenied

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        return error_response(as_api_error(exc))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


def check_csrf(request: HttpRequest) -> None:
    """:raises CsrfFailed:"""

    def unused(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    # Devices send one header, whatever name the project gave its own pages' header.
    request.META.setdefault(settings.CSRF_HEADER_NAME, request.META.get("HTTP_X_CSRFTOKEN", ""))
    check = CSRFCheck(unused)
    check.process_request(request)
    if reason := check.process_view(request, unused, (), {}):
        raise errors.CsrfFailed(f"{errors.CsrfFailed().message} ({reason})")


def as_api_error(exc: Exception) -> errors.ApiError:
    """The error of the protocol for anything a view raised. What nobody expected is logged and becomes a 500."""
    match exc:
        case errors.ApiError():
            return exc
        case PermissionDenied() | exceptions.PermissionDenied():
            return errors.PermissionDenied()
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return errors.SignInRequired()
        case Http404() | exceptions.NotFound():
            return errors.NotFound()
        case exceptions.MethodNotAllowed():
            return errors.MethodNotAllowed()
        case exceptions.ValidationError():
            return errors.InvalidRequest(fields=fields_of(exc.detail))
        case exceptions.Throttled():
            wait = max(1, round(getattr(exc, "wait", None) or 60))
            return errors.Throttled(
                _("Too many attempts. Try again in %d s.") % wait, headers={"Retry-After": str(wait)}
            )
        case RequestDataTooBig():
            return errors.BodyTooLarge()
        case SuspiciousOperation() | exceptions.ParseError():
            return errors.InvalidRequest()
    logger.error("Unhandled error in the sync API", exc_info=exc)
    return errors.ServerError()


def error_response(error: errors.ApiError) -> JsonResponse:
    return JsonResponse({"error": error.as_json()}, status=error.status, headers=error.headers)
