"""Which attributes of an entity devices may write, who gives its records their keys, and what attributes were called.

One answer for all: the definition tells it to devices, the server holds them to it (W4, L5, decision 0029).
"""

from __future__ import annotations  # Django's fields take no [] at run time

from typing import TYPE_CHECKING, Any

from django.db import models

from syncapi.attributes import Attribute
from syncapi.computed import ComputedAttribute
from syncapi.renamed import renamed_fields

if TYPE_CHECKING:
    from syncapi.entities import LocalEntity

_FILES = {"file", "picture"}


def writable_columns(entity: LocalEntity) -> tuple[Attribute, ...]:
    """The attributes that devices may write, in the order of `entity.columns`. None of an entity that is not writable.

    The key is one of them where people type it (`may_type_key`): it is written once, with a new record.
    """
    if entity.is_on_device_only() or not entity.pattern.writable:
        return ()
    key, *others = entity.columns
    accepted = _accepted(entity)
    found = [column for column in others if _is_writable(entity, column)]
    if may_type_key(entity):
        found.insert(0, key)
    return tuple(column for column in found if accepted is None or column.name in accepted)


def may_type_key(entity: LocalEntity) -> bool:
    """Whether people type the key of a new record, and it is not made by the server."""
    if entity.is_on_device_only() or not entity.pattern.writable:
        return False
    key = entity.columns[0]
    return (
        key.name not in entity.readonly_attributes
        and key.field.editable
        and not isinstance(key.field, models.ForeignKey)
        and not makes_key(entity)
    )


def makes_key(entity: LocalEntity) -> bool:
    """Whether the database or the model gives a new record its key."""
    field = _root(entity.columns[0].field)
    db_default = getattr(field, "db_default", models.NOT_PROVIDED)
    return isinstance(field, models.AutoField) or field.has_default() or db_default is not models.NOT_PROVIDED


def missing_for_creation(entity: LocalEntity) -> list[str]:
    """Names of the fields that a new record must have, and that no device writes: `perform_create` has to fill them
    in."""
    written = {column.field.name for column in writable_columns(entity)}
    missing = [field.name for field in entity.model._meta.concrete_fields if must_be_given(field)]
    missing = [name for name in missing if name not in written]
    if not makes_key(entity) and not may_type_key(entity):
        missing.insert(0, entity.model._meta.pk.name)
    return missing


def must_be_given(field: Any) -> bool:
    """Whether a record cannot be made without a value of this field of its model; of the key the answer is no."""
    given = field.null or field.blank or field.has_default() or field.db_default is not models.NOT_PROVIDED
    made = field.primary_key or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    inherited = field.is_relation and getattr(field.remote_field, "parent_link", False)
    return not (given or made or inherited or isinstance(field, models.GeneratedField))


def target_of(entity: LocalEntity, column: Attribute) -> LocalEntity | None:
    """The entity of the app that a relation's values are keys of; None for no relation, or one that leads elsewhere.

    Who may not view that entity may not point at its records either; that is for the caller to ask.
    """
    field: Any = column.field
    if column.hops or not isinstance(field, models.ForeignKey | models.ManyToManyField):
        return None
    if isinstance(field, models.ForeignKey) and not field.target_field.primary_key:
        return None  # devices know records by their keys only
    target = field.related_model._meta.concrete_model
    return next((one for one in entity.app.entities.values() if one.model._meta.concrete_model is target), None)


def old_names(entity: LocalEntity) -> dict[str, str]:
    """Names that the entity's attributes had, with those that they have now: of `renamed`, and of the `RenameField`
    operations in the migrations of the models that the attributes are of, from name to name to the last one.

    A name that an attribute has now is no old name.
    """
    current = {column.name: column for column in entity.columns if not column.hops}
    fields = [column.field for column in current.values() if not isinstance(column, ComputedAttribute)]
    owners = {field.model for field in fields}
    renamed = {old: new for owner in owners for old, new in renamed_fields(owner._meta).items()}
    renamed |= entity.renamed
    found = {}
    for old in renamed:
        name, seen = old, {old}
        while name not in current and name in renamed and renamed[name] not in seen:
            name = renamed[name]
            seen.add(name)
        if name in current and old not in current:
            found[old] = name
    return found


def _is_writable(entity: LocalEntity, column: Attribute) -> bool:
    field: Any = column.field
    if isinstance(column, ComputedAttribute) or column.hops or column.name in entity.readonly_attributes:
        return False
    if field.primary_key:
        return False  # of a parent that the model inherits from: the record would become another
    if column.type.name in _FILES or not field.editable or isinstance(field, models.GeneratedField):
        return False
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return False
    if isinstance(field, models.ManyToManyField):
        # Another table between them has columns of its own, which nobody would fill in.
        through: Any = field.remote_field.through
        return bool(through._meta.auto_created) and target_of(entity, column) is not None
    if isinstance(field, models.ForeignKey):
        return not field.remote_field.parent_link and target_of(entity, column) is not None
    return True


def _accepted(entity: LocalEntity) -> set[str] | None:
    """The names that a serializer of the project's own takes; None where it has none."""
    if entity.serializer_class is None:
        return None
    return {name for name, field in entity.serializer_class().fields.items() if not field.read_only}


def _root(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    """Of a key that a model inherits, the key that it is."""
    while isinstance(field, models.OneToOneField) and field.remote_field.parent_link:
        field = field.target_field
    return field
