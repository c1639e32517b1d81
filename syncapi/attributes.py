"""Attributes of a local entity: names such as `unit_price` or `category__name`, resolved against the model."""

from __future__ import annotations  # Django's fields take no [] at run time

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from syncapi.errors import DeclarationError
from syncapi.values import WireType, encode_integer, wire_type

Model = type[models.Model]


@dataclass(frozen=True)
class Attribute:
    """One value of a local row.

    `field` is the concrete field at the end of the path; `hops` the relations on the way; `null` whether a device may
    see None, because of the field or because a relation on the way may be empty, or lead nowhere.

    `many`: the field is a many-to-many one of the entity's own model. The value is an array: the keys of the related
    rows, each once, in key order; `type` is that of a key.
    """

    name: str
    field: models.Field[Any, Any]
    hops: tuple[models.ForeignKey[Any, Any], ...]
    null: bool
    type: WireType
    many: bool = False

    @property
    def form(self) -> list[str]:
        """What decides how its values look, whatever they are."""
        return [self.name, self.type.name, *(["many"] if self.many else [])]

    @property
    def related_model(self) -> Model | None:
        """The model this attribute's value is a key of, or its values are keys of, for relations."""
        model = self.field.related_model if self.many or isinstance(self.field, models.ForeignKey) else None
        return model if isinstance(model, type) else None


VERSION = Attribute("_version", models.BigIntegerField(), (), False, WireType("integer", encode_integer))
"""Travels with rows of writable entities, and is none of their attributes (decision 0003)."""


class UnknownAttribute(DeclarationError):
    """The model has no such attribute."""


class MultiValuedAttribute(DeclarationError):
    """The attribute may have many values."""


class UncarriedAttribute(DeclarationError):
    """Values of this kind of field cannot be carried."""


def key_attribute(model: Model) -> Attribute:
    """The primary key of `model` as an attribute.

    :raises UncarriedAttribute: for composite keys and key fields without a wire type.
    """
    return resolve(model, model._meta.pk.name)


def resolve(model: Model, name: str) -> Attribute:
    """Follows `name` from `model` through foreign keys, with `__` between the steps.

    :raises UnknownAttribute: a step is not a field; the message proposes close names.
    :raises MultiValuedAttribute: a step leads to many rows.
    :raises UncarriedAttribute: the field at the end has no wire type.
    """
    hops: list[models.ForeignKey[Any, Any]] = []
    current = model
    *path, last = name.split("__")
    for step in path:
        field = _field(current, step, name)
        if not isinstance(field, models.ForeignKey):
            raise UnknownAttribute(
                f"'{name}': '{step}' of {current._meta.label} is not a relation, so nothing can follow it."
            )
        hops.append(field)
        current = field.related_model
    if not path and isinstance(many := _own_field(model, last), models.ManyToManyField):
        return _many(model, name, many)
    field = _field(current, last, name)
    found = wire_type(field)
    if found is None:
        raise UncarriedAttribute(
            f"'{name}': a {type(field).__name__} cannot be carried to devices ({current._meta.label}.{last})."
        )
    null = field.null or any(hop.null or not getattr(hop, "db_constraint", True) for hop in hops)
    return Attribute(name, field, tuple(hops), null, found)


def through_fields(field: models.ManyToManyField[Any, Any]) -> tuple[models.ForeignKey[Any, Any], ...]:
    """Of the table in between: the foreign key to the record, and the one to what it is tied to."""
    options = _between(field)._meta
    record: Any = options.get_field(field.m2m_field_name())
    target: Any = options.get_field(field.m2m_reverse_field_name())
    return record, target


def _between(field: models.ManyToManyField[Any, Any]) -> Model:
    through: Any = field.remote_field.through
    made: Model = through
    return made


def _many(model: Model, name: str, field: models.ManyToManyField[Any, Any]) -> Attribute:
    if any(not key.target_field.primary_key for key in through_fields(field)):
        between = _between(field)._meta.label
        raise UncarriedAttribute(f"'{name}': {between} points at its rows by another column than their key.")
    related: Any = field.related_model
    found = wire_type(related._meta.pk)
    if found is None:
        kind = type(related._meta.pk).__name__
        raise UncarriedAttribute(f"'{name}': keys of {related._meta.label} cannot be carried, each is a {kind}.")
    return Attribute(name, field, (), False, found, many=True)


def _own_field(model: Model, name: str) -> object:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _field(model: Model, step: str, name: str) -> models.Field[Any, Any]:
    try:
        field = model._meta.pk if step == "pk" else model._meta.get_field(step)
    except FieldDoesNotExist:
        close = get_close_matches(step, _field_names(model), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise UnknownAttribute(f"'{name}': {model._meta.label} has no field '{step}'.{hint}") from None
    if field.one_to_many or field.many_to_many or (field.auto_created and not field.concrete):
        raise MultiValuedAttribute(
            f"'{name}': '{step}' of {model._meta.label} leads to other rows; declare a local entity for them instead."
        )
    if not isinstance(field, models.Field) or not field.concrete or field.column is None:
        raise UncarriedAttribute(f"'{name}': '{step}' of {model._meta.label} has no column of its own.")
    return field


def _field_names(model: Model) -> Iterable[str]:
    return [field.name for field in model._meta.get_fields()]
