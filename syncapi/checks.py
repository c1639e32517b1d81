"""System checks of declarations: one function per thing checked, stable ids, each with the way to mend it.

Ids are listed in `docs/checks.md`, and a test holds the two together.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DEFAULT_DB_ALIAS, models, router
from django.utils.module_loading import import_string

from syncapi import on_device
from syncapi.applications import OfflineApp
from syncapi.appsettings.sync_settings import SyncSettings
from syncapi.attributes import (
    Attribute,
    MultiValuedAttribute,
    UncarriedAttribute,
    UnknownAttribute,
    key_attribute,
)
from syncapi.colors import is_color
from syncapi.definition import entity_definition
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.icons import ICONS
from syncapi.patterns import Pattern
from syncapi.registry import registry

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ACTION = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,100}")
REQUIRED_MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",  # sends the cookie that the token is compared with
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)
TEXT_TYPES = {"string", "text", "email", "url", "uuid", "integer", "decimal"}
NO_ORDER = {"json", "file", "picture"}

Messages = Iterator[CheckMessage]


@register("haversack")
def check_declarations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All checks over everything declared."""
    return [*check_apps(registry.declared), *check_requirements()]


def check_apps(declared: Sequence[OfflineApp]) -> Messages:
    yield from _check_app_names_differ(declared)
    for app in declared:
        for check in (
            _check_app_name,
            _check_app_entities,
            _check_app_contexts,
            _check_app_colors,
            _check_app_screenshots,
            _check_app_sync_defaults,
            _check_app_actions,
        ):
            yield from _guarded(f"The offline app '{app.name}'", app, check, app)
    for cls in {cls: None for app in declared for cls in app.entity_classes}:
        app = next(app for app in declared if cls in app.entity_classes)
        yield from _guarded(cls.__name__, cls, check_entity, cls, app)


def _guarded(name: str, obj: Any, check: Callable[..., Messages], *arguments: Any) -> Messages:
    """A declaration so wrong that a check falls over it is reported like any other mistake."""
    try:
        yield from check(*arguments)
    except Exception as error:  # noqa: BLE001 (whatever a project's own code raises)
        yield Error(
            f"{name} cannot be read: {type(error).__name__}: {error}",
            hint="Options are lists of names, get_attributes() returns such a list without needing the database, "
            "and related models must be installed.",
            obj=obj,
            id="syncapi.E022",
        )


def check_requirements() -> Messages:
    """What else the project must have installed."""
    # Not the REST framework: it is called as a library, and installing it as an app only adds its translations.
    for name in ("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"):
        if not installed.is_installed(name):
            yield Error(f"syncapi needs '{name}'.", hint=f"Add '{name}' to INSTALLED_APPS.", id="syncapi.E020")
    yield from _check_middleware()


def _check_middleware() -> Messages:
    configured = [import_string(path) for path in settings.MIDDLEWARE]
    for path in REQUIRED_MIDDLEWARE:
        required = import_string(path)
        if not any(isinstance(found, type) and issubclass(found, required) for found in configured):
            yield Error(
                f"syncapi needs '{path}'.", hint=f"Add '{path}', or a subclass, to MIDDLEWARE.", id="syncapi.E021"
            )


def check_entity(cls: type[LocalEntity], app: OfflineApp) -> Messages:
    local = cls.is_on_device_only()
    problems = [
        *(_check_on_device(cls) if local else [*_check_model(cls), *_check_fields_and_model(cls), *_check_pattern(cls)])
    ]
    fatal = {"syncapi.E001", "syncapi.E007", "syncapi.E030"}
    if not any(problem.id in fatal for problem in problems):  # the rest is about fields
        entity = cls(app)
        problems += [] if local else [*_check_database(cls), *_check_attributes(entity)]
        columns = _resolvable(entity)
        for option, check in _OPTION_CHECKS.items():
            problems += _check_option(entity, option, columns, check)
        problems += _check_icon(cls)
        if not problems:
            # What devices will be told; the caller reports what cannot be told.
            entity_definition(entity, app.declared_entities)
    yield from problems


# -- apps


def _check_app_name(app: OfflineApp) -> Messages:
    if not SLUG.fullmatch(app.name):
        yield Error(
            f"'{app.name}' cannot be the name of an offline app.",
            hint="Use lower case letters, digits and single hyphens: it is part of the app's address, for ever.",
            obj=app,
            id="syncapi.E009",
        )


def _check_app_names_differ(declared: Sequence[OfflineApp]) -> Messages:
    seen: set[str] = set()
    for app in declared:
        if app.name in seen:
            yield Error(
                f"Two offline apps are named '{app.name}'.",
                hint="Give one of them another name; only the first is served.",
                obj=app,
                id="syncapi.E010",
            )
        seen.add(app.name)


def _check_app_entities(app: OfflineApp) -> Messages:
    if not app.entity_classes:
        yield Error(
            f"The offline app '{app.name}' carries nothing.",
            hint="List at least one LocalEntity in its entities.",
            obj=app,
            id="syncapi.E012",
        )
    seen: dict[str, type] = {}
    for cls in app.entity_classes:
        short = getattr(cls, "__name__", "").removeprefix("Local")
        if short in seen:
            yield Error(
                f"'{app.name}' has two entities that would both be SyncLocal{short}().",
                hint="Rename one of the classes; names are compared without a leading 'Local'.",
                obj=app,
                id="syncapi.E013",
            )
        seen[short] = cls


def _check_app_contexts(app: OfflineApp) -> Messages:
    for name, classes in app.context_classes.items():
        if not CONTEXT.fullmatch(name):
            yield Error(
                f"'{name}' cannot be the name of a context of '{app.name}'.",
                hint="Use letters, digits, '_' and '-'. The empty context always exists and means everything.",
                obj=app,
                id="syncapi.E014",
            )
        for cls in classes:
            if cls not in app.entity_classes:
                yield Error(
                    f"The context '{name}' of '{app.name}' names {getattr(cls, '__name__', cls)}, "
                    "which the app does not carry.",
                    hint="Add it to the app's entities, or take it out of the context.",
                    obj=app,
                    id="syncapi.E015",
                )
            elif cls.is_on_device_only():
                yield Error(
                    f"The context '{name}' of '{app.name}' names {cls.__name__}, which is never synced.",
                    hint="Take it out of the context.",
                    obj=app,
                    id="syncapi.E031",
                )


def _check_app_colors(app: OfflineApp) -> Messages:
    for option in ("theme_color", "background_color"):
        if not is_color(getattr(app, option)):
            yield Error(
                f"{option} of '{app.name}' is {getattr(app, option)!r}.",
                hint="Write it as '#rrggbb': manifests and icons take no other form everywhere.",
                obj=app,
                id="syncapi.E016",
            )


def _check_app_screenshots(app: OfflineApp) -> Messages:
    if unknown := sorted(set(app.screenshots) - {"narrow", "wide"}):
        yield Error(
            f"'{app.name}' has screenshots for {', '.join(unknown)}.",
            hint="Form factors are 'narrow' and 'wide'.",
            obj=app,
            id="syncapi.E017",
        )


def _check_app_sync_defaults(app: OfflineApp) -> Messages:
    defaults: object = app.sync_defaults
    problems = defaults.problems() if isinstance(defaults, SyncSettings) else [f"it is {defaults!r}"]
    for problem in problems:
        yield Error(
            f"sync_defaults of '{app.name}': {problem}.",
            hint="Write sync_defaults=offline.SyncSettings(on_online=True, retry=True, retry_interval=30).",
            obj=app,
            id="syncapi.E025",
        )


def _check_app_actions(app: OfflineApp) -> Messages:
    seen: set[str] = set()
    for action in app.declared_actions:
        if not ACTION.fullmatch(action.name) or action.name.startswith("SyncLocal"):
            yield Error(
                f"'{action.name}' cannot be the name of an action of '{app.name}'.",
                hint="Use letters, digits and '_', beginning with a letter; SyncLocal… syncs an entity.",
                obj=app,
                id="syncapi.E026",
            )
        if action.name in seen:
            yield Error(
                f"'{app.name}' has two actions that are named '{action.name}'.",
                hint="Give one of them another name: @offline.action(name=…).",
                obj=app,
                id="syncapi.E026",
            )
        seen.add(action.name)
        if problem := action.problem():
            yield Error(
                f"What the action '{action.name}' of '{app.name}' takes or returns cannot travel: {problem}.",
                hint="Annotate each parameter after the first and what is returned (-> None for nothing), or give DRF "
                "serializers: @offline.action(input=…, output=…).",
                obj=app,
                id="syncapi.E027",
            )


# -- entities


def _check_model(cls: type[LocalEntity]) -> Messages:
    model = getattr(cls, "model", None)
    if not (isinstance(model, type) and issubclass(model, models.Model)):
        yield Error(
            f"{cls.__name__} has no model.",
            hint="Set model = YourModel; or declare fields on it, for records that only the device has.",
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
    for option in ("attributes", "pattern", "pictures", "depends_on"):
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


def _check_attributes(entity: LocalEntity) -> Messages:
    names = entity.get_attributes()
    if not names or not _is_list_of_names(names):
        yield Error(
            f"{entity.name} carries no attributes."
            if not names
            else f"attributes of {entity.name} is not a list of names.",
            hint="Set attributes to a list of field names, the fewer the better for a phone.",
            obj=type(entity),
            id="syncapi.E003",
        )
        return
    for name in names:
        try:
            entity.resolve(name)
        except UnknownAttribute as error:
            yield Error(error.message, hint="Correct the name in attributes.", obj=type(entity), id="syncapi.E004")
        except MultiValuedAttribute as error:
            yield Error(error.message, hint="Carry its key here instead.", obj=type(entity), id="syncapi.E005")
        except UncarriedAttribute as error:
            yield Error(
                error.message,
                hint="Leave it out, or carry another field that says the same (docs/protocol.md, Values).",
                obj=type(entity),
                id="syncapi.E006",
            )


def _resolvable(entity: LocalEntity) -> dict[str, Attribute]:
    """The columns as far as they can be resolved, so that one bad name does not hide the next."""
    if entity.is_on_device_only():
        return {column.name: column for column in entity.columns}
    columns = {column.name: column for column in [key_attribute(entity.model)]}
    names = entity.get_attributes()
    for name in names if _is_list_of_names(names) else ():
        try:
            columns.setdefault(name, entity.resolve(name))
        except DeclarationError:
            continue
    return columns


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str) and all(isinstance(name, str) for name in value)


def _any(column: Attribute) -> str | None:
    return None


def _text(column: Attribute) -> str | None:
    return None if column.type.name in TEXT_TYPES else f"it is a {column.type.name}, which has no text to search"


def _picture(column: Attribute) -> str | None:
    return None if column.type.name == "picture" else f"it is a {column.type.name}, not a picture"


def _ordered(column: Attribute) -> str | None:
    return f"it is a {column.type.name}, which has no order" if column.type.name in NO_ORDER else None


def _check_icon(cls: type[LocalEntity]) -> Messages:
    if cls.icon not in ("", *ICONS):
        yield Error(
            f"{cls.__name__} names the icon {cls.icon!r}, which is not built in.",
            hint=f"Use one of {', '.join(ICONS)}; or none, for the initial of its name.",
            obj=cls,
            id="syncapi.E029",
        )


_OPTION_CHECKS: dict[str, Callable[[Attribute], str | None]] = {
    "list_display": _any,
    "search_fields": _text,
    "list_filter": _ordered,
    "ordering": _ordered,
    "pictures": _picture,
}


def _check_option(
    entity: LocalEntity, option: str, columns: dict[str, Attribute], refuse: Callable[[Attribute], str | None]
) -> Messages:
    names = getattr(entity, option)
    if not _is_list_of_names(names):
        yield Error(
            f"{option} of {entity.name} is not a list of names.",
            hint="Write a list of attribute names, for ordering with a leading '-' where it descends.",
            obj=type(entity),
            id="syncapi.E018",
        )
        return
    declared = {"pk", *(entity.get_attributes() if _is_list_of_names(entity.get_attributes()) else ())}
    for name in names:
        bare = name.removeprefix("-") if option == "ordering" else name
        if bare not in columns:
            if bare not in declared:  # else the attribute itself was reported
                yield Error(
                    f"{option} of {entity.name} names '{bare}', which is not among its attributes.",
                    hint="A device has only the attributes declared. Add it there, or take it out here.",
                    obj=type(entity),
                    id="syncapi.E018",
                )
        elif reason := refuse(columns[bare]):
            yield Error(
                f"{option} of {entity.name} names '{bare}', but {reason}.",
                hint="Name another attribute.",
                obj=type(entity),
                id="syncapi.E019",
            )
