"""Everything the framework's server half can raise."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Fields = Mapping[str, Sequence[str]]
Said = Mapping[str, Sequence[str | Promise] | str | Promise]
"""Sentences by name, as a project's own code gives them."""


class HaversackError(Exception):
    """Base of all errors. The docstring of a class is its default message, where it has none in `default`."""

    default: ClassVar[str | Promise] = ""

    def __init__(self, message: str | Promise | None = None) -> None:
        super().__init__(str(message or self.default or " ".join((self.__doc__ or "").split())))

    @property
    def message(self) -> str:
        return str(self.args[0])


class DeclarationError(HaversackError):
    """A declaration cannot work. `manage.py check` says the same with an id and a remedy."""


class ScopeError(HaversackError):
    """`get_scope` returned a value that has no canonical form."""


class PatternError(HaversackError):
    """The `pull` of a pattern answered what a device cannot follow."""


class TrackingMissing(HaversackError):
    """The tables of change tracking are missing. Run: manage.py migrate"""


class ApiError(HaversackError):
    """What a request is refused with. `default` is the message, in the language of the request."""

    default = _("The request cannot be served.")
    code: str = "invalid_request"  # of the class, but for `Refused`
    status: ClassVar[int] = 400
    retry: ClassVar[bool] = False  # may the same request succeed later?

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        fields: Said | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.fields = None if fields is None else {name: _texts(said) for name, said in fields.items()}
        self.headers = dict(headers or {})

    def as_json(self) -> dict[str, Any]:
        """The object that the protocol calls `error`."""
        told: dict[str, Any] = {"code": self.code, "message": self.message, "retry": self.retry}
        return told if self.fields is None else told | {"fields": self.fields}


def _texts(said: Sequence[str | Promise] | str | Promise) -> list[str]:
    """Of one sentence or several, in the language of the request: they are kept and sent as they are."""
    return [str(said)] if isinstance(said, str | Promise) else [str(one) for one in said]


class InvalidRequest(ApiError):
    default = _("The request does not have the form that the protocol asks for.")


class InvalidJson(ApiError):
    default = _("The body is not valid JSON.")
    code = "invalid_json"


class InvalidHeader(ApiError):
    default = _("A header of the protocol is missing or wrong.")
    code = "invalid_header"


class ProtocolUnsupported(ApiError):
    default = _("This server does not speak that version of the protocol.")
    code = "protocol_unsupported"


class UnknownContext(ApiError):
    default = _("The app declares no such context.")
    code = "unknown_context"


class UnknownAction(ApiError):
    default = _("The app has no such action.")
    code = "unknown_action"
    status = 404


class InvalidInput(ApiError):
    default = _("Something in the input is not right.")
    code = "invalid_input"


class Refused(ApiError):
    """For a project's own actions to raise: what they did to the database is undone.

    :param code: the project's own, for its client code to decide by; not one of the protocol's.
    :param fields: sentences by name of the input they are about.
    """

    default = _("The action could not be done.")
    status = 409

    def __init__(
        self, message: str | Promise | None = None, *, code: str = "refused", fields: Said | None = None
    ) -> None:
        super().__init__(message, fields=fields)
        self.code = code


class NotInSync(ApiError):
    default = _("This action does without a transaction, so it cannot travel in a sync. Call it by itself.")
    code = "not_in_sync"
    status = 409


class IdReused(ApiError):
    default = _("This id stands for something else.")
    code = "id_reused"
    status = 409


class UnknownEntity(ApiError):
    default = _("The app, or the context, has no such entity.")
    code = "unknown_entity"


class InvalidCredentials(ApiError):
    default = _("User name or password is wrong.")
    code = "invalid_credentials"


class SignInRequired(ApiError):
    default = _("Sign in to sync.")
    code = "sign_in_required"
    status = 401


class CsrfFailed(ApiError):
    default = _("The CSRF token is missing or wrong. Ask session/ for a new one.")
    code = "csrf_failed"
    status = 403


class PermissionDenied(ApiError):
    default = _("You may not use this app.")
    code = "permission_denied"
    status = 403


class NotFound(ApiError):
    default = _("There is nothing at this address.")
    code = "not_found"
    status = 404


class UnknownApp(ApiError):
    default = _("There is no offline app of this name.")
    code = "unknown_app"
    status = 404


class MethodNotAllowed(ApiError):
    default = _("This address does not take that method.")
    code = "method_not_allowed"
    status = 405


class WrongUser(ApiError):
    default = _("The device speaks for one user, but another one is signed in.")
    code = "wrong_user"
    status = 409


class BodyTooLarge(ApiError):
    default = _("The body is larger than this server takes.")
    code = "body_too_large"
    status = 413


class UnsupportedMediaType(ApiError):
    default = _("Send application/json.")
    code = "unsupported_media_type"
    status = 415


class UnsupportedEncoding(ApiError):
    default = _("Send the body uncompressed.")
    code = "unsupported_encoding"
    status = 415


class Throttled(ApiError):
    default = _("Too many attempts. Wait a moment.")
    code = "throttled"
    status = 429
    retry = True


class Busy(ApiError):
    default = _("The database is busy. Try again in a moment.")
    code = "busy"
    status = 503
    retry = True

    def __init__(self, message: str | Promise | None = None, **more: Any) -> None:
        super().__init__(message, **{"headers": {"Retry-After": "2"}, **more})


class ServerError(ApiError):
    default = _("Something went wrong on the server. It has been logged.")
    code = "server_error"
    status = 500
    retry = True
