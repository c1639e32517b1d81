"""Some units in one transaction: each in a savepoint, with what many of them need looked up for all at once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from syncapi.entities import LocalEntity
from syncapi.ledger import many as ledger
from syncapi.ledger.many import Known
from syncapi.push import audit
from syncapi.push.local_keys import LocalKeys
from syncapi.push.mutation import Local, Mutation, ResultOf
from syncapi.push.outcomes import Rejected, Waits, is_final, malformed, rejected
from syncapi.push.phases import Effect, Push
from syncapi.push.preparing import plain_key, prepare
from syncapi.push.records import Records
from syncapi.push.relations import Relations
from syncapi.push.request import Request
from syncapi.push.scoped import Scoped
from syncapi.push.told import TRANSIENT, outcome_of
from syncapi.push.units import Unit
from syncapi.push.writes import Writes
from syncapi.tracking.versions import versions_of

LOCK_WAIT = 10_000  # milliseconds that a change waits for a row on PostgreSQL: its device is waiting, too


class Unproven(Exception):
    """Something was found wrong at the end, and which unit it was cannot be told: try them one after the other."""


class _Undone(Exception):
    """The effects of a unit are undone; what its members came to is known."""


class Batch:
    """One attempt at some units. After an exception nothing of it has happened.

    :param careful: whether each unit is checked by itself, at its end, and not all of them together. That costs more.
    :param verdict: the outcome of all of them, where it is known that they cannot have effect.
    """

    def __init__(
        self, request: Request, units: Sequence[Unit], *, careful: bool, verdict: Mapping[str, Any] | None = None
    ) -> None:
        self.request = request
        self.scoped = Scoped(request.app, request.user)
        self.records = Records(self.scoped)
        self.relations = Relations(self.scoped)
        self.local_keys = LocalKeys(request.origin, self.scoped)
        self._units = units
        self._careful = careful
        self._verdict = verdict
        self._effects: dict[uuid.UUID, Effect] = {}
        self._past: dict[uuid.UUID, Known] = {}
        self._entities: dict[uuid.UUID, LocalEntity] = {}
        self._touched: Counter[tuple[str, Any]] = Counter()

    def run(self) -> dict[uuid.UUID, Effect]:
        """What each mutation came to, by id.

        :raises Unproven:
        :raises DatabaseError: one of `TRANSIENT`.
        """
        mutations = {mutation.id: mutation for unit in self._units for mutation in unit.mutations}
        digests = {number: mutation.digest for number, mutation in mutations.items()}
        outermost = not connection.in_atomic_block
        with transaction.atomic():
            if outermost and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_WAIT}ms"])
            known = ledger.claim(self.request.origin, digests)
            fresh = [unit for unit in self._units if any(one.id not in known for one in unit.mutations)]
            if fresh:
                self._prepare(fresh, known)
            for unit in self._units:
                self._unit(unit, known)
            if fresh:
                if not self._careful:
                    self._verify_all()
                self._write({number: one for number, one in mutations.items() if number not in known}, digests)
        return self._effects

    # -- one unit

    def _unit(self, unit: Unit, known: Mapping[uuid.UUID, Known]) -> None:
        for mutation in unit.mutations:
            if mutation.id in known:
                self._effects[mutation.id] = self.replayed(mutation, known[mutation.id])
        new = [mutation for mutation in unit.mutations if mutation.id not in known]
        if not new:
            return
        if unit.scattered:
            for mutation in new:
                self._effects[mutation.id] = Effect(malformed(_("The members of a group must stand together.")))
        elif unit.is_group:
            self._group(unit, new)
        elif self._is_simple(new[0]):
            # What it does is one statement. Should that fail, all are tried again with savepoints.
            self._effects[new[0].id] = self._judged(new[0], in_savepoint=False)
            if not self._is_applied(new[0]):
                self._undo(new)
        else:
            with self._undone_unless_applied(new):
                self._effects[new[0].id] = self._judged(new[0])

    def _is_simple(self, mutation: Mutation) -> bool:
        """Whether it can do without a savepoint, which would be two more statements."""
        entity = self.scoped.entity(mutation.entity)
        return not self._careful and entity is not None and not self.request.has_own_code(entity, mutation.op)

    def _group(self, unit: Unit, new: list[Mutation]) -> None:
        past = [mutation for mutation in unit.mutations if mutation not in new]
        with self._undone_unless_applied(new, beside=past, settle=True):
            for mutation in new:
                with self._undone_unless_applied([mutation], part=True):
                    self._effects[mutation.id] = self._judged(mutation)

    @contextmanager
    def _undone_unless_applied(
        self, mutations: list[Mutation], *, beside: Sequence[Mutation] = (), settle: bool = False, part: bool = False
    ) -> Iterator[None]:
        """A savepoint around mutations: all of them have effect, or none.

        :param beside: those of their group that had an outcome before, which stays what it is.
        :param settle: they are a group, whose members learn of each other. :param part: this is one of a group's.
        """
        try:
            with transaction.atomic():
                self._constraints_deferred(part=part)
                yield
                self._check(mutations, part=part)
                self._demand_applied([*mutations, *beside])
        except _Undone:
            self._undo(mutations)
            if settle:
                self._tell_group(mutations, beside)

    def _demand_applied(self, mutations: list[Mutation]) -> None:
        if not all(self._is_applied(one) for one in mutations):
            raise _Undone

    def _check(self, mutations: list[Mutation], *, part: bool) -> None:
        """Finds out at the end of a unit whether it may be so, where that is not done for all units at once."""
        if not self._careful or part or not all(self._is_applied(one) for one in mutations):
            return
        try:
            with transaction.atomic():
                self._check_constraints()
        except TRANSIENT:
            raise
        except Exception as thrown:  # noqa: BLE001 (it is judged)
            outcome = outcome_of(thrown, {})
            for mutation in mutations:
                self._effects[mutation.id] = Effect(dict(outcome))
            return
        for mutation in self._out_of_scope(mutations):
            self._effects[mutation.id] = Effect(rejected("out_of_scope"))

    def _undo(self, mutations: list[Mutation]) -> None:
        """Forgets what is no longer so."""
        for mutation in mutations:
            entity = self._entities.get(mutation.id)
            if entity is None:
                continue
            if isinstance(mutation.key, Local) and mutation.op == "create":
                self.local_keys.drop(mutation.key)
            if self._is_applied(mutation):  # of a group: what it wrote elsewhere is no longer so
                self.records.forget()
                self.relations.forget()
            else:
                self.records.forget(entity, [plain_key(mutation, entity, self.local_keys)])
            if mutation.op == "create":
                self.relations.forget()

    def _tell_group(self, mutations: list[Mutation], beside: Sequence[Mutation]) -> None:
        """Those that would have had effect learn that another had none. One that may yet have it is waited for."""
        effects = {one.id: self._effects[one.id] for one in mutations}
        own = {str(number) for number in effects}
        outcomes = [self._effects[one.id].outcome for one in (*mutations, *beside)]
        failed = any(is_final(one) and one["status"] != "applied" for one in outcomes)
        pending = [one for one in outcomes if not is_final(one) and not (failed and one.get("for") in own)]
        for number, effect in effects.items():
            if pending:
                self._effects[number] = Effect(dict(pending[0]))
            elif effect.outcome["status"] == "applied" or not is_final(effect.outcome):
                self._effects[number] = Effect(
                    rejected("group"), effect.key, effect.key_on_wire, effect.title, effect.before
                )

    # -- one mutation

    def _judged(self, mutation: Mutation, *, in_savepoint: bool = True) -> Effect:
        """What a mutation comes to. What it did is undone by whoever called, when that is not `applied`.

        :raises Unproven: something has to be undone, and there is no savepoint.
        """
        if mutation.problem or self._verdict is not None:
            return Effect(malformed(mutation.problem) if mutation.problem else dict(self._verdict or {}))
        entity: LocalEntity | None = None
        push: Push | None = None
        try:
            self._wait_for_others(mutation)
            entity = self.scoped.writable(mutation)
            self._entities[mutation.id] = entity
            if mutation.op == "create" and isinstance(mutation.key, Local) and self.local_keys.is_taken(mutation.key):
                raise Rejected("id_reused")  # noqa: TRY301
            push = Push(self.request.writing(entity), mutation, self.request.origin.replica, self)
            effect = push.deliver(entity.pattern().push(push))
        except TRANSIENT:
            raise
        except Exception as thrown:
            begun = push is not None and push.begun
            if not in_savepoint and (begun or isinstance(thrown, DatabaseError)):
                raise Unproven from thrown
            columns = {} if entity is None else {column.name: column for column in entity.columns}
            outcome = outcome_of(thrown, columns, self.scoped.may_see)
            return Effect(outcome) if push is None else push.failed(outcome)
        if effect.outcome["status"] == "applied":
            self._applied(mutation, entity, effect, push.writes)
        return effect

    def _wait_for_others(self, mutation: Mutation) -> None:
        """:raises Waits:"""
        needed = list(mutation.depends_on)
        if isinstance(mutation.base, ResultOf):
            needed.append(mutation.base.id)
        for number in needed:
            outcome = self._outcome_of(number)
            if outcome is None or outcome["status"] != "applied":
                raise Waits(number)

    def _outcome_of(self, number: uuid.UUID) -> Mapping[str, Any] | None:
        effect = self._effects.get(number) or self.request.effects.get(number)
        if effect is not None:
            return effect.outcome
        return self._past[number].outcome if number in self._past else None

    def _applied(self, mutation: Mutation, entity: LocalEntity, effect: Effect, writes: Writes) -> None:
        if any(self.request.matters(table) for table in writes.elsewhere(effect.key)):
            self.records.forget()
            self.relations.forget()
        elif mutation.op == "delete" or self.request.has_own_code(entity, mutation.op):
            self.records.forget(entity, [effect.key])
        if mutation.op != "create":
            self.relations.forget(entity, effect.key)
        names = [effect.key, mutation.key] if isinstance(mutation.key, Local) else [effect.key]
        if mutation.op != "delete" and sum(self._touched[entity.name, name] for name in names) > 1:
            # Others of this transaction are about the same record, and will ask what this one came to.
            self._read_versions(entity, [(mutation, effect)])
            self.records.has_version(entity, effect.key, effect.outcome["version"])

    def _is_applied(self, mutation: Mutation) -> bool:
        effect = self._effects.get(mutation.id)
        return effect is not None and effect.outcome["status"] == "applied"

    def replayed(self, mutation: Mutation, known: Known) -> Effect:
        """The outcome that it got. What a conflict tells of a record is told to nobody who may not see it now (S1)."""
        if known.digest != mutation.digest:
            return Effect(rejected("id_reused"))
        outcome = dict(known.outcome)
        if outcome["status"] == "conflict":
            entity = self.scoped.entity(mutation.entity)
            key = None if entity is None else plain_key(mutation, entity, self.local_keys)
            if entity is None or key is None or self.records.get(entity, key) is None:
                outcome = {"status": "gone"}
            else:
                carried = {column.name for column in entity.row_columns}
                outcome["theirs"] = {name: value for name, value in outcome["theirs"].items() if name in carried}
        return Effect(outcome)

    # -- what `Push` needs of the transaction

    def resolve(self, mutation: Mutation, local: Local, entity: LocalEntity) -> Any:
        """The key of the record of `entity` that a device calls so; None for the record that is being made.

        :raises Waits: it is made by another mutation of the request, which has no effect (yet).
        :raises Rejected: nobody knows it.
        """
        key = self.local_keys.find(local, entity)
        if key is not None:
            return key
        creator = self.request.creators.get(local.id)
        if creator is None:
            raise Rejected("unknown_local")
        if creator == mutation.id:
            return None
        raise Waits(creator)

    def base_version(self, mutation: Mutation) -> int | None:
        if not isinstance(mutation.base, ResultOf):
            return mutation.base
        outcome = self._outcome_of(mutation.base.id)
        version = None if outcome is None else outcome.get("version")
        return version if isinstance(version, int) else None

    def made(self, key: Any, entity: LocalEntity, instance: Any) -> None:
        """A record that was asked for under this key, `Local` or typed, is there."""
        if isinstance(key, Local):
            self.local_keys.add(key, entity, instance.pk)
        self.records.forget(entity, [instance.pk])  # of a typed key it may be known that there was none
        self.relations.add(entity, instance)

    # -- for all at once

    def _prepare(self, units: Sequence[Unit], known: Mapping[uuid.UUID, Known]) -> None:
        """Looks up what the mutations will ask for. What cannot be read is judged when its mutation is."""
        mutations = [one for unit in units for one in unit.mutations if one.id not in known and not one.problem]
        here = {one.id for one in mutations} | set(self.request.effects)
        needed = {number for one in mutations for number in one.depends_on}
        needed |= {one.base.id for one in mutations if isinstance(one.base, ResultOf)}
        self._past = dict(known) | ledger.known(self.request.origin, needed - here - set(known))
        lookup = prepare(mutations, self.request, self.scoped, self.local_keys)
        self._touched = lookup.touched
        for entity, keys in lookup.records:
            self.records.prepare(entity, keys)
        for entity, keys in lookup.relations:
            self.relations.prepare(entity, keys)

    def _verify_all(self) -> None:
        """:raises Unproven:"""
        applied = [one for unit in self._units for one in unit.mutations if one.id in self._entities]
        applied = [one for one in applied if self._is_applied(one)]
        if not applied:
            return
        try:
            with transaction.atomic():
                self._check_constraints()
        except TRANSIENT:
            raise
        except Exception as thrown:
            raise Unproven from thrown
        if self._out_of_scope(applied):
            raise Unproven

    def _out_of_scope(self, mutations: Sequence[Mutation]) -> list[Mutation]:
        """Those whose records are not the user's after them; the others get the version that they came to."""
        wrong: list[Mutation] = []
        by_entity: dict[str, list[tuple[Mutation, Effect]]] = {}
        for mutation in mutations:
            if mutation.op != "delete":
                entity = self._entities[mutation.id]
                by_entity.setdefault(entity.name, []).append((mutation, self._effects[mutation.id]))
        deleted = {(self._entities[one.id].name, self._effects[one.id].key) for one in mutations if one.op == "delete"}
        for some in by_entity.values():
            entity = self._entities[some[0][0].id]
            left = [(one, effect) for one, effect in some if (entity.name, effect.key) not in deleted]
            raw_keys = self._read_versions(entity, left)
            members = self.scoped.members(entity, set(raw_keys.values()))
            wrong += [one for one, effect in left if raw_keys.get(effect.key) not in members]
        return wrong

    def _read_versions(self, entity: LocalEntity, some: Sequence[tuple[Mutation, Effect]]) -> dict[Any, Any]:
        """Of what has none yet. Returns the raw keys of all."""
        found = versions_of(entity, [effect.key for _mutation, effect in some])
        for _mutation, effect in some:
            if effect.outcome["version"] is None and effect.key in found:
                effect.outcome["version"] = found[effect.key].version
        return {key: one.raw_key for key, one in found.items()}

    def _write(self, mutations: Mapping[uuid.UUID, Mutation], digests: Mapping[uuid.UUID, str]) -> None:
        final = {number: self._effects[number] for number in mutations if is_final(self._effects[number].outcome)}
        self.local_keys.save()
        audit.write(
            self.request.origin,
            self.request.user,
            [audit.Entry(mutations[number], effect) for number, effect in final.items()],
        )
        ledger.settle(
            self.request.origin,
            {number: digests[number] for number in mutations},
            {number: effect.outcome for number, effect in final.items()},
        )

    # -- constraints

    def _constraints_deferred(self, *, part: bool) -> None:
        if self._careful and not part and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def _check_constraints(self) -> None:
        """On SQLite the commit does it, whose failure is looked into by committing each unit by itself."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
