"""The definition of an app: what a device must know to hold and show its entities (`docs/protocol.md`)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from syncapi import on_device
from syncapi.applications import OfflineApp
from syncapi.appsettings.current import settings_of
from syncapi.attributes import Attribute
from syncapi.constraints import as_stored
from syncapi.entities import LocalEntity, User
from syncapi.icons import ICONS
from syncapi.values import value_field
from syncapi.write_definition import WriteDefinition, permissions


def app_definition(app: OfflineApp, user: User) -> dict[str, Any]:
    """The app's definition for `user` as JSON values, with labels in the active language.

    One query, beside those that the entities' `has_…_permission` ask.
    """
    current = settings_of(app)
    entities = {name: one for name, one in app.declared_entities.items() if one.has_view_permission(user)}
    return {
        "app": app.name,
        "title": current.title,
        "description": str(app.description),
        "anonymous": app.anonymous,
        "settings": current.on_the_wire(),
        "contexts": {
            context: [cls.__name__ for cls in classes if cls.__name__ in entities]
            for context, classes in app.context_classes.items()
        },
        "entities": [entity_definition(entity, entities) | permissions(entity, user) for entity in entities.values()],
    }


def definition_version(definition: dict[str, Any]) -> str:
    """A hash of the definition as sent: another label is another version, since devices show it."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def entity_definition(entity: LocalEntity, others: Mapping[str, LocalEntity]) -> dict[str, Any]:
    """The definition of one entity; its relations lead to `others`."""
    key, *_ = entity.columns
    label, label_plural = entity.labels

    def names(option: Sequence[str]) -> list[str]:
        """A device knows the key by its name only."""
        return [{"pk": key.name, "-pk": f"-{key.name}"}.get(name, name) for name in option]

    writing = WriteDefinition(entity, others)
    return {
        "name": entity.name,
        "label": str(label),
        "label_plural": str(label_plural),
        "pattern": on_device.PATTERN if entity.is_on_device_only() else entity.pattern.name,
        "key": key.name,
        "attributes": [_attribute(entity, column, others) | writing.of(column) for column in entity.columns],
        "list_display": names(entity.list_display) or _shown(entity),
        "search_fields": names(entity.search_fields),
        "list_filter": names(entity.list_filter),
        "ordering": names(entity.ordering),
        "pictures": names(entity.pictures),
        "icon": ICONS.get(entity.icon, ""),
        **writing.inlines(),
    }


def _shown(entity: LocalEntity) -> list[str]:
    key, *others = entity.columns
    return [column.name for column in others if not column.many][:3] or [key.name]


def _attribute(entity: LocalEntity, column: Attribute, others: Mapping[str, LocalEntity]) -> dict[str, Any]:
    field = column.field
    held = value_field(column.related_model._meta.pk if column.many and column.related_model else field)
    described: dict[str, Any] = {
        "name": column.name,
        "label": _label([str(step.verbose_name) for step in (*column.hops, field)]),
        "type": column.type.name,
        "null": column.null,
    }
    if column.many:
        described["many"] = True
    if column.type.name == "decimal":
        described["decimal_places"] = getattr(held, "decimal_places", None) or 0
    if field.choices:
        encode = column.type.encode
        described["choices"] = [
            # Choices may be written in any form the field takes: 19 for a decimal, "9:30" for a time.
            [value if encode is None or value is None else encode(as_stored(held, value)), str(label)]
            for value, label in field.flatchoices
        ]
    if entity.is_on_device_only():
        described |= on_device.constraints(field)
    if relation := _relation(column, others):
        described["relation"] = relation
    return described


def _label(steps: list[str]) -> str:
    """Of an attribute, after those of the relations that lead to it: "category name"."""
    *relations, label = steps
    for relation in reversed(relations):
        # Translators: an attribute of a related record, such as the name of a product's category.
        label = _("%(relation)s %(attribute)s") % {"relation": relation, "attribute": label}
    return label


def _relation(column: Attribute, others: Mapping[str, LocalEntity]) -> str | None:
    """The entity among `others` that the value is a key of."""
    if column.related_model is None or column.hops:
        return None
    if not column.many and not getattr(column.field, "target_field").primary_key:  # noqa: B009 (the stubs know only Field)
        return None  # a key to another column of the related row finds nothing among its keys
    target = column.related_model._meta.concrete_model
    synced = (other for other in others.values() if not other.is_on_device_only())
    return next((other.name for other in synced if other.model._meta.concrete_model is target), None)
