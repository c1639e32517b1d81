"""Local entities without a model: records that only the device has, of fields declared on the class."""

from __future__ import annotations  # Django's fields take no [] at run time

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.fields.related import ForeignObject

from syncapi.attributes import Attribute
from syncapi.constraints import default, limits
from syncapi.values import wire_type

if TYPE_CHECKING:
    Field = models.Field[Any, Any]

PATTERN = "local"
"""Their word in the definition, in place of a sync pattern's."""
KEY = "id"
"""Their key: a UUID made on the device."""
UNKEPT = {"file", "picture"}
"""Types that nothing on a device makes."""


def take_fields(cls: type[Any]) -> dict[str, Field]:
    """The fields declared on a class itself, which does not keep them: `name`, say, means something else there."""
    own = {name: value for name, value in vars(cls).items() if isinstance(value, models.Field)}
    for name, field in own.items():
        delattr(cls, name)
        field.set_attributes_from_name(name)
    return own


def columns(fields: Mapping[str, Field]) -> tuple[Attribute, ...]:
    """The attributes of such an entity, the key first."""
    key = models.UUIDField(primary_key=True)
    key.set_attributes_from_name(KEY)
    key.verbose_name = "ID"
    return tuple(_attribute(name, field) for name, field in {KEY: key, **fields}.items())


def constraints(field: Field) -> dict[str, Any]:
    """What the device has to know to check a value, and what stands where none was given."""
    return limits(field) | default(field)


def problems(fields: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """What keeps fields from being kept on a device: the name of each, and why."""
    for name, field in fields.items():
        if reason := _problem(name, field):
            yield name, reason


def _attribute(name: str, field: Field) -> Attribute:
    found = wire_type(field)
    assert found is not None  # check syncapi.E030
    return Attribute(name, field, (), field.null, found)


def _problem(name: str, field: Field) -> str | None:
    if name == KEY or field.primary_key:
        return f"the key is always a UUID named '{KEY}', made on the device"
    if isinstance(field, ForeignObject) and not isinstance(field.remote_field.model, type):
        return "it names the other model by a text; give the class"
    if field.many_to_many or (found := wire_type(field)) is None or found.name in UNKEPT:
        return f"values of a {type(field).__name__} cannot be made on a device"
    if field.has_default() and callable(field.default) and not default(field):
        return "its default is a function that a device cannot call"
    return None
