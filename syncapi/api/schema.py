"""Pieces of the OpenAPI document that several views use."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from syncapi.wire import PROTOCOL

ENVELOPE = [
    OpenApiParameter("Haversack-Protocol", int, OpenApiParameter.HEADER, required=True, enum=[PROTOCOL]),
    OpenApiParameter(
        "Haversack-Definition",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="Version of the definition the device works with, or `none`.",
    ),
    OpenApiParameter("Haversack-Replica", {"type": "string", "format": "uuid"}, OpenApiParameter.HEADER, required=True),
    OpenApiParameter(
        "Haversack-User",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="Key of the user the device speaks for, or `anonymous`.",
    ),
]


CSRF = OpenApiParameter(
    "X-CSRFToken", str, OpenApiParameter.HEADER, required=True, description="The token that `session/` gives."
)


class SessionUserSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class SyncSettingsSerializer(serializers.Serializer[Any]):
    on_online = serializers.BooleanField()
    on_resume = serializers.BooleanField()
    on_login = serializers.BooleanField()
    on_start = serializers.BooleanField()
    on_change = serializers.BooleanField()
    every = serializers.IntegerField(help_text="Minutes; 0 is never.")
    retry = serializers.BooleanField()
    retry_interval = serializers.IntegerField(help_text="Seconds.")
    not_on_metered = serializers.BooleanField()


class SettingsSerializer(serializers.Serializer[Any]):
    sync = SyncSettingsSerializer()


class SessionSerializer(serializers.Serializer[Any]):
    csrf_token = serializers.CharField()
    anonymous = serializers.BooleanField()
    user = SessionUserSerializer(allow_null=True)
    settings = SettingsSerializer()


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    retry = serializers.BooleanField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorDetailSerializer()
