"""What the mutations of a transaction will ask for: found out before, so that it is asked for once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from syncapi.entities import LocalEntity
from syncapi.push.given import Writing
from syncapi.push.local_keys import LocalKeys
from syncapi.push.mutation import Local, Mutation, read_key
from syncapi.push.relations import python_key, wire_keys
from syncapi.push.request import Request
from syncapi.push.scoped import Scoped

Keys = dict[str, list[Any]]


@dataclass
class Lookup:
    """`records` that are changed and `relations` that are pointed at, by Python keys. `touched`: how many mutations are
    about a record, by entity name and key, which is a `Local` where there is no other yet."""

    records: list[tuple[LocalEntity, list[Any]]] = field(default_factory=list)
    relations: list[tuple[LocalEntity, list[Any]]] = field(default_factory=list)
    touched: Counter[tuple[str, Any]] = field(default_factory=Counter)


def prepare(mutations: Sequence[Mutation], request: Request, scoped: Scoped, local_keys: LocalKeys) -> Lookup:
    """What cannot be read is left out: it is judged when its mutation is."""
    entities = {name: scoped.entity(name) for name in dict.fromkeys(one.entity for one in mutations)}
    writings = {
        name: request.writing(entity)
        for name, entity in entities.items()
        if entity is not None and entity.pattern.writable
    }
    mutations = [one for one in mutations if one.entity in writings]
    local_keys.prepare(_locals_of(mutations, writings))
    found = Lookup()
    records: Keys = {}
    relations: Keys = {}
    for mutation in mutations:
        writing = writings[mutation.entity]
        key = plain_key(mutation, writing.entity, local_keys)
        if key is not None and mutation.op != "create":
            records.setdefault(mutation.entity, []).append(key)
        found.touched[mutation.entity, mutation.key if key is None else key] += 1
        for name, keys in _pointed_at(mutation, writing, scoped, local_keys):
            relations.setdefault(name, []).extend(keys)
    found.records = [(writings[name].entity, keys) for name, keys in records.items()]
    # They are locked: in one order, so that two devices do not wait for each other.
    found.records.sort(key=lambda some: (some[0].model._meta.label_lower, some[0].name))
    found.relations = [(one, keys) for name, keys in relations.items() if (one := scoped.entity(name)) is not None]
    return found


def plain_key(mutation: Mutation, entity: LocalEntity, local_keys: LocalKeys) -> Any:
    """The Python key of the record that a mutation is about; None where there is none."""
    if isinstance(mutation.key, Local):
        return local_keys.find(mutation.key, entity)
    return python_key(entity, mutation.key)


def _pointed_at(
    mutation: Mutation, writing: Writing, scoped: Scoped, local_keys: LocalKeys
) -> Iterator[tuple[str, list[Any]]]:
    for column in writing.relations:
        target = scoped.target(writing.entity, column)
        if target is None or column.name not in mutation.values:
            continue
        try:
            values = [read_key(value) for value in wire_keys(column, mutation.values[column.name])]
        except ValidationError:
            continue
        keys = [local_keys.find(one, target) if isinstance(one, Local) else python_key(target, one) for one in values]
        yield target.name, [key for key in keys if key is not None]


def _locals_of(mutations: Sequence[Mutation], writings: Mapping[str, Writing]) -> Iterator[Local]:
    for mutation in mutations:
        if isinstance(mutation.key, Local):
            yield mutation.key
        for column in writings[mutation.entity].relations:
            for values in (mutation.values, mutation.was):
                value = values.get(column.name)
                for one in value if isinstance(value, list) else [value]:
                    found = read_key(one)
                    if isinstance(found, Local):
                        yield found
