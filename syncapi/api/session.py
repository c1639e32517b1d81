"""`/api/sync/<app>/session/`: who is signed in, signing in, signing out."""

import hashlib
import unicodedata
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from syncapi.api.envelope import ANONYMOUS, check_user, read_envelope, user_key
from syncapi.api.schema import CSRF, ENVELOPE, ErrorSerializer, SessionSerializer
from syncapi.api.views import SyncApiView
from syncapi.appsettings.current import settings_of
from syncapi.conf import conf
from syncapi.entities import User
from syncapi.errors import InvalidCredentials, InvalidRequest, PermissionDenied


class CredentialsSerializer(serializers.Serializer[Any]):
    """Body of a sign-in."""

    username = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class SignInThrottle(SimpleRateThrottle):
    """Slows down guessing: attempts per address and user name. Counts in Django's default cache."""

    scope = "haversack_sign_in"

    def get_rate(self) -> str:
        return conf().sign_in_rate

    def get_ident(self, request: Request) -> str:
        # Anybody can send X-Forwarded-For; it means something only to a project that said how many proxies it has.
        if api_settings.NUM_PROXIES is None:
            return str(request.META.get("REMOTE_ADDR"))
        return super().get_ident(request)

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self._key(self.get_ident(request), request)

    def _key(self, who: str, request: Request) -> str:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        # As the same person may be spelled: a space or a capital letter must not open a new account of attempts.
        folded = unicodedata.normalize("NFKC", str(name)).strip().casefold()
        ident = hashlib.sha256(f"{who}|{folded!a}".encode()).hexdigest()  # any cache takes such a key
        return self.cache_format % {"scope": self.scope, "ident": ident}


class SignInNameThrottle(SignInThrottle):
    """Slows down guessing from many addresses: attempts per user name."""

    scope = "haversack_sign_in_name"

    def get_rate(self) -> str:
        return conf().sign_in_rate_name

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self._key("", request)


class SessionView(SyncApiView):
    """The session of this browser, as far as the app is concerned."""

    def get_throttles(self) -> list[Any]:
        return [SignInThrottle(), SignInNameThrottle()] if self.request.method == "POST" else []

    @extend_schema(operation_id="session", responses={200: SessionSerializer, "4XX": ErrorSerializer})
    def get(self, request: Request, app: str) -> Response:
        """Who is signed in, and the CSRF token for writing requests."""
        return self._session(request, self.user)

    @extend_schema(
        operation_id="sign_in",
        parameters=[CSRF],
        request=CredentialsSerializer,
        responses={200: SessionSerializer, "4XX": ErrorSerializer},
    )
    def post(self, request: Request, app: str) -> Response:
        """Signs in."""
        if self.app.anonymous:
            raise InvalidRequest(_("This app needs no sign-in."))
        serializer = CredentialsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = authenticate(request._request, **serializer.validated_data)
        if user is None:
            raise InvalidCredentials
        if not self.app.has_permission(user):
            raise PermissionDenied
        login(request._request, user)
        return self._session(request, user)

    @extend_schema(
        operation_id="sign_out",
        parameters=[*ENVELOPE, CSRF],
        responses={200: SessionSerializer, "4XX": ErrorSerializer},
    )
    def delete(self, request: Request, app: str) -> Response:
        """Signs the named user out; says the same when nobody is signed in any more."""
        envelope = read_envelope(request._request)
        if self.user.is_authenticated:
            check_user(envelope, user_key(self.user))
            logout(request._request)
        return self._session(request, self.user if self.app.anonymous else AnonymousUser())

    def _session(self, request: Request, user: User) -> Response:
        described = None
        if self.app.anonymous:
            described = {"key": ANONYMOUS, "name": ""}
        elif isinstance(user, AbstractBaseUser):
            described = {"key": user_key(user), "name": _name(user)}
        return Response(
            {
                "csrf_token": get_token(request._request),
                "anonymous": self.app.anonymous,
                "user": described,
                "settings": settings_of(self.app).on_the_wire(),  # before the first sync there is no definition
            }
        )


def _name(user: AbstractBaseUser) -> str:
    full_name = getattr(user, "get_full_name", str)()
    return full_name or user.get_username()
