"""What a device gives for the attributes of a record: names, relations and values, read and found to be allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.errors import Fields
from syncapi.keys.raw import Rows
from syncapi.push.mutation import Local, read_key
from syncapi.push.outcomes import Rejected, invalid, no_such_attribute, not_writable
from syncapi.push.relations import Relations, is_many, is_relation, not_found, python_key, wire_keys
from syncapi.push.scoped import Scoped
from syncapi.push.serializers import CarriedField, serializer_for
from syncapi.writable import may_type_key, old_names, writable_columns

Resolve = Callable[[Local, LocalEntity], Any]
"""The key of the record with this local id; None for none. May raise `Waits` or `Rejected`."""

Held = Callable[[Attribute], Collection[Any]]
"""The keys that a many-to-many attribute of the record holds."""


class Writing:
    """How the attributes of one entity are written, worked out once for a request."""

    def __init__(self, entity: LocalEntity, **context: Any) -> None:
        columns = writable_columns(entity)
        self.entity = entity
        self.columns: Mapping[str, Attribute] = {column.name: column for column in columns}
        self.key = entity.columns[0]
        self.types_key = may_type_key(entity)
        self.relations = [column for column in columns if is_relation(column)]
        self.by_value = [column.name for column in columns if is_many(column)]
        self._known = {column.name for column in entity.columns}
        self._old_names = old_names(entity)
        self._serializer = serializer_for(entity, columns, **context)

    def named(self, values: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """Values by the names that attributes have now.

        :param is_new: of a record that is made: people may type its key, and what is empty says nothing. Forms send
            all that they have, so that otherwise none could be made by who has not heard of an attribute's end.
        :raises Rejected: they are not all writable.
        """
        found: dict[str, Any] = {}
        wrong: dict[str, list[str]] = {}
        for given, value in values.items():
            name = self._old_names.get(given, given)
            if name in self.columns and (is_new or name != self.key.name) and name not in found:
                found[name] = value
            elif not is_new or value not in (None, "", []):
                wrong[given[:100]] = [not_writable() if name in self._known else no_such_attribute()]
        if wrong:
            raise invalid(dict(list(wrong.items())[:20]))
        return found

    def lenient(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The same of what is only looked at: what is not known is left out."""
        named = ((self._old_names.get(given, given), value) for given, value in values.items())
        return {name: value for name, value in named if name in self.columns}

    def read(self, values: Mapping[str, Any], instance: Any) -> dict[str, Any]:
        """Validated Python values, of values in which relations were replaced by records.

        :param instance: the record that is changed; None for a new one.
        :raises ValidationError: of the REST framework.
        """
        serializer = self._serializer
        data = {
            name: value if self._takes_records(name) or name not in self._relation_names else self._as_keys(name, value)
            for name, value in values.items()
        }
        serializer.instance = instance
        serializer.partial = instance is not None
        serializer.initial_data = data
        read: Mapping[str, Any] = serializer.run_validation(data)
        fields = {field.name for field in self.entity.model._meta.get_fields() if isinstance(field, models.Field)}
        return {name: value for name, value in read.items() if name in fields}

    @property
    def _relation_names(self) -> set[str]:
        return {column.name for column in self.relations}

    def _takes_records(self, name: str) -> bool:
        return isinstance(self._serializer.fields.get(name), CarriedField)

    def _as_keys(self, name: str, value: Any) -> Any:
        """What the REST framework's own fields take, which look the records up again."""
        return [one.pk for one in value] if isinstance(value, list) else getattr(value, "pk", None)


def related(
    writing: Writing,
    values: Mapping[str, Any],
    was: Mapping[str, Any],
    held: Held,
    scoped: Scoped,
    relations: Relations,
    resolve: Resolve,
) -> dict[str, Any]:
    """`values` with records in the place of keys: such as are in the user's scope, or were there already.

    :raises Rejected: one is not, by attribute.
    """
    found = dict(values)
    wrong: Fields = {}
    for column in writing.relations:
        if column.name not in values:
            continue
        try:
            found[column.name] = _related(writing, column, values, was, held, scoped, relations, resolve)
        except ValidationError as error:
            wrong = {**wrong, column.name: error.messages}
        except Rejected as error:
            raise Rejected(error.code, fields={column.name: [error.outcome["error"]["message"]]}) from error
    if wrong:
        raise invalid(wrong)
    return found


def _related(
    writing: Writing,
    column: Attribute,
    values: Mapping[str, Any],
    was: Mapping[str, Any],
    held: Held,
    scoped: Scoped,
    relations: Relations,
    resolve: Resolve,
) -> Any:
    target = scoped.target(writing.entity, column)
    if target is None:
        raise ValidationError(not_writable())
    keys = [resolved(target, value, resolve) for value in wire_keys(column, values[column.name])]
    if None in keys:
        raise not_found()
    there = relations.find(target, keys)
    if not is_many(column):
        if len(there) < len(keys):
            raise not_found()
        return there[keys[0]] if keys else None
    before = set(held(column))
    if set(keys) - set(there) - before:
        raise not_found()
    wanted = set(keys) | _unseen(target, before - set(keys), column, was, relations, resolve)
    rows: Rows = models.QuerySet(target.model)
    unscoped = rows.in_bulk(list(wanted - set(there))) if wanted - set(there) else {}
    return [there.get(key) or unscoped[key] for key in sorted(wanted, key=str) if key in there or key in unscoped]


def _unseen(
    target: LocalEntity,
    missing: set[Any],
    column: Attribute,
    was: Mapping[str, Any],
    relations: Relations,
    resolve: Resolve,
) -> set[Any]:
    """Of the records that an attribute has and is not to have any more, those that the device cannot know of: outside
    of the user's scope, and not among what the device says it had. They stay."""
    if not missing:
        return set()
    value = was.get(column.name)
    known = {resolved(target, one, resolve) for one in value} if isinstance(value, list) else set()
    return missing - known - set(relations.find(target, missing))


def resolved(target: LocalEntity, value: Any, resolve: Resolve) -> Any:
    """The Python key that a value of a relation stands for; None for what can be no key."""
    key = read_key(value)
    if isinstance(key, Local):
        return resolve(key, target)
    return None if key is None else python_key(target, key)
