"""Deletions one after another, carried out together: in a few statements, however many there are.

Only where each of them comes to what it would come to alone, one after the other. Who has code of their own in the way
(a hook, `delete()`, a receiver of signals) may see the difference, and so may a record that another one leads to.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.deletion import CASCADE, DO_NOTHING, PROTECT, RESTRICT, SET_NULL, Collector
from django.db.models.signals import post_delete, pre_delete

from syncapi.entities import LocalEntity
from syncapi.patterns import ReadWrite, ReadWriteWithConflictDetection
from syncapi.push.mutation import Mutation, ResultOf
from syncapi.push.phases import Effect, Outcome, Push
from syncapi.push.relations import is_many
from syncapi.push.writes import Writes
from syncapi.tracking.plan import plan
from syncapi.writable import writable_columns


class Apart(Exception):
    """What these deletions come to can only be told one after the other."""


@dataclass(frozen=True)
class Deletion:
    """`key`: of the record, a Python value."""

    entity: LocalEntity
    mutation: Mutation
    key: Any

    @property
    def needed(self) -> set[uuid.UUID]:
        """What must have been done before."""
        base = self.mutation.base
        return {*self.mutation.depends_on, base.id} if isinstance(base, ResultOf) else set(self.mutation.depends_on)


class Run:
    """Deletions of records of one entity that follow one another, none of which needs another one."""

    def __init__(self, first: Deletion) -> None:
        self._entity = first.entity
        self._ids: set[uuid.UUID] = set()
        self._keys: set[Any] = set()
        self.add(first)

    def takes(self, one: Deletion) -> bool:
        return one.entity is self._entity and one.key not in self._keys and not one.needed & self._ids

    def add(self, one: Deletion) -> None:
        self._ids.add(one.mutation.id)
        self._keys.add(one.key)


class Deletions:
    """What is to be deleted together, collected until all of it was judged."""

    def __init__(self, entity: LocalEntity) -> None:
        self.asks = False
        """Whether the project asks the database who may delete a record: the others, gone or not, may matter to it."""
        self._records: list[Any] = []
        self._keys: list[Any] = []
        self._writes = Writes(entity)

    def deliver(self, push: Push, outcome: Outcome) -> Effect:
        """As `Push.deliver`, of a deletion that is not carried out before all are.

        :raises Apart:
        """
        if outcome.status != "applied":
            return push.deliver(outcome)
        asked = False

        def notice(execute: Callable[..., Any], *given: Any) -> Any:
            nonlocal asked
            asked = True
            return execute(*given)

        with connection.execute_wrapper(notice):
            push.demand_permission()
        if asked and self._records:  # of the first, nothing has happened yet that it could matter to
            self.asks = True
            raise Apart
        effect = push.deletion()
        self._records.append(push.record)
        self._keys.append(effect.key)
        return effect

    def carry_out(self) -> set[str]:
        """Deletes all, as `Model.delete()` does each. Returns the tables in which other rows were written.

        :raises Apart:
        """
        if not self._records:
            return set()
        _demand_unrelated(self._records)
        collector = _Collector(using=connection.alias)
        collector.collect(self._records)
        model = type(self._records[0])
        if len(collector.data.get(model, ())) > len(self._records):
            raise Apart  # others of its kind go along, and with them perhaps one that is to be deleted later
        with self._writes.watch():
            collector.delete()
        return self._writes.elsewhere(*self._keys)


def go_together(entity: LocalEntity, queryset: models.QuerySet[Any, Any]) -> bool:
    """Whether deletions of records of `entity` have nothing to do with one another, as far as that can be told before.

    :param queryset: the records that are the user's.
    """
    model = entity.model
    reached = None if _has_own_code(entity) or model._meta.all_parents else _reached(model)
    if reached is None:
        return False
    many = [column.field for column in writable_columns(entity) if is_many(column)]
    if any(_concrete(field.related_model) in {*reached, _concrete(model)} for field in many):
        return False  # what one of them held another one might not hold any more
    membership = plan(entity, queryset)
    deciding = {one.table for one in membership.watched.values() if one.member} | membership.unfollowed
    return not membership.volatile and not deciding & {one._meta.db_table for one in reached}


def _has_own_code(entity: LocalEntity) -> bool:
    cls, model = type(entity), entity.model
    return (
        any(getattr(cls, hook) is not getattr(LocalEntity, hook) for hook in ("perform_destroy", "resolve_conflict"))
        or entity.pattern.push not in (ReadWrite.push, ReadWriteWithConflictDetection.push)
        or model.delete is not models.Model.delete
        or _is_heard(model)
    )


def _reached(model: type[models.Model]) -> set[type[models.Model]] | None:
    """Other models of which records are changed or deleted along with one of `model`; None where that may be others of
    `model` itself by a detour, or nobody can tell."""
    found: set[type[models.Model]] = set()
    waiting = [model]
    while waiting:
        here = waiting.pop()
        if any(hasattr(field, "bulk_related_objects") for field in here._meta.private_fields):
            return None  # what is related generically
        for field, there in _pointing_at(here):
            if there is _concrete(model) and here is model:
                continue  # `_demand_unrelated` looks at the records themselves
            on_delete = field.remote_field.on_delete
            if on_delete not in (CASCADE, SET_NULL) or there is _concrete(model):
                return None
            if on_delete is CASCADE and there not in found:
                if _is_heard(there) or there._meta.all_parents:
                    return None
                waiting.append(there)
            found.add(there)
    return found


def _pointing_at(model: type[models.Model]) -> Iterator[tuple[Any, type[models.Model]]]:
    """Foreign keys to `model` by which a deletion reaches other records, each with the model that has it. Those that
    only stand against a deletion reach none: whatever they protect or restrict keeps all from being done together."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_one or relation.one_to_many):
            continue
        field: Any = getattr(relation, "field")  # noqa: B009 (the stubs do not know which fields these are)
        if field.remote_field.on_delete not in (DO_NOTHING, PROTECT, RESTRICT):
            yield field, _concrete(field.model)


def _demand_unrelated(records: Sequence[Any]) -> None:
    """That no record points at another one, or at itself.

    :raises Apart:
    """
    model = type(records[0])
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or _concrete(field.related_model) is not _concrete(model):
            continue
        targets = {getattr(record, field.target_field.attname) for record in records}
        if any(getattr(record, field.attname) in targets for record in records):
            raise Apart


def _is_heard(model: type[models.Model]) -> bool:
    """Whether somebody hears of each record of `model` that is deleted."""
    return not model._meta.auto_created and any(signal.has_listeners(model) for signal in (pre_delete, post_delete))


def _concrete(model: Any) -> type[models.Model]:
    concrete: type[models.Model] = model._meta.concrete_model
    return concrete


class _Collector(Collector):
    """Of many records, of which one must not save another from a restriction."""

    def add_restricted_objects(self, field: Any, objs: Any) -> None:
        """:raises Apart: there are any."""
        if objs:
            raise Apart
