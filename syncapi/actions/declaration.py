"""`@offline.action`: declares a function that an app can call."""

from __future__ import annotations

import functools
import inspect
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from rest_framework import serializers

from syncapi.actions.types import answer_serializer, call_serializer, parameters_of

if TYPE_CHECKING:
    from syncapi.applications import OfflineApp
    from syncapi.entities import User

Function = Callable[..., Any]


@dataclass(frozen=True)
class ActionCall:
    """Who calls: the first argument of every action. `user` is `AnonymousUser` in an anonymous app."""

    user: User
    app: OfflineApp
    replica: uuid.UUID
    """The device's database, as in the admin's list of devices."""


class Action:
    """A function with what the API must know of it. Still callable as the function it is, for a project's own use."""

    def __init__(
        self,
        function: Function,
        *,
        name: str = "",
        permission: str | Iterable[str] | Callable[[User], bool] | None = None,
        atomic: bool = True,
        input: type[serializers.Serializer[Any]] | None = None,  # noqa: A002 (the word of the protocol)
        output: type[serializers.BaseSerializer[Any]] | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.name: str = name or function.__name__
        self.permission = permission
        self.atomic = atomic
        self.input = input
        self.output = output

    def __repr__(self) -> str:
        return f"<Action {self.name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @property
    def description(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")

    def has_permission(self, user: Any) -> bool:
        """Whether `user`, who may use the app, may call this."""
        match self.permission:
            case None:
                return True
            case str(one):
                return bool(user.has_perm(one))
            case check if callable(check):
                return bool(check(user))
            case several:
                return bool(user.has_perms(list(several)))

    def problem(self) -> str | None:
        """Why what it takes or returns cannot travel, for developers; None when it can."""
        try:
            for kind in (self.call_serializer, self.answer_serializer):
                if kind is not None:
                    _every_field(kind())
        except (TypeError, NameError, NotImplementedError) as error:
            return str(error)
        return None

    @functools.cached_property
    def call_serializer(self) -> type[serializers.Serializer[Any]]:
        """Of a body: `{"input": {…}}`.

        :raises TypeError, NameError: a parameter has no type, or one that cannot travel.
        """
        return call_serializer(self.name, self.input, parameters_of(self.function))

    @functools.cached_property
    def answer_serializer(self) -> type[serializers.Serializer[Any]] | None:
        """Of an answer: `{"output": …}`; None for an action that returns nothing.

        :raises TypeError, NameError: what it returns has no type, or one that cannot travel.
        """
        return answer_serializer(self.name, self.output, self.function)


def _every_field(field: Any) -> None:
    """Types meet serializer fields when these are first asked for."""
    for inner in getattr(field, "fields", {}).values():
        _every_field(inner)
    if (child := getattr(field, "child", None)) is not None:
        _every_field(child)


@overload
def action(function: Function) -> Action: ...


@overload
def action(
    *,
    name: str = "",
    permission: str | Iterable[str] | Callable[[User], bool] | None = None,
    atomic: bool = True,
    input: type[serializers.Serializer[Any]] | None = None,
    output: type[serializers.BaseSerializer[Any]] | None = None,
) -> Callable[[Function], Action]: ...


def action(function: Function | None = None, **options: Any) -> Any:
    """Makes a function callable from an app that lists it in `actions`.

    The function's first parameter is an `ActionCall`; the others are its input, by name, and what it returns is its
    output. Their annotations say what travels: plain types, dates, decimals, UUIDs, enumerations, `Literal`, lists,
    dictionaries, `None`, and dataclasses of these.

    :param name: what the app calls it; default the function's name.
    :param permission: a permission such as `"shop.view_price"`, several (all are needed), or a function of the user;
        default everybody who may use the app.
    :param atomic: whether all it does to the database happens or nothing; default yes. An action that waits for
        another service should do that outside of a transaction.
    :param input, output: DRF serializers in place of the annotations; the input's values are passed by name.
    """
    return Action(function, **options) if function is not None else functools.partial(Action, **options)
