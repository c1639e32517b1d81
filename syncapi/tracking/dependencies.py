"""Collecting what an entity depends on: tables, their columns, and the ways that lead there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.expressions import Col
from django.db.models.sql import Query

from syncapi.attributes import Attribute, UnknownAttribute, through_fields
from syncapi.tracking.watched import Watched

Field: TypeAlias = "models.Field[Any, Any]"  # Django's fields take no [] at run time
Model = type[models.Model]
Path = tuple[str, ...]


class Unwatchable(Exception):
    """A table without a key of one column, or a model without a table."""


@dataclass(frozen=True)
class Followed:
    """A way from the entity's rows to rows of `table`, each row reaching at most one.

    `path`: names of the foreign keys on the way, parent links included; `()` is the entity's own table. `member`:
    whether the queryset goes this way, not only attributes.
    """

    table: str
    path: Path
    member: bool


@dataclass
class Dependencies:
    """`followed`: by path, the table at its end and whether the queryset goes there. `links`: by what is to be watched,
    the way to the rows whose sets are carried."""

    keys: dict[str, str] = field(default_factory=dict)
    content: dict[str, set[str]] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    member: dict[str, set[str]] = field(default_factory=dict)
    followed: dict[Path, tuple[str, bool]] = field(default_factory=dict)
    unfollowed: set[str] = field(default_factory=set)
    links: dict[Watched, Path] = field(default_factory=dict)

    def copy(self) -> Self:
        return type(self)(
            dict(self.keys),
            {table: set(columns) for table, columns in self.content.items()},
            {table: set(columns) for table, columns in self.shared.items()},
            {table: set(columns) for table, columns in self.member.items()},
            dict(self.followed),
            set(self.unfollowed),
            dict(self.links),
        )

    def watched(self) -> dict[str, Watched]:
        """By name. The key column is watched anyway, and never among the others."""
        tables = {table: self._watched(table, key) for table, key in self.keys.items()}
        return tables | {link.name: link for link in self.links}

    def _watched(self, table: str, key: str) -> Watched:
        content, member, shared = (
            frozenset(columns.get(table, ())) - {key} for columns in (self.content, self.member, self.shared)
        )
        return Watched(table, key, content, member, shared)

    def ways(self) -> tuple[Followed, ...]:
        return tuple(Followed(table, path, member) for path, (table, member) in self.followed.items())

    def linked(self) -> tuple[Followed, ...]:
        """The ways to rows whose sets are carried, with the source that tells of the sets in the place of a table."""
        return tuple(Followed(link.name, path, member=False) for link, path in self.links.items())

    # -- what collectors say

    def table(self, model: Model) -> str:
        """The table of `model`, from now on watched.

        :raises Unwatchable:
        """
        meta = model._meta.concrete_model._meta if model._meta.concrete_model else model._meta
        key = meta.pk.column if meta.pk is not None else None
        if not key or not meta.db_table:
            raise Unwatchable(meta.label)
        return self._table(meta.db_table, key)

    def _table(self, table: str, key: str) -> str:
        self.keys.setdefault(table, key)
        return table

    def carry(self, column: Field, path: Path) -> None:
        """A value of this column at the end of `path`, or one that it leads to, is carried."""
        for one in _stored(column):
            table = self.table(one.model)
            self.content.setdefault(table, set()).add(one.column)
            if path:
                self.shared.setdefault(table, set()).add(one.column)

    def decide(self, column: Field) -> None:
        """This column decides which rows are in scope."""
        for one in _stored(column):
            self.member.setdefault(self.table(one.model), set()).add(one.column)

    def follow(self, path: Path, table: str, member: bool) -> None:
        known = self.followed.get(path)
        self.followed[path] = (table, member or (known is not None and known[1]))

    def follow_attribute(self, model: Model, attribute: Attribute) -> None:
        """An attribute: its column, and the foreign keys on the way to it; or the table in between."""
        if attribute.many:
            self._follow_link(model, attribute)
            return
        current, path = model, Path()
        for hop in attribute.hops:
            current, path = self._follow_parents(current, path, hop.model)
            self.carry(hop, path)
            current, path = hop.related_model, (*path, hop.name)
            self.follow(path, self.table(current), member=False)
            target = hop.target_field
            _, target_path = self._follow_parents(current, path, target.model)
            self.carry(target, target_path)
        _, path = self._follow_parents(current, path, attribute.field.model)
        self.carry(attribute.field, path)

    def _follow_link(self, model: Model, attribute: Attribute) -> None:
        field: Any = attribute.field
        record, target = through_fields(field)
        _, path = self._follow_parents(model, (), field.model)
        self.links[Watched.link(record.model._meta.db_table, record.column, target.column)] = path

    def _follow_parents(self, model: Model, path: Path, owner: Model) -> tuple[Model, Path]:
        """From `model` to the table of the parent that owns an inherited field."""
        for step in _path_to(model, owner):
            self.carry(step.join_field, path)
            path = (*path, step.join_field.name)
            self.follow(path, self.table(step.to_opts.model), member=False)
        return owner, path

    def depend_on(self, model: Model, name: str) -> None:
        """`depends_on` of an entity: a column, by a path that may lead to many rows.

        :raises UnknownAttribute: there is no such path.
        """
        current: Model | None = model
        for step in name.split("__"):
            found: Any = _step(current, step, name)
            for parent in _path_to(current, found.model) if current else ():
                self._decide_join(parent.join_field)
            if not found.is_relation:
                self.decide(found)
                current = None
                continue
            if isinstance(found, models.ForeignKey):
                self.decide(found)
            for info in found.path_infos:
                self.table(info.to_opts.model)
                self._decide_join(info.join_field)
                current = info.to_opts.model

    def _decide_join(self, join: Any) -> None:
        for side in (*columns_of_join(join), *columns_of(join.get_extra_restriction("", ""))):
            self.decide(side)


def _step(model: Model | None, step: str, name: str) -> Any:
    if model is None:
        raise UnknownAttribute(f"'{name}': nothing can follow a column, so '{step}' leads nowhere.")
    try:
        found: Any = model._meta.pk if step == "pk" else model._meta.get_field(step)
    except FieldDoesNotExist:
        raise UnknownAttribute(f"'{name}': {model._meta.label} has no field '{step}'.") from None
    if (found.is_relation and not hasattr(found, "path_infos")) or (not found.is_relation and not found.column):
        raise UnknownAttribute(f"'{name}': '{step}' is not in a column of its own, and leads to no one table.")
    return found


def _path_to(model: Model, owner: Model) -> list[Any]:
    if model._meta.concrete_model is owner._meta.concrete_model:
        return []
    return list(model._meta.get_path_to_parent(owner))


def columns_of_join(join: Any) -> Iterator[Field]:
    """Both sides of a join along a field or a relation."""
    for left, right in join.get_joining_fields():
        yield left
        yield right


def columns_of(expression: Any) -> Iterator[Field]:
    """All columns in a resolved expression that has no subqueries."""
    if isinstance(expression, Col):
        yield expression.target
    for source in expression.get_source_expressions() if expression is not None else ():
        yield from columns_of(source)


def _stored(column: Any) -> Iterable[Any]:
    """The column itself, and for a generated one also those it is made of, which are the ones that get written."""
    if not isinstance(column, models.GeneratedField):
        return (column,)
    made_of: Any = column
    resolved = made_of.expression.resolve_expression(Query(column.model, alias_cols=False))
    return (column, *columns_of(resolved))
