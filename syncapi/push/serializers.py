"""Serializers that read values as they travel."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from rest_framework import serializers

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.push.decode import decode
from syncapi.values import wire_type


class WireField(serializers.Field[Any, Any, Any, Any]):
    """A field of a model, read exactly as it travels: texts untrimmed, and digits beyond 2^53. Whether the value will
    do is for the model's own validation."""

    def __init__(self, *, model_field: Any, **options: Any) -> None:
        super().__init__(**options)
        self.model_field = model_field

    def to_internal_value(self, data: Any) -> Any:
        try:
            return decode(self.model_field, data)
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error

    def to_representation(self, value: Any) -> Any:
        found = wire_type(self.model_field)
        return value if found is None or found.encode is None else found.encode(value)


class CarriedField(serializers.Field[Any, Any, Any, Any]):
    """A relation. The records it names were found before, in the user's scope: it is given these, and not keys."""

    default_error_messages = {"invalid": "This is no record."}

    def to_internal_value(self, data: Any) -> Any:
        several = data if isinstance(data, list) else [data]
        if not all(isinstance(one, models.Model) for one in several):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value.pk if isinstance(value, models.Model) else [one.pk for one in value.all()]


class EntitySerializer(serializers.ModelSerializer[Any]):
    """What an entity without a `serializer_class` reads values with; the base for those that add to it.

    It leaves to the model what the model checks itself: lengths, choices, validators, what must be unique.
    """

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        return WireField, {"model_field": model_field, "required": False, "allow_null": True}

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        return CarriedField, {"required": False, "allow_null": not relation_info.to_many}

    def get_validators(self) -> list[Any]:
        return list(getattr(getattr(self, "Meta", None), "validators", None) or ())

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_uniqueness_extra_kwargs(
        self, field_names: Any, declared_fields: Any, extra_kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        return extra_kwargs, {}


def serializer_for(entity: LocalEntity, columns: tuple[Attribute, ...], **context: Any) -> serializers.Serializer[Any]:
    """A serializer of the entity's writable attributes, to be used for one record after the other."""
    declared = entity.serializer_class
    if declared is None:
        meta = type("Meta", (), {"model": entity.model, "fields": [column.name for column in columns]})
        declared = type(f"{entity.name}Serializer", (EntitySerializer,), {"Meta": meta})
    return declared(context=context)
