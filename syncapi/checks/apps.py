"""Checks of apps."""

import re
from collections.abc import Callable, Iterator, Sequence

from django.core.checks import CheckMessage, Error

from syncapi.applications import OfflineApp
from syncapi.appsettings.sync_settings import SyncSettings
from syncapi.colors import is_color

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ACTION = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,100}")

Messages = Iterator[CheckMessage]


def _check_app_name(app: OfflineApp) -> Messages:
    if not SLUG.fullmatch(app.name):
        yield Error(
            f"'{app.name}' cannot be the name of an offline app.",
            hint="Use lower case letters, digits and single hyphens: it is part of the app's address, for ever.",
            obj=app,
            id="syncapi.E009",
        )


def check_names_differ(declared: Sequence[OfflineApp]) -> Messages:
    """An app is found by its name, in addresses and on devices."""
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


CHECKS: tuple[Callable[[OfflineApp], Messages], ...] = (
    _check_app_name,
    _check_app_entities,
    _check_app_contexts,
    _check_app_colors,
    _check_app_screenshots,
    _check_app_sync_defaults,
    _check_app_actions,
)
