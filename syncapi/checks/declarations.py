"""All checks over everything declared."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from syncapi.applications import OfflineApp
from syncapi.checks import apps, entities, options, writing
from syncapi.checks.requirements import check_requirements
from syncapi.definition import entity_definition
from syncapi.entities import LocalEntity
from syncapi.registry import registry

Messages = Iterator[CheckMessage]


@register("haversack")
def check_declarations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """All checks over everything declared."""
    return [*check_apps(registry.declared), *check_requirements()]


def check_apps(declared: Sequence[OfflineApp]) -> Messages:
    yield from apps.check_names_differ(declared)
    for app in declared:
        for check in (*apps.CHECKS, *writing.APP_CHECKS):
            yield from _guarded(f"The offline app '{app.name}'", app, check, app)
    for cls in {cls: None for app in declared for cls in app.entity_classes}:
        app = next(app for app in declared if cls in app.entity_classes)
        yield from _guarded(cls.__name__, cls, check_entity, cls, app)


def check_entity(cls: type[LocalEntity], app: OfflineApp) -> Messages:
    """What is wrong with an entity's declaration. What rests on something wrong is not looked at.

    :raises Exception: whatever the project's own hooks raise.
    """
    problems = [*entities.check_itself(cls), *entities.check_spelling(cls)]
    if not any(problem.id in entities.FATAL for problem in problems):  # the rest is about fields
        entity = cls(app)
        problems += options.check_attributes(entity)
        columns = options.resolvable(entity)
        problems += options.check_options(entity, columns)
        problems += entities.check_icon(cls)
        if not any(problem.is_serious() for problem in problems):
            problems += writing.check_entity(entity)
        if not any(problem.is_serious() for problem in problems):
            # What devices will be told; the caller reports what cannot be told.
            entity_definition(entity, {name: one for name, one in app.declared_entities.items() if _is_readable(one)})
    yield from problems


def _is_readable(entity: LocalEntity) -> bool:
    """Whether what is wrong with it, if anything, is no trouble to others."""
    try:
        return bool(entity.columns)
    except Exception:  # noqa: BLE001 (it is told where that entity is checked)
        return False


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
