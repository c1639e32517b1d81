"""Attributes that an entity computes: `@offline.attribute` on a method, as `ModelAdmin` has them in `list_display`."""

from __future__ import annotations  # Django's fields take no [] at run time

import decimal
import hashlib
import inspect
import logging
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import connections, models

from syncapi.attributes import Attribute, UncarriedAttribute, resolve
from syncapi.errors import DeclarationError
from syncapi.values import wire_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncapi.entities import LocalEntity

    Function = Callable[[Any, Any], Any]

MARK = "offline_attribute"
UNCOMPUTED = {"file", "picture"}

logger = logging.getLogger("haversack.pull")


@dataclass(frozen=True)
class Computed:
    """What `@offline.attribute` says of a method."""

    field: models.Field[Any, Any]
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class ComputedAttribute(Attribute):
    """`sources`: what it is computed of, with the keys of the related rows on the way."""

    sources: tuple[Attribute, ...] = ()
    code: str = ""

    @property
    def form(self) -> list[str]:
        return [*super().form, self.code]


def attribute(field: models.Field[Any, Any], *, depends_on: Sequence[str]) -> Callable[[Function], Function]:
    """Makes an attribute of a method `(self, obj)`, to be named in `attributes` like a field.

    `field` says its type and label, as a field of a model would. `depends_on` names the fields that the method reads,
    as in `attributes` (`category__discount`): a change of any of them is a change of the attribute (T1, T3). `obj` has
    these and nothing else; whatever it asks the database for is refused, told in the log, and leaves null.
    """

    def mark(function: Function) -> Function:
        field.set_attributes_from_name(function.__name__)
        setattr(function, MARK, Computed(field, tuple(depends_on)))
        return function

    return mark


def computed_attribute(entity: type[LocalEntity], name: str) -> ComputedAttribute | None:
    """The attribute that a method of this name computes; None where there is no such method.

    :raises DeclarationError: its field cannot be carried, or it depends on what there is not.
    """
    function = getattr(entity, name, None)
    declared: Computed | None = getattr(function, MARK, None)
    if function is None or declared is None:
        return None
    found = None if declared.field.is_relation else wire_type(declared.field)
    if found is None or found.name in UNCOMPUTED:
        raise UncarriedAttribute(f"'{name}': a {type(declared.field).__name__} cannot be computed.")
    sources = [resolve(entity.model, source) for source in declared.depends_on]
    if many := next((source.name for source in sources if source.many), None):
        raise UncarriedAttribute(f"'{name}': it cannot be computed of '{many}', which has many values.")
    # Whether there is a related row is told by its key.
    paths = dict.fromkeys(
        tuple(hop.name for hop in source.hops[: length + 1]) for source in sources for length in range(len(source.hops))
    )
    for path in paths:
        sources += [resolve(entity.model, "__".join(path)), resolve(entity.model, "__".join((*path, "pk")))]
    unique = tuple({source.name: source for source in sources}.values())
    return ComputedAttribute(name, declared.field, (), True, found, sources=unique, code=_code(function))


class Computing:
    """Makes the values of an entity's columns from the values of what they are read from or computed of."""

    def __init__(self, entity: LocalEntity, database: str) -> None:
        self._entity = entity
        self._connection = connections[database]
        self._stored = entity.stored_columns
        place = {column.name: number for number, column in enumerate(self._stored)}
        self._columns = [
            (column, _Recipe(entity.model, column, place) if isinstance(column, ComputedAttribute) else None)
            for column in entity.columns
        ]
        self._place = place

    def row(self, values: Sequence[Any]) -> list[Any]:
        """:param values: of `stored_columns`."""
        return [
            values[self._place[column.name]] if recipe is None else self._compute(column, recipe, values)
            for column, recipe in self._columns
        ]

    def _compute(self, column: Attribute, recipe: _Recipe, values: Sequence[Any]) -> Any:
        try:
            with self._without_queries():
                value = getattr(self._entity, column.name)(recipe.instance(values, self._connection.alias))
            return _held(column.field, value)
        except Exception:
            logger.exception("%s %r: %s could not be computed", self._entity, values[0], column.name)
            return None

    @contextmanager
    def _without_queries(self) -> Iterator[None]:
        with self._connection.execute_wrapper(_refuse):
            yield


class _Recipe:
    """How the object is made that a method is given."""

    def __init__(self, model: type[models.Model], column: ComputedAttribute, place: dict[str, int]) -> None:
        parts: dict[tuple[str, ...], tuple[Any, dict[str, int]]] = {(): (model, {})}
        for source in sorted(column.sources, key=lambda source: len(source.hops)):
            path = tuple(hop.name for hop in source.hops)
            of = source.hops[-1].related_model if source.hops else model
            parts.setdefault(path, (of, {}))[1][source.field.attname] = place[source.name]
        parts[()][1][model._meta.pk.attname] = 0
        # In the order in which Django reads them.
        self._parts = {
            path: (of, [(name, known[name]) for field in of._meta.concrete_fields if (name := field.attname) in known])
            for path, (of, known) in parts.items()
        }

    def instance(self, values: Sequence[Any], database: str) -> models.Model | None:
        made: dict[tuple[str, ...], models.Model | None] = {}
        for path, (model, fields) in self._parts.items():
            by_name = {name: values[number] for name, number in fields}
            there = not path or by_name.get(model._meta.pk.attname) is not None
            made[path] = model.from_db(database, list(by_name), list(by_name.values())) if there else None
            if path and (parent := made[path[:-1]]) is not None:
                parent._meta.get_field(path[-1]).set_cached_value(parent, made[path])  # type: ignore[union-attr]
        return made[()]


def _held(field: models.Field[Any, Any], value: Any) -> Any:
    """The value as the field would hold it."""
    held = None if value is None else field.to_python(value)
    if isinstance(field, models.DecimalField) and isinstance(held, decimal.Decimal) and held.is_finite():
        return held.quantize(decimal.Decimal(1).scaleb(-(field.decimal_places or 0)))
    return held


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise DeclarationError("It asks the database, whose changes nobody would see. Name what it reads in depends_on.")


def _code(function: Callable[..., Any]) -> str:
    """Changes when the method does, so that devices compare what they have."""
    try:
        text = inspect.getsource(function)
    except OSError:
        text = function.__code__.co_code.hex()
    return hashlib.sha256(text.encode()).hexdigest()[:16]
