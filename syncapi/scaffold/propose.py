"""A lightweight entity for a model: what a phone needs to list, find and show its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from syncapi.attributes import Attribute, resolve
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError
from syncapi.patterns import Pattern, ReadOnly, ReadOnlyOptimized
from syncapi.writable import missing_for_creation, must_be_given

ATTRIBUTES = 12  # at most, by proposal: the fewer the better for a phone
TITLES = ("name", "title", "label", "company_name", "full_name", "subject", "number", "code", "slug")
SECRET = ("password", "secret", "token", "api_key")  # in a field's name: never proposed
HEAVY = (models.TextField, models.JSONField)  # and files, other than pictures


@dataclass
class Proposal:
    """The options of an entity; those that are empty are left out of what is written."""

    name: str
    model: type[models.Model]
    attributes: list[str]
    pattern: type[Pattern] = ReadOnlyOptimized
    inlines: list[str] = field(default_factory=list)
    readonly_attributes: list[str] = field(default_factory=list)
    list_display: list[str] = field(default_factory=list)
    search_fields: list[str] = field(default_factory=list)
    list_filter: list[str] = field(default_factory=list)
    ordering: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    @property
    def lists(self) -> dict[str, list[str]]:
        """The options that are lists, beside `attributes`, in the order in which they are written."""
        writing = ("inlines", "readonly_attributes")
        names = (*writing, "list_display", "search_fields", "list_filter", "ordering", "pictures")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def propose(
    model: type[models.Model],
    *,
    name: str = "",
    attributes: Sequence[str] = (),
    carried: Iterable[type[models.Model]] = (),
    pattern: type[Pattern] | None = None,
) -> Proposal:
    """An entity for `model`.

    :param attributes: what it carries; default a few fields that say most, with the names of related records.
    :param carried: the models that the app carries already: a key of these leads somewhere.
    :param pattern: default what brings only changes, of a table that can be watched. Of records that devices may make,
        what a new one must have is among the attributes, however long it is.
    :raises DeclarationError: one of `attributes` cannot be carried.
    """
    pattern = pattern or (ReadOnlyOptimized if model._meta.managed else ReadOnly)
    chosen = list(attributes) or proposed_attributes(model, {*carried, model}, writable=pattern.writable)
    fields = {attribute: resolve(model, attribute) for attribute in chosen}
    named = [name for name, column in fields.items() if column.related_model is None or column.hops]  # no keys
    title = next((name for name in [*_titles(model), *named, *fields] if name in fields and not fields[name].many), "")
    title = title or chosen[0]
    kinds = {attribute: column.type.name for attribute, column in fields.items()}
    choices = {attribute for attribute, column in fields.items() if column.field.choices}
    relations = {attribute for attribute, column in fields.items() if not column.hops and column.field.is_relation}
    many = {attribute for attribute, column in fields.items() if column.many}
    texts = [attribute for attribute in chosen if kinds[attribute] == "string" and attribute not in choices | relations]
    shown = [
        attribute for attribute in chosen if attribute not in {title, *relations} and kinds[attribute] != "picture"
    ]
    return Proposal(
        name=name or f"Local{model.__name__}",
        model=model,
        attributes=chosen,
        pattern=pattern,
        readonly_attributes=_given_by_the_server(fields) if pattern.writable else [],
        list_display=[title, *shown[:3]],
        search_fields=sorted(texts, key=lambda attribute: attribute != title)[:4],
        list_filter=[a for a in chosen if a in choices or kinds[a] == "boolean" or a in relations - many][:3],
        ordering=_ordering(model, fields) or ([title] if kinds[title] != "picture" and title not in many else []),
        pictures=[attribute for attribute in chosen if kinds[attribute] == "picture"],
    )


def proposed_attributes(
    model: type[models.Model], carried: set[type[models.Model]], *, writable: bool = False
) -> list[str]:
    """Short fields, and for each foreign key the name of the related record; its key, too, where the app carries it.

    Where devices may write them, what a new record must have is among them, and what ties it to records that the app
    carries comes before the rest.
    """
    names: list[str] = []
    needed: list[str] = []
    tied: list[str] = []
    for one in model._meta.concrete_fields:
        if one.primary_key or any(word in one.name for word in SECRET):
            continue
        leads = not one.is_relation or one.related_model in carried
        if writable and must_be_given(one) and leads and not isinstance(one, models.FileField):
            needed.append(one.name)
        if isinstance(one, models.ForeignKey):
            related = one.related_model
            assert isinstance(related, type)
            named = [f"{one.name}__{title}" for title in _titles(related)[:1]]
            names += [one.name, *named] if related in carried else named
            tied += [one.name, *named] if related in carried and writable else []
        elif one.name in needed or (
            not isinstance(one, HEAVY) and (isinstance(one, models.ImageField) or not isinstance(one, models.FileField))
        ):
            names.append(one.name)
    if writable:
        sets = [one.name for one in model._meta.many_to_many if one.related_model in carried and _is_plain(one)]
        names += sets
        tied += sets
    carriable = [name for name in names if _carriable(model, name)]
    best = [name for name in _titles(model) if name in carriable][:1]
    pictures = [one.name for one in model._meta.concrete_fields if isinstance(one, models.ImageField)]
    # The title first; pictures are what people know things by, so that they are among the few.
    first = dict.fromkeys([*best, *pictures, *(name for name in needed if name in carriable)])
    others = sorted((name for name in carriable if name not in first), key=lambda name: name not in tied)
    kept = {*first, *others[: max(0, ATTRIBUTES - len(first))]}
    return [*best, *[name for name in carriable if name in kept and name not in best]] or [model._meta.pk.name]


def _is_plain(many: models.ManyToManyField[Any, Any]) -> bool:
    """Whether it has no model of its own in between, whose other values nobody would write."""
    through: Any = many.remote_field.through
    return bool(through._meta.auto_created)


def _given_by_the_server(fields: Mapping[str, Attribute]) -> list[str]:
    """Numbers of which each is there once, and which may be missing at first: two devices that count for themselves
    come to the same one."""
    return [
        name
        for name, column in fields.items()
        if not column.hops and isinstance(column.field, models.IntegerField) and column.field.unique and column.null
    ]


def proposed_inlines(model: type[models.Model], entities: Iterable[LocalEntity]) -> list[str]:
    """Names of those whose records are parts of one of `model`: devices make them, they lead to exactly one of it,
    cannot be without it, and go with it."""
    return [
        entity.name
        for entity in entities
        if entity.pattern.writable and entity.model is not model and _is_part(entity, model)
    ]


def _is_part(entity: LocalEntity, model: type[models.Model]) -> bool:
    leading = [column.field for column in entity.columns if not column.hops and column.related_model is model]
    if len(leading) != 1 or not isinstance(leading[0], models.ForeignKey):
        return False
    whole = leading[0].remote_field.on_delete is models.CASCADE and not leading[0].null
    return whole and set(missing_for_creation(entity)) <= {leading[0].name}


def _titles(model: type[models.Model]) -> list[str]:
    """Fields that may stand for a record, the best first."""
    named = [name for name in TITLES if _is_text(model, name)]
    texts = [one.name for one in model._meta.concrete_fields if _is_text(model, one.name) and not one.primary_key]
    return list(dict.fromkeys([*named, *(name for name in texts if not any(word in name for word in SECRET))]))


def _is_text(model: type[models.Model], name: str) -> bool:
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    whole = isinstance(found, models.IntegerField) and name == "number"
    return (isinstance(found, models.CharField) and not found.choices) or whole


def _carriable(model: type[models.Model], name: str) -> bool:
    try:
        resolve(model, name)
    except DeclarationError:
        return False
    return True


def _ordering(model: type[models.Model], carried: Iterable[str]) -> list[str]:
    """The model's own, as far as a device can follow it."""
    known = {*carried, "pk", model._meta.pk.name}
    names = [name for name in model._meta.ordering or () if isinstance(name, str)]
    return [name for name in names if name.removeprefix("-") in known]
