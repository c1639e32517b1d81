"""The phases of a push, as a pattern composes them. Public: what `Pattern.push` is given, and what it returns."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity, User
from syncapi.errors import PatternError
from syncapi.keys import only_keys
from syncapi.pull.rendering import rendered
from syncapi.push import forms
from syncapi.push.change import Change, Conflict, Op
from syncapi.push.cleaning import clean
from syncapi.push.conflicts import changed_since, conflicting
from syncapi.push.decode import decode, encode
from syncapi.push.given import Writing, related, resolved
from syncapi.push.mutation import Local, Mutation
from syncapi.push.outcomes import GONE, Rejected, Waits, invalid
from syncapi.push.records import Record, Records
from syncapi.push.relations import Relations, is_many, is_relation, python_key
from syncapi.push.scoped import Scoped
from syncapi.push.writes import Writes
from syncapi.writable import makes_key


@dataclass
class Effect:
    """What became of a mutation, with what administrators are shown of it."""

    outcome: dict[str, Any]
    key: Any = None  # Python value; None where there is no record
    key_on_wire: Any = None
    title: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What could become of a change: nothing does, before a pattern's `push` returns it.

    `status`: as in `docs/protocol.md`.
    """

    status: str
    carry_out: Callable[[], Effect] = field(repr=False)
    push: Push = field(repr=False)


@dataclass(frozen=True, eq=False)
class Conflicts:
    """In what a change contradicts what somebody else did meanwhile; false when in nothing.

    `attributes`: by name. `theirs`: the record as it is now, its values as they travel, when there is a conflict.
    """

    attributes: tuple[str, ...]
    theirs: Mapping[str, Any]

    def __bool__(self) -> bool:
        return bool(self.attributes)


class _Unsettled(Exception):
    """A project's rule leaves a conflict to the person."""


class Surroundings(Protocol):
    """What a change needs of the transaction that it is in."""

    scoped: Scoped
    records: Records
    relations: Relations

    def resolve(self, mutation: Mutation, local: Local, entity: LocalEntity) -> Any: ...

    def base_version(self, mutation: Mutation) -> int | None: ...

    def made(self, key: Any, entity: LocalEntity, instance: Any) -> None: ...


class Push:
    """One change of one record that a device asks for, on the server, and the phases that make an outcome of it.

    - `entity`: a `LocalEntity`; `op`: `create`, `update` or `delete`; `user`, `replica`: whose change, from where.
    - `record`: the record as it is in the database, locked; None when there is none in the user's scope, and for a
      change that makes one.

    All of it is in one transaction. That the user may change such records, and that all that this one depends on has
    happened, was made sure of before.
    """

    def __init__(self, writing: Writing, mutation: Mutation, replica: uuid.UUID, around: Surroundings) -> None:
        self.entity = writing.entity
        self.op: Op = mutation.op
        self.user: User = around.scoped.user
        self.replica = replica
        self.made_at: datetime.datetime | None = mutation.made_at
        self._writing = writing
        self._mutation = mutation
        self._around = around
        self._settled: Mapping[str, Any] = {}
        self.writes = Writes(writing.entity)
        self.begun = False  # to write: what is raised then has to be undone
        self._was = writing.lenient(mutation.was)
        self._sets: dict[str, list[Any]] = {}

    # -- what is known

    @cached_property
    def record(self) -> Any:
        return None if self._found is None else self._found.instance

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What the device gives, by attribute: validated Python values; of relations records, or lists of them. Empty
        for a deletion.

        :raises ValidationError, Rejected: something of it is not right; a pattern lets it pass.
        """
        if self.op == "delete":
            return {}
        named = self._named
        around = self._around
        given = related(self._writing, named, self._was, self._held, around.scoped, around.relations, self._resolve)
        return self._writing.read(given, self.record)

    # -- phases

    def conflicts(self) -> Conflicts:
        """In what the change conflicts with the record as it is now, as far as the entity's `resolve_conflict` does not
        settle it. What it settles is what `update()` then writes.

        :raises PatternError: there is no record.
        """
        found = self._needs_record("conflicts()")
        names = self._deletion_conflicts(found) if self.op == "delete" else self._update_conflicts(found)
        if not names or self._settles(found, names):
            return Conflicts((), {})
        return Conflicts(tuple(names), self._theirs(found))

    def create(self) -> Outcome:
        """The record is made.

        :raises PatternError: the change makes none.
        """
        if self.op != "create":
            raise self._wrong("calls create() of a change that makes no record", "Look at change.op first")
        return self._outcome("applied", self._create)

    def update(self) -> Outcome:
        """The record gets the values.

        :raises PatternError: the change is none of values, or there is no record.
        """
        if self.op != "update":
            raise self._wrong("calls update() of a change that updates nothing", "Look at change.op first")
        found = self._needs_record("update()")
        return self._outcome("applied", lambda: self._update(found))

    def delete(self) -> Outcome:
        """The record is deleted.

        :raises PatternError: the change deletes nothing, or there is no record.
        """
        if self.op != "delete":
            raise self._wrong("calls delete() of a change that deletes nothing", "Look at change.op first")
        found = self._needs_record("delete()")
        return self._outcome("applied", lambda: self._delete(found))

    def gone(self) -> Outcome:
        """There is no such record any more, as far as the user may know; the person is asked whether to make it again.

        :raises PatternError: there is one, or the change makes it.
        """
        if self.op == "create" or self._found is not None:
            raise self._wrong("calls gone(), and there is nothing that could be", "Look at change.record first")
        return self._outcome("gone", lambda: Effect(dict(GONE)))

    def conflict(self, conflicts: Conflicts) -> Outcome:
        """The person is asked which of the two it should be.

        :param conflicts: what `conflicts()` found.
        :raises PatternError: that is nothing.
        """
        found = self._needs_record("conflict()")
        if not conflicts:
            raise self._wrong("calls conflict() where nothing conflicts", "Look at what change.conflicts() found first")
        return self._outcome("conflict", lambda: self._conflict(found, conflicts))

    def deliver(self, outcome: object) -> Effect:
        """What a pattern decided on happens.

        :raises PatternError: it is none of this push's outcomes.
        """
        if not isinstance(outcome, Outcome) or outcome.push is not self:
            raise self._wrong(f"returned {outcome!r}", "Return what one of the phases gave, as change.update()")
        return outcome.carry_out()

    def failed(self, outcome: dict[str, Any]) -> Effect:
        """It came to nothing: what administrators are shown of it, as far as that is known."""
        found = self.__dict__.get("_found")
        if found is None:
            return Effect(outcome, title=forms.title_of_values(self.entity, self._mutation.values))
        return Effect(
            outcome,
            found.instance.pk,
            encode(self._writing.key, found.instance.pk),
            forms.title(self.entity, found.instance, ask=False),
        )

    # -- applying

    def _create(self) -> Effect:
        entity, key = self.entity, self._mutation.key
        values = dict(self.values)
        self._check_key(values)
        instance = entity.model()
        self._assign(instance, values)
        clean(instance, self._writing.columns, self._writing.columns)  # what it lacks is wrong, too
        with self._writing_down():
            entity.perform_create(instance, self._change(values))
            self._check_made(instance)
            self._set_many(instance, values)
        self._around.made(key, entity, instance)
        effect = self._applied(instance, before=None, names=values)
        effect.after = forms.snapshot(self._writing.columns, values, instance)
        return effect

    def _update(self, found: Record) -> Effect:
        entity, instance = self.entity, found.instance
        if not entity.has_change_permission(self.user, instance):
            raise Rejected("permission_denied")
        values = {**self.values, **self._settled}
        before = self._snapshot(values, found)
        self._assign(instance, values)
        clean(instance, values, self._writing.columns)
        with self._writing_down():
            entity.perform_update(instance, self._change(values))
            self._set_many(instance, values)
        effect = self._applied(instance, before=before, names=values)
        effect.after = forms.snapshot(self._writing.columns, values, instance)
        return effect

    def _delete(self, found: Record) -> Effect:
        self.demand_permission()
        effect = self.deletion()
        with self._writing_down():
            self.entity.perform_destroy(found.instance, self._change({}))
        return effect

    def demand_permission(self) -> None:
        """That the user may delete this very record.

        :raises Rejected:
        """
        if not self.entity.has_delete_permission(self.user, self.record):
            raise Rejected("permission_denied")

    def deletion(self) -> Effect:
        """What the deletion of the record will have come to; it is still there."""
        found = self._needs_record("delete()")
        return self._applied(found.instance, before=self._snapshot(self._writing.columns, found), names=())

    @contextmanager
    def _writing_down(self) -> Iterator[None]:
        self.begun = True
        with self.writes.watch():
            yield

    def _conflict(self, found: Record, conflicts: Conflicts) -> Effect:
        outcome = {
            "status": "conflict",
            "theirs": dict(conflicts.theirs),
            "version": found.version,
            "attributes": list(conflicts.attributes),
        }
        names = conflicts.attributes
        before = self._snapshot(names, found)
        return Effect(
            outcome,
            found.instance.pk,
            encode(self._writing.key, found.instance.pk),
            forms.title(self.entity, found.instance),
            before,
        )

    def _applied(self, instance: Any, *, before: Mapping[str, Any] | None, names: Iterable[str]) -> Effect:
        """The version is known when all of its transaction was done."""
        key = encode(self._writing.key, instance.pk)
        outcome = {"status": "applied", "key": key, "version": None}
        return Effect(outcome, instance.pk, key, forms.title(self.entity, instance), before)

    def _change(self, values: Mapping[str, Any]) -> Change:
        return Change(self.entity, self.op, self.user, self.replica, values, self.made_at)

    def _check_key(self, values: dict[str, Any]) -> None:
        """Whether the key of a new record comes from where such keys come from.

        :raises Rejected:
        """
        writing, given = self._writing, self._mutation.key
        name = writing.key.name
        if not writing.types_key:
            own = type(self.entity).perform_create is not LocalEntity.perform_create
            if not makes_key(self.entity) and not own:
                raise Rejected("read_only", _("Such records cannot be made on devices."))
            if not isinstance(given, Local):
                raise invalid({"non_field_errors": [_("The server makes the keys of such records.")]})
            return
        if not isinstance(given, Local):
            typed = python_key(self.entity, given)
            if typed is None or values.setdefault(name, typed) != typed:
                raise invalid({name: [_("This is not the key that the record has on the device.")]})

    def _check_made(self, instance: Any) -> None:
        if instance.pk is None or instance.pk == "":
            name = self.entity.name
            raise PatternError(f"{name}.perform_create() left a record without a key. Save it, with one.")

    def _assign(self, instance: Any, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            column = self._writing.columns.get(name)
            if column is not None and is_many(column):
                continue
            if column is not None and is_relation(column) and not isinstance(value, models.Model | None):
                setattr(instance, column.field.attname, value)  # a key that `resolve_conflict` chose
            else:
                setattr(instance, name, value)

    def _set_many(self, instance: Any, values: Mapping[str, Any]) -> None:
        """Only what differs from what was judged is added and taken away: what somebody else did since, stays."""
        for name in self._writing.by_value:
            if name not in values:
                continue
            column = self._writing.columns[name]
            wanted, held = set(forms.plain(column, values[name])), set(self._held(column))
            if held - wanted:
                getattr(instance, name).remove(*held - wanted)
            if wanted - held:
                getattr(instance, name).add(*wanted - held)

    # -- conflicts

    def _update_conflicts(self, found: Record) -> list[str]:
        columns, by_value = self._writing.columns, self._writing.by_value
        changed = self._changed(found)
        if not changed and found.proven and not any(name in self._named for name in by_value):
            return []
        values = {name: value for name, value in self.values.items() if name in columns}
        was = {name: self._canonical_was(columns[name]) for name in values if name in self._was}
        now = {name: forms.canonical(columns[name], self._stored(columns[name], found)) for name in values}
        if not changed and not found.proven:  # by what it was then, as far as the device says
            changed = bool(set(changed_since(was, now)) - set(by_value))
        return conflicting(
            {name: forms.canonical(columns[name], forms.plain(columns[name], value)) for name, value in values.items()},
            was,
            now,
            merge=self.entity.merge,
            by_value=by_value,
            changed=changed,
        )

    def _deletion_conflicts(self, found: Record) -> list[str]:
        columns = self._writing.columns
        doubtful = self._changed(found) or not found.proven
        names = [name for name in self._was if doubtful or name in self._writing.by_value]
        return changed_since(
            {name: self._canonical_was(columns[name]) for name in names},
            {name: forms.canonical(columns[name], self._stored(columns[name], found)) for name in names},
        )

    def _snapshot(self, names: Iterable[str], found: Record) -> dict[str, Any]:
        """The record as it was judged, as it travels."""
        columns = self._writing.columns
        return {
            name: forms.wire(columns[name], self._stored(columns[name], found)) for name in names if name in columns
        }

    def _stored(self, column: Attribute, found: Record) -> Any:
        return self._held(column) if is_many(column) else forms.stored(column, found.instance)

    def _held(self, column: Attribute) -> list[Any]:
        """What a many-to-many attribute of the record holds: looked at once, so that what is judged is what is changed.
        The tables in between are not locked, and others may write there meanwhile."""
        name, found = column.name, self._found
        if found is None:
            return []
        if name not in self._sets:
            known = found.sets.get(name)
            self._sets[name] = forms.stored(column, found.instance) if known is None else known
        return self._sets[name]

    def _changed(self, found: Record) -> bool:
        base = self._around.base_version(self._mutation)
        return base is None or base != found.version

    def _canonical_was(self, column: Attribute) -> Any:
        value = self._was[column.name]
        target = self._around.scoped.target(self.entity, column) if is_relation(column) else None
        if target is None:
            return forms.canonical_wire(column, value)
        values = value if is_many(column) and isinstance(value, list) else [value]
        keys = [None if one is None else resolved(target, one, self._resolve_or_none) for one in values]
        return forms.canonical(column, keys if is_many(column) else keys[0])

    def _settles(self, found: Record, names: list[str]) -> bool:
        """Whether the entity's own rule does. If not, nothing of what it did remains."""
        if type(self.entity).resolve_conflict is LocalEntity.resolve_conflict:
            return False
        columns = self._writing.columns
        conflict = Conflict(
            self._change(self.values),
            found.instance,
            {name: self._python_was(columns[name]) for name in names if name in self._was},
            {name: forms.plain(columns[name], self.values[name]) for name in names if name in self.values},
            {name: self._stored(columns[name], found) for name in names},
        )
        as_found = dict(found.instance.__dict__)
        try:
            with transaction.atomic(), self.writes.watch():
                settled = self.entity.resolve_conflict(conflict)
                if settled is None or (self.op == "update" and set(names) - set(settled)):
                    raise _Unsettled  # noqa: TRY301
        except _Unsettled:
            self.writes.undone()
            found.instance.__dict__.clear()
            found.instance.__dict__.update(as_found)
            return False
        self.begun = self.begun or self.writes.any
        self._settled = {name: value for name, value in settled.items() if name in columns and name in names}
        return True

    def _python_was(self, column: Attribute) -> Any:
        try:
            return decode(column.field, self._was[column.name]) if not is_relation(column) else self._was[column.name]
        except ValidationError:
            return None

    def _theirs(self, found: Record) -> Mapping[str, Any]:
        rows = only_keys(self.entity.rows(self._around.scoped.scope(self.entity)), (), [found.raw_key])
        for _key, text in rendered(self.entity, rows):
            names = [column.name for column in self.entity.row_columns]
            return dict(zip(names, json.loads(text), strict=True))
        return {}

    # -- inside

    @cached_property
    def _found(self) -> Record | None:
        if self.op == "create":
            return None
        key = self._mutation.key
        key = self._resolve(key, self.entity) if isinstance(key, Local) else python_key(self.entity, key)
        return None if key is None else self._around.records.get(self.entity, key)

    @cached_property
    def _named(self) -> dict[str, Any]:
        return self._writing.named(self._mutation.values, is_new=self.op == "create")

    def _resolve(self, local: Local, entity: LocalEntity) -> Any:
        return self._around.resolve(self._mutation, local, entity)

    def _resolve_or_none(self, local: Local, entity: LocalEntity) -> Any:
        try:
            return self._resolve(local, entity)
        except (Rejected, Waits):
            return None

    def _outcome(self, status: str, carry_out: Callable[[], Effect]) -> Outcome:
        return Outcome(status, carry_out, self)

    def _needs_record(self, called: str) -> Record:
        if self._found is None:
            raise self._wrong(f"calls {called}, and there is no record", "Return change.gone() then")
        return self._found

    def _wrong(self, what: str, remedy: str) -> PatternError:
        return PatternError(f"{self.entity.pattern.__name__}.push() of {self.entity.name} {what}. {remedy}.")
