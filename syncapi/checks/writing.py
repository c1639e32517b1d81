"""Checks of what entities say about writing (decision 0029)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)
from django.db import models
from rest_framework.serializers import ModelSerializer

from syncapi.applications import OfflineApp
from syncapi.checks.names import WRITING_OPTIONS, did_you_mean, is_list_of_names
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.inlines import pointing
from syncapi.writable import missing_for_creation, writable_columns

CONFLICT_OPTIONS = ("merge", "resolve_conflict")
HOOKS = ("perform_create", "perform_update", "perform_destroy", "resolve_conflict")
PERMISSIONS = ("has_add_permission", "has_change_permission", "has_delete_permission")

Messages = Iterator[CheckMessage]


def check_entity(entity: LocalEntity) -> Messages:
    """Of an entity whose attributes are known to be right."""
    if entity.is_on_device_only():
        return
    yield from _check_meaning(entity)
    if not entity.pattern.writable:
        return
    wrong = [*_check_readonly_attributes(entity), *_check_serializer(entity), *_check_renamed(entity)]
    yield from wrong
    if not wrong:
        yield from _check_creation(entity)


def _check_meaning(entity: LocalEntity) -> Messages:
    """What the class itself declares, and nothing will ever look at."""
    own = vars(type(entity))
    named: tuple[str, ...]
    if not entity.pattern.writable:
        named, why = (*WRITING_OPTIONS, *HOOKS, *PERMISSIONS), "no device changes its records"
    elif not entity.pattern.detects_conflicts:
        named, why = CONFLICT_OPTIONS, "the last change wins without being compared"
    else:
        return
    if found := [name for name in named if name in own]:
        yield Warning(
            f"{entity.name} declares {', '.join(found)}, but with the pattern '{entity.pattern.name}' {why}.",
            hint="Take it out; or set pattern to offline.ReadWriteWithConflictDetection"
            + ("." if entity.pattern.writable else " or offline.ReadWrite."),
            obj=type(entity),
            id="syncapi.W008",
        )


def _check_readonly_attributes(entity: LocalEntity) -> Messages:
    names = entity.readonly_attributes
    if not is_list_of_names(names):
        yield Error(
            f"readonly_attributes of {entity.name} is not a list of names.",
            hint="Write a list of names of its attributes.",
            obj=type(entity),
            id="syncapi.E032",
        )
        return
    known = [column.name for column in entity.columns]
    for name in names:
        if name not in known:
            yield Error(
                f"readonly_attributes of {entity.name} names '{name}', which is not among its attributes."
                + did_you_mean(name, known),
                hint="What is not carried cannot be changed either: take it out, or add it to attributes.",
                obj=type(entity),
                id="syncapi.E032",
            )


def _check_renamed(entity: LocalEntity) -> Messages:
    renamed: object = entity.renamed
    if not isinstance(renamed, Mapping) or not all(isinstance(name, str) for pair in renamed.items() for name in pair):
        yield Error(
            f"renamed of {entity.name} is not a mapping of names to names.",
            hint='Write renamed = {"old": "new"}.',
            obj=type(entity),
            id="syncapi.E032",
        )
        return
    known = [column.name for column in entity.columns]
    for old, new in renamed.items():
        if old in known:
            yield Error(
                f"renamed of {entity.name} says that '{old}' is '{new}' now, but it has an attribute '{old}'.",
                hint="Take it out: changes made under that name are of the attribute that has it.",
                obj=type(entity),
                id="syncapi.E032",
            )
        elif new not in known and new not in renamed:
            yield Error(
                f"renamed of {entity.name} leads from '{old}' to '{new}', which is not among its attributes."
                + did_you_mean(new, known),
                hint='Write renamed = {"old": "new"}, the name that it has now on the right.',
                obj=type(entity),
                id="syncapi.E032",
            )


def _check_serializer(entity: LocalEntity) -> Messages:
    cls: Any = entity.serializer_class
    if cls is None:
        return
    if not (isinstance(cls, type) and issubclass(cls, ModelSerializer)):
        yield _serializer(entity, "is not a ModelSerializer of the REST framework.")
        return
    model = getattr(getattr(cls, "Meta", None), "model", None)
    if not (isinstance(model, type) and issubclass(entity.model, model)):
        label = model._meta.label if isinstance(model, type) and issubclass(model, models.Model) else model
        yield _serializer(entity, f"is of {label}, and the entity of {entity.model._meta.label}.")
        return
    try:
        fields = cls().fields
    except Exception as error:  # noqa: BLE001 (whatever a project's own code raises)
        yield _serializer(entity, f"cannot be made: {type(error).__name__}: {error}")
        return
    carried = {column.name for column in entity.columns} - {*entity.readonly_attributes}
    for name, field in fields.items():
        if field.required and not field.read_only and name not in carried:
            yield _serializer(
                entity,
                f"asks for '{name}', which devices never send." + did_you_mean(name, carried),
                "Have devices carry and write it, or make it required=False there.",
            )


def _serializer(entity: LocalEntity, problem: str, hint: str = "") -> Error:
    return Error(
        f"serializer_class of {entity.name} {problem}",
        hint=hint or f"Name a subclass of ModelSerializer whose Meta.model is {entity.model.__name__}.",
        obj=type(entity),
        id="syncapi.E033",
    )


def _check_creation(entity: LocalEntity) -> Messages:
    """Whether a record that a device makes can have all that the model asks for."""
    if type(entity).perform_create is not LocalEntity.perform_create or not _may_add(entity):
        return
    missing = missing_for_creation(entity)
    if missing:
        yield Warning(
            f"Devices can never make a record of {entity.name}: {entity.model._meta.label} asks for "
            f"{', '.join(missing)}, which they do not write.",
            hint="Carry it, or fill it in: override perform_create. Where nobody should make records on a device, have "
            "has_add_permission return False.",
            obj=type(entity),
            id="syncapi.W006",
        )


def _may_add(entity: LocalEntity) -> bool:
    """Whether anybody may: who has all permissions there are."""
    if type(entity).has_add_permission is LocalEntity.has_add_permission:
        return True
    try:
        return bool(entity.has_add_permission(get_user_model()(is_superuser=True)))
    except Exception:  # noqa: BLE001 (it may ask the database for more, which is not there yet)
        return True


# -- by app, which decides what else there is


def _check_inlines(app: OfflineApp) -> Messages:
    for parent in app.entities.values():
        if not _is_written(parent):
            continue
        if not is_list_of_names(parent.inlines):
            yield _inline(
                parent, "is not a list of names.", 'Write the names of entities: inlines = ["LocalOrderLine"].'
            )
            continue
        for name in parent.inlines:
            yield from _check_inline(app, parent, name)


def _check_inline(app: OfflineApp, parent: LocalEntity, name: str) -> Messages:
    child = app.entities.get(name)
    if child is None:
        if name in app.declared_entities:
            yield _inline(parent, f"names {name}, which only the device has.", "Take it out.")
        else:
            problem = f"names '{name}', which the app '{app.name}' does not carry." + did_you_mean(name, app.entities)
            yield _inline(parent, problem, "Add that entity to the app's entities, or take it out here.")
        return
    if not _is_written(child):
        yield _inline(
            parent,
            f"names {name}, whose records no device changes.",
            f"Set pattern of {name} to that of {parent.name}, or take it out here.",
        )
        return
    try:
        relations = [column.name for column in pointing(child, parent)]
        written = {column.name for column in writable_columns(child)}
    except DeclarationError:
        return  # told where the attribute is
    if len(relations) != 1:
        many = f"points at it by {', '.join(relations)}" if relations else "does not point at it"
        yield _inline(
            parent,
            f"names {name}, which {many}.",
            f"Have {name} carry exactly one foreign key to {parent.model._meta.label} in its attributes.",
        )
    elif relations[0] not in written:
        yield _inline(
            parent,
            f"names {name}, whose '{relations[0]}' devices may not write.",
            f"Take it out of readonly_attributes of {name}: new records need it.",
        )


def _is_written(entity: LocalEntity) -> bool:
    return bool(getattr(entity.pattern, "writable", False))


def _inline(parent: LocalEntity, problem: str, hint: str) -> Error:
    return Error(f"inlines of {parent.name} {problem}", hint=hint, obj=type(parent), id="syncapi.E034")


def _check_anonymous(app: OfflineApp) -> Messages:
    for entity in app.entities.values() if app.anonymous else ():
        if _is_written(entity) and all(
            getattr(type(entity), name) is getattr(LocalEntity, name) for name in PERMISSIONS
        ):
            yield Warning(
                f"Nobody may change records of {entity.name} in '{app.name}': the app is for everybody, and only those "
                "who are signed in may.",
                hint="Override has_add_permission, has_change_permission or has_delete_permission, and mind who may "
                "then write; or leave out anonymous=True.",
                obj=type(entity),
                id="syncapi.W007",
            )


APP_CHECKS: tuple[Callable[[OfflineApp], Messages], ...] = (_check_inlines, _check_anonymous)
