"""Performing a call: may they, is the input right, do it, and say what came of it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.utils.encoders import JSONEncoder

from syncapi.actions.declaration import Action, ActionCall
from syncapi.errors import Busy, Fields, InvalidInput, PermissionDenied
from syncapi.invalid import fields_of

PERMISSION = _("You may not do this.")
UNKNOWN = _("There is no such input.")


def perform(action: Action, call: ActionCall, body: Any) -> Any:
    """What the action returns, as JSON values.

    :param body: JSON values, `{"input": {…}}`.
    :raises PermissionDenied: the user may not call it.
    :raises InvalidInput: the input is not of the declared types, or the action itself raised a `ValidationError`.
    :raises Busy: the database could not be had in time; nothing has happened.
    """
    if not action.has_permission(call.user):
        raise PermissionDenied(PERMISSION)
    given = _input(action, call, body)
    # Django's and DRF's errors of the same name are both what people raise.
    try:
        with transaction.atomic() if action.atomic else contextlib.nullcontext():
            # Rendered inside: an output that cannot be sent undoes what was done.
            return _output(action, call, action.function(call, **given))
    except serializers.ValidationError as error:
        raise InvalidInput(fields=fields_of(error.detail)) from error
    except DjangoValidationError as error:
        raise InvalidInput(fields=_django_fields(error)) from error
    except OperationalError as error:
        raise Busy from error


def _input(action: Action, call: ActionCall, body: Any) -> dict[str, Any]:
    if isinstance(body, dict):
        body = {"input": {}, **body}  # left out, it lacks what must be given, by name
    serializer = action.call_serializer(data=body, context={"call": call})
    if isinstance(body, dict):
        _refuse_unknown(body, {"input"})
        _refuse_unknown(body["input"], serializer.fields["input"].fields)  # type: ignore[attr-defined]
    if not serializer.is_valid():
        errors = serializer.errors
        raise InvalidInput(fields=fields_of(errors.get("input", errors)))
    given: Any = serializer.validated_data["input"]
    if dataclasses.is_dataclass(given):
        return {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
    return dict(given)


def _refuse_unknown(given: Any, known: Iterable[str]) -> None:
    if isinstance(given, dict) and (unknown := sorted(set(given).difference(known))):
        raise InvalidInput(fields={name[:100]: [str(UNKNOWN)] for name in unknown[:20]})


def _output(action: Action, call: ActionCall, returned: Any) -> Any:
    serializer = action.answer_serializer
    if serializer is None:
        if returned is not None:
            raise TypeError(f"The action '{action.name}' returned a value, and says that it returns None.")
        return None
    rendered = serializer({"output": returned}, context={"call": call}).data["output"]
    return json.loads(json.dumps(rendered, cls=JSONEncoder, allow_nan=False))


def _django_fields(error: DjangoValidationError) -> Fields:
    if hasattr(error, "error_dict"):
        return {
            "non_field_errors" if name == NON_FIELD_ERRORS else name: messages
            for name, messages in error.message_dict.items()
        }
    return {"non_field_errors": error.messages}
