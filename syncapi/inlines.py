"""Records that are edited inside of the form of another: by which attribute they point at it (`inlines`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapi.attributes import Attribute

if TYPE_CHECKING:
    from syncapi.entities import LocalEntity


def pointing(child: LocalEntity, parent: LocalEntity) -> list[Attribute]:
    """The attributes of `child` that are keys of records of `parent`. For an inline there must be exactly one."""
    model = parent.model._meta.concrete_model
    return [
        column
        for column in child.columns
        if not column.hops
        and column.related_model is not None
        and column.related_model._meta.concrete_model is model
        and getattr(column.field, "target_field").primary_key  # noqa: B009 (the stubs know only Field)
    ]
