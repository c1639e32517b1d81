"""Checks of entities, but for what they name of their attributes."""

from collections.abc import Iterator
from difflib import get_close_matches

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)
from django.db import DEFAULT_DB_ALIAS, models, router

from syncapi import on_device
from syncapi.attributes import key_attribute
from syncapi.checks.names import WRITING_OPTIONS
from syncapi.computed import MARK
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.icons import ICONS
from syncapi.patterns import Pattern

FATAL = {"syncapi.E001", "syncapi.E007", "syncapi.E030"}
"""Ids after which nothing can be said about the entity's fields."""

OPTIONS_AND_HOOKS = [
    *LocalEntity.__annotations__,
    *(name for name in vars(LocalEntity) if name.startswith(("get_", "has_", "perform_", "resolve_"))),
]

Messages = Iterator[CheckMessage]


def check_itself(cls: type[LocalEntity]) -> Messages:
    if cls.is_on_device_only():
        yield from _check_on_device(cls)
        return
    found = [*_check_model(cls), *_check_fields_and_model(cls), *_check_pattern(cls)]
    yield from found
    if not any(problem.id in FATAL for problem in found):
        yield from _check_database(cls)


def check_spelling(cls: type[LocalEntity]) -> Messages:
    """What looks like an option or a hook and is none: nothing would read it, and a permission would not hold."""
    for base in cls.__mro__[: cls.__mro__.index(LocalEntity)]:
        for name, value in vars(base).items():
            if name in OPTIONS_AND_HOOKS or hasattr(LocalEntity, name) or hasattr(value, MARK):
                continue
            if close := get_close_matches(name, OPTIONS_AND_HOOKS, n=1, cutoff=0.85):
                yield Warning(
                    f"{base.__name__} has '{name}', which is no option or hook of entities. Did you mean '{close[0]}'?",
                    hint="Correct the name, or give what is your own one that differs more.",
                    obj=cls,
                    id="syncapi.W009",
                )


def _check_model(cls: type[LocalEntity]) -> Messages:
    model = getattr(cls, "model", None)
    if model is None:
        yield Error(
            f"{cls.__name__} has no model.",
            hint="Set model = YourModel; or declare fields on it, for records that only the device has.",
            obj=cls,
            id="syncapi.E001",
        )
        return
    if not (isinstance(model, type) and issubclass(model, models.Model)):
        yield Error(
            f"The model of {cls.__name__} is {model!r}, which is no model class.",
            hint="Import the class and set model to it, without quotation marks.",
            obj=cls,
            id="syncapi.E001",
        )
        return
    if model._meta.abstract:
        yield Error(
            f"The model of {cls.__name__} is abstract, so it has no rows.",
            hint="Name a concrete model.",
            obj=cls,
            id="syncapi.E001",
        )
        return
    try:
        key_attribute(model)
    except DeclarationError as error:
        yield Error(
            f"{cls.__name__}: the primary key of {model._meta.label} cannot be carried: {error.message}",
            hint="Local rows are found by one value. Give the model a single-column primary key.",
            obj=cls,
            id="syncapi.E007",
        )


def _check_on_device(cls: type[LocalEntity]) -> Messages:
    """Of an entity without a model."""
    for name, reason in on_device.problems(cls.declared_fields):
        yield Error(
            f"{cls.__name__} cannot keep '{name}' on the device: {reason}.",
            hint="Declare another field.",
            obj=cls,
            id="syncapi.E030",
        )
    for option in ("attributes", "pattern", "pictures", "depends_on", *WRITING_OPTIONS):
        if getattr(cls, option) != getattr(LocalEntity, option):
            yield Error(
                f"{cls.__name__} has no model, so {option} says nothing.",
                hint=f"Take {option} out, or set model and take the fields out.",
                obj=cls,
                id="syncapi.E031",
            )


def _check_fields_and_model(cls: type[LocalEntity]) -> Messages:
    if cls.declared_fields:
        yield Error(
            f"{cls.__name__} has a model, and fields of its own: {', '.join(cls.declared_fields)}.",
            hint="Carry fields of the model by naming them in attributes.",
            obj=cls,
            id="syncapi.E031",
        )


def _check_pattern(cls: type[LocalEntity]) -> Messages:
    if not (isinstance(cls.pattern, type) and issubclass(cls.pattern, Pattern) and hasattr(cls.pattern, "name")):
        yield Error(
            f"pattern of {cls.__name__} is not a sync pattern.",
            hint="Use one of syncapi.offline, for example offline.ReadOnly (the class, not an instance).",
            obj=cls,
            id="syncapi.E002",
        )


def _check_database(cls: type[LocalEntity]) -> Messages:
    database = router.db_for_read(cls.model)
    if database != DEFAULT_DB_ALIAS:
        yield Error(
            f"{cls.__name__}: {cls.model._meta.label} lives in the database '{database}'.",
            hint="A sync reads one snapshot of one database. Only models of 'default' can be carried.",
            obj=cls,
            id="syncapi.E008",
        )


def check_icon(cls: type[LocalEntity]) -> Messages:
    if cls.icon not in ("", *ICONS):
        yield Error(
            f"{cls.__name__} names the icon {cls.icon!r}, which is not built in.",
            hint=f"Use one of {', '.join(ICONS)}; or none, for the initial of its name.",
            obj=cls,
            id="syncapi.E029",
        )
