"""`POST /api/sync/<app>/actions/<name>/`: a project's own server action (decision 0021)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from syncapi.actions import Action, ActionCall, perform
from syncapi.api.envelope import check_user, read_envelope, user_key
from syncapi.api.schema import CSRF, ENVELOPE, ErrorSerializer
from syncapi.api.views import SyncApiView
from syncapi.applications import OfflineApp
from syncapi.errors import UnknownAction
from syncapi.registry import registry


class ActionView(SyncApiView):
    """Performs an action, for who is signed in and the device's user (S2)."""

    @extend_schema(exclude=True)  # each action is described by itself
    def post(self, request: Request, app: str, action: str) -> HttpResponseBase:
        envelope = read_envelope(request._request)
        self.authorize()
        check_user(envelope, user_key(self.user))
        declared = self.app.actions.get(action)
        if declared is None:
            raise UnknownAction
        call = ActionCall(user=self.user, app=self.app, replica=envelope.replica)
        return Response({"output": perform(declared, call, request.data)})


def routes() -> list[URLPattern]:
    """An address for each action of each app, the same that the view has for all: so that OpenAPI lists their types."""
    return [
        path(f"{app.name}/actions/{action.name}/", _described(app, action), {"app": app.name, "action": action.name})
        for app in registry.apps.values()
        for action in app.actions.values()
        if action.problem() is None  # check E027 says so; the other addresses must work
    ]


def _described(app: OfflineApp, declared: Action) -> Callable[..., HttpResponseBase]:
    name = f"{app.name.replace('-', '_')}_{declared.name}"

    @extend_schema(
        operation_id=f"action_{name}",
        description=declared.description,
        parameters=[*ENVELOPE, CSRF],
        request=declared.call_serializer,
        responses={200: declared.answer_serializer or NothingSerializer, "4XX": ErrorSerializer},
    )
    def post(self: ActionView, request: Request, app: str, action: str) -> HttpResponseBase:
        return ActionView.post(self, request, app, action)

    view: type[ActionView] = type(f"Action_{name}", (ActionView,), {"post": post, "__doc__": declared.description})
    return view.as_view()


class NothingSerializer(serializers.Serializer[Any]):
    """Of an action that returns nothing."""

    output = serializers.JSONField(allow_null=True, help_text="Always null.")
