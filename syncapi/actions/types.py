"""What an action takes and returns, as serializers made of its annotations."""

from __future__ import annotations

import dataclasses
import decimal
import inspect
import math
import types
import typing
from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework_dataclasses.serializers import DataclassSerializer

Fields = list[tuple[str, Any, Any]]  # name, type, default or MISSING


class Integer(serializers.IntegerField):
    """No more than every database holds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": -(2**63), "max_value": 2**63 - 1} | kwargs)


class Float(serializers.FloatField):
    """No infinity, and nothing that is no number: JSON can write neither."""

    default_error_messages = {"finite": "A finite number is required."}

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("finite")  # JSON has no way to write it, but 1e999 is one
        return value


class Decimal(serializers.DecimalField):
    """As many places as there are, within reason: `1E+999999` is a number, too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 100, "decimal_places": None} | kwargs)


@extend_schema_serializer(description="")  # not what is said of the class
class TypedSerializer(DataclassSerializer[Any]):
    """The fields of a dataclass, within what databases and JSON can hold."""

    serializer_field_mapping = {
        **DataclassSerializer.serializer_field_mapping,
        int: Integer,
        float: Float,
        decimal.Decimal: Decimal,
    }

    @property
    def serializer_dataclass_field(self) -> type[serializers.Field[Any, Any, Any, Any]]:
        return TypedSerializer


def parameters_of(function: Callable[..., Any]) -> Fields:
    """The parameters after the first, with their types.

    :raises TypeError: one has no type, or takes any number of values. :raises NameError: a type is unknown.
    """
    _, *parameters = inspect.signature(function).parameters.values()
    hints = typing.get_type_hints(function, include_extras=True)
    fields: Fields = []
    for parameter in parameters:
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            raise TypeError(f"'{parameter.name}' cannot be given by name")
        if parameter.name not in hints:
            raise TypeError(f"'{parameter.name}' has no type")
        default = dataclasses.MISSING if parameter.default is parameter.empty else parameter.default
        fields.append((parameter.name, hints[parameter.name], default))
    return fields


def call_serializer(
    name: str, given: type[serializers.Serializer[Any]] | None, parameters: Fields
) -> type[serializers.Serializer[Any]]:
    """What is read of a call: `{"input": …}`, with a field for each parameter.

    :param given: the project's own serializer of the input, which goes before the annotations.
    """
    camel = _camel(name)
    if given is not None:
        return _around(f"{camel}Call", "input", given())
    held = _dataclass(f"{camel}Input", parameters)
    required = any(default is dataclasses.MISSING for _, _, default in parameters)
    return _around(f"{camel}Call", "input", _typed(held)(required=required))


def answer_serializer(
    name: str, given: type[serializers.BaseSerializer[Any]] | None, function: Callable[..., Any]
) -> type[serializers.Serializer[Any]] | None:
    """What an action answers: `{"output": …}`; None for one that is annotated to return nothing.

    :param given: the project's own serializer of the output, which goes before the annotation.
    :raises TypeError: the function does not say what it returns. :raises NameError: that type is unknown.
    """
    camel = _camel(name)
    if given is not None:
        return _around(f"{camel}Answer", "output", given())
    hints = typing.get_type_hints(function, include_extras=True)
    if "return" not in hints:
        raise TypeError("what it returns has no type")
    if hints["return"] is types.NoneType:
        return None
    return _typed(_dataclass(f"{camel}Answer", [("output", hints["return"], dataclasses.MISSING)]))


def _dataclass(name: str, fields: Fields) -> type:
    described: list[Any] = []
    for field, kind, default in fields:
        if default is dataclasses.MISSING:
            described.append((field, kind))
        elif isinstance(default, list | dict | set):
            described.append((field, kind, dataclasses.field(default_factory=default.copy)))
        else:
            described.append((field, kind, dataclasses.field(default=default)))
    return dataclasses.make_dataclass(name, described, kw_only=True)


def _typed(held: type) -> type[serializers.Serializer[Any]]:
    meta = type("Meta", (), {"dataclass": held})
    made: type[serializers.Serializer[Any]] = type(held.__name__, (TypedSerializer,), {"Meta": meta})
    return made


def _around(name: str, field: str, inner: serializers.BaseSerializer[Any]) -> type[serializers.Serializer[Any]]:
    made: type[serializers.Serializer[Any]] = type(name, (serializers.Serializer,), {field: inner})
    return made


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
