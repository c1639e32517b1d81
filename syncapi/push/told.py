"""What becomes of a mutation when something is raised: an outcome that it will have for ever, or none (W3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import Model, ProtectedError, RestrictedError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers

from syncapi.attributes import Attribute
from syncapi.errors import ApiError, Fields, ServerError
from syncapi.invalid import fields_of
from syncapi.ledger.once import Outcome
from syncapi.push.outcomes import Rejected, Waits, error, invalid

TRANSIENT = (OperationalError, InterfaceError)
"""The database could not be had: nothing is known of the mutation, and its transaction is lost."""

NON_FIELD = "non_field_errors"

logger = logging.getLogger("haversack.push")

_VIOLATED: Mapping[str, Promise] = {
    "unique": gettext_lazy("Another record has this already."),
    "foreign": gettext_lazy("It belongs together with a record that is not there, or other records still need it."),
    "null": gettext_lazy("Something that must be there is missing."),
    "check": gettext_lazy("These values do not go together."),
    "other": gettext_lazy("The database does not accept this."),
}
_POSTGRESQL = {"23505": "unique", "23P01": "unique", "23503": "foreign", "23502": "null", "23514": "check"}
_SQLITE = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_ROWID": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign",
    "SQLITE_CONSTRAINT_NOTNULL": "null",
    "SQLITE_CONSTRAINT_CHECK": "check",
}


def outcome_of(
    thrown: Exception, columns: Mapping[str, Attribute], may_see: Callable[[type[Model]], bool] = lambda _model: False
) -> Outcome:
    """The outcome of a mutation that raised this, whose effects are undone. What nobody expected is logged.

    :param columns: the attributes that devices know, by name: sentences about others are told beside them.
    :param may_see: whether the person may be told that there are such records (S1).
    """
    match thrown:
        case Rejected() | Waits():
            return thrown.outcome
        case ApiError():
            return error(thrown) if thrown.retry else Rejected(thrown.code, thrown.message, thrown.fields).outcome
        case PermissionDenied() | exceptions.PermissionDenied() | exceptions.NotAuthenticated():
            return Rejected("permission_denied").outcome
        case serializers.ValidationError():
            return invalid(_known(fields_of(thrown.detail), columns)).outcome
        case DjangoValidationError():
            return invalid(_known(django_fields(thrown), columns)).outcome
        case ProtectedError() | RestrictedError():
            return invalid({NON_FIELD: [_needed(thrown, may_see)]}).outcome
        case IntegrityError():
            return invalid({NON_FIELD: [str(_VIOLATED[_kind(thrown)])]}).outcome
        case DataError() | OverflowError():
            return invalid({NON_FIELD: [_("The database cannot keep one of these values.")]}).outcome
    logger.error("A change could not be applied", exc_info=thrown)
    return error(ServerError())


def django_fields(thrown: DjangoValidationError) -> Fields:
    if hasattr(thrown, "error_dict"):
        return {(NON_FIELD if name == NON_FIELD_ERRORS else name): said for name, said in thrown.message_dict.items()}
    return {NON_FIELD: thrown.messages}


def _known(fields: Fields, columns: Mapping[str, Attribute]) -> Fields:
    """A sentence at a field that the device does not have would be seen by nobody."""
    found: dict[str, list[str]] = {}
    for name, sentences in fields.items():
        if name in columns or name == NON_FIELD:
            found.setdefault(name, []).extend(sentences)
        else:
            found.setdefault(NON_FIELD, []).extend(f"{name}: {sentence}" for sentence in sentences)
    return found


def _kind(thrown: IntegrityError) -> str:
    cause: Any = thrown.__cause__
    return (
        _POSTGRESQL.get(str(getattr(cause, "sqlstate", "")))
        or _SQLITE.get(str(getattr(cause, "sqlite_errorname", "")))
        or "other"
    )


def _needed(thrown: ProtectedError | RestrictedError, may_see: Callable[[type[Model]], bool]) -> str:
    objects: Any = getattr(thrown, "protected_objects", None) or getattr(thrown, "restricted_objects", None) or ()
    kinds = sorted({str(one._meta.verbose_name_plural) for one in objects if may_see(type(one))})
    if not kinds:
        return _("It cannot be deleted, because other records need it.")
    return _("It cannot be deleted, because others need it: %(kinds)s.") % {"kinds": ", ".join(kinds)}
