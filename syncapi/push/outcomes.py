"""Outcomes as they travel, and as the ledger keeps them (decision 0029)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapi.errors import ApiError, Busy, Fields
from syncapi.ledger.once import Outcome

FINAL = {"applied", "conflict", "gone", "rejected"}

DOUBT: Mapping[str, Any] = {"status": "doubt"}
GONE: Mapping[str, Any] = {"status": "gone"}

MESSAGES: Mapping[str, Promise] = {
    "invalid_values": gettext_lazy("Something that was entered is not right."),
    "permission_denied": gettext_lazy("You may not do this."),
    "out_of_scope": gettext_lazy("The record would not be one of yours any more."),
    "unknown_entity": gettext_lazy("The app has no such records."),
    "read_only": gettext_lazy("Such records cannot be changed on devices."),
    "unknown_local": gettext_lazy("It belongs to a record that the server never got."),
    "group": gettext_lazy("Something else that was saved together with it could not be saved."),
    "id_reused": gettext_lazy("This id stands for something else."),
}


class Rejected(Exception):
    """A mutation will not have effect, now or later. `code`: one of `MESSAGES`, or a project's own."""

    def __init__(self, code: str, message: str = "", fields: Fields | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.fields = fields

    @property
    def outcome(self) -> Outcome:
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message or str(MESSAGES.get(self.code, "")),
            "retry": False,
        }
        if self.fields is not None:
            error["fields"] = {name: list(sentences) for name, sentences in self.fields.items()}
        return {"status": "rejected", "error": error}


class Waits(Exception):
    """A mutation depends on one that has no effect (yet)."""

    def __init__(self, on: uuid.UUID) -> None:
        super().__init__(on)
        self.on = on

    @property
    def outcome(self) -> Outcome:
        return {"status": "waiting", "for": str(self.on)}


def rejected(code: str, message: str = "", fields: Fields | None = None) -> Outcome:
    return Rejected(code, message, fields).outcome


def invalid(fields: Fields) -> Rejected:
    return Rejected("invalid_values", fields=fields)


def malformed(problem: str) -> Outcome:
    return invalid({"non_field_errors": [problem]}).outcome


def error(thrown: ApiError | None = None) -> Outcome:
    """Nothing happened, and the same again may succeed."""
    told = (thrown or Busy()).as_json()
    return {"status": "error", "error": {**told, "retry": True}}


def is_final(outcome: Mapping[str, Any]) -> bool:
    return outcome["status"] in FINAL


def no_such_attribute() -> str:
    return _("There is no such attribute any more.")


def not_writable() -> str:
    return _("This cannot be changed on devices.")
