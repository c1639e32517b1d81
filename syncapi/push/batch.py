"""Some units in one transaction: each in a savepoint, with what many of them need looked up for all at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from syncapi.entities import LocalEntity
from syncapi.ledger import many as ledger
from syncapi.ledger.many import Known
from syncapi.push import audit
from syncapi.push.deletions import Deletion, Deletions, Run
from syncapi.push.judge import Judge, Unproven
from syncapi.push.mutation import Mutation, ResultOf
from syncapi.push.outcomes import is_final, malformed, rejected
from syncapi.push.phases import Effect
from syncapi.push.preparing import plain_key, prepare
from syncapi.push.relations import is_many
from syncapi.push.request import Request
from syncapi.push.told import TRANSIENT, outcome_of
from syncapi.push.units import Unit

FEWEST = 8  # deletions that are tried together after more could not be: fewer are carried out singly
LOCK_WAIT = 10_000  # milliseconds that a change waits for a row on PostgreSQL: its device is waiting, too


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
        self.judge = Judge(request, verdict)
        self._units = units
        self._careful = careful

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
            for some in self._runs(known):
                self._run(some, known)
            if fresh:
                if not self._careful:
                    self._verify_all()
                self._write({number: one for number, one in mutations.items() if number not in known}, digests)
        return self.judge.effects

    # -- several units

    def _runs(self, known: Mapping[uuid.UUID, Known]) -> Iterator[list[Unit]]:
        """The units in their order, each alone, except deletions that may be carried out together."""
        run: Run | None = None
        units: list[Unit] = []
        for unit in self._units:
            one = None if run is None else self._deletion(unit, known)
            if run is not None and one is not None and run.takes(one):
                run.add(one)
                units.append(unit)
                continue
            if units:
                yield units
            one = self._deletion(unit, known)  # after what comes before it was done
            units, run = [unit], None if one is None else Run(one)
        if units:
            yield units

    def _deletion(self, unit: Unit, known: Mapping[uuid.UUID, Known]) -> Deletion | None:
        """What the unit is, if it is nothing but a deletion, and others may be done with it."""
        mutation = unit.mutations[0]
        if self._careful or unit.is_group or unit.scattered or mutation.op != "delete":
            return None
        entity = self.judge.scoped.entity(mutation.entity)
        if mutation.id in known or mutation.problem or entity is None or not entity.pattern.writable:
            return None
        key = plain_key(mutation, entity, self.judge.local_keys)
        if key is None or not self._together(entity):
            return None
        return Deletion(entity, mutation, key)

    def _together(self, entity: LocalEntity) -> bool:
        return self.request.deletes_together(entity, lambda: entity.rows(self.judge.scoped.scope(entity)))

    def _run(self, units: Sequence[Unit], known: Mapping[uuid.UUID, Known]) -> None:
        """Where they cannot be done together, halves of them may, so that one does not make all others slow."""
        entity = self.judge.scoped.entity(units[0].mutations[0].entity)
        if len(units) > 1 and entity is not None:
            if self._deleted_together(entity, [unit.mutations[0] for unit in units]):
                return
            if len(units) >= 2 * FEWEST and self._together(entity):
                half = len(units) // 2
                self._run(units[:half], known)
                self._run(units[half:], known)
                return
        for unit in units:
            self._unit(unit, known)

    def _deleted_together(self, entity: LocalEntity, mutations: Sequence[Mutation]) -> bool:
        """Whether they could be, and so were, as far as they come to anything. If not, nothing has happened."""
        deletions = Deletions(entity)
        keys = [plain_key(mutation, entity, self.judge.local_keys) for mutation in mutations]
        many = [column for column in self.request.writing(entity).relations if is_many(column)]
        try:
            with transaction.atomic(), self.judge.records.sets_known(entity, keys, many):
                effects = {one.id: self.judge.judged(one, in_savepoint=False, deletions=deletions) for one in mutations}
                elsewhere = deletions.carry_out()
        except TRANSIENT:
            raise
        except Exception:  # noqa: BLE001 (which of them it was, and what it comes to, will be seen)
            if deletions.asks:
                self.request.deletes_singly(entity)
            return False
        self.judge.effects.update(effects)
        for mutation in mutations:
            if self.judge.is_applied(mutation):
                self.judge.applied(mutation, entity, effects[mutation.id], elsewhere)
            else:
                self.judge.undo([mutation])
        return True

    # -- one unit

    def _unit(self, unit: Unit, known: Mapping[uuid.UUID, Known]) -> None:
        for mutation in unit.mutations:
            if mutation.id in known:
                self.judge.effects[mutation.id] = self.judge.replayed(mutation, known[mutation.id])
        new = [mutation for mutation in unit.mutations if mutation.id not in known]
        if not new:
            return
        if unit.scattered:
            for mutation in new:
                self.judge.effects[mutation.id] = Effect(malformed(_("The members of a group must stand together.")))
        elif unit.is_group:
            self._group(unit, new)
        elif self._is_simple(new[0]):
            # What it does is one statement. Should that fail, all are tried again with savepoints.
            self.judge.effects[new[0].id] = self.judge.judged(new[0], in_savepoint=False)
            if not self.judge.is_applied(new[0]):
                self.judge.undo(new)
        else:
            with self._undone_unless_applied(new):
                self.judge.effects[new[0].id] = self.judge.judged(new[0])

    def _is_simple(self, mutation: Mutation) -> bool:
        """Whether it can do without a savepoint, which would be two more statements."""
        entity = self.judge.scoped.entity(mutation.entity)
        return not self._careful and entity is not None and not self.request.has_own_code(entity, mutation.op)

    def _group(self, unit: Unit, new: list[Mutation]) -> None:
        past = [mutation for mutation in unit.mutations if mutation not in new]
        with self._undone_unless_applied(new, beside=past, settle=True):
            for mutation in new:
                with self._undone_unless_applied([mutation], part=True):
                    self.judge.effects[mutation.id] = self.judge.judged(mutation)

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
            self.judge.undo(mutations)
            if settle:
                self._tell_group(mutations, beside)

    def _demand_applied(self, mutations: list[Mutation]) -> None:
        if not all(self.judge.is_applied(one) for one in mutations):
            raise _Undone

    def _check(self, mutations: list[Mutation], *, part: bool) -> None:
        """Finds out at the end of a unit whether it may be so, where that is not done for all units at once."""
        if not self._careful or part or not all(self.judge.is_applied(one) for one in mutations):
            return
        try:
            with transaction.atomic():
                self._check_constraints()
        except TRANSIENT:
            raise
        except Exception as thrown:  # noqa: BLE001 (it is judged)
            outcome = outcome_of(thrown, {})
            for mutation in mutations:
                self.judge.effects[mutation.id] = Effect(dict(outcome))
            return
        for mutation in self._out_of_scope(mutations):
            self.judge.effects[mutation.id] = Effect(rejected("out_of_scope"))

    def _tell_group(self, mutations: list[Mutation], beside: Sequence[Mutation]) -> None:
        """Those that would have had effect learn that another had none. One that may yet have it is waited for."""
        effects = {one.id: self.judge.effects[one.id] for one in mutations}
        own = {str(number) for number in effects}
        outcomes = [self.judge.effects[one.id].outcome for one in (*mutations, *beside)]
        failed = any(is_final(one) and one["status"] != "applied" for one in outcomes)
        pending = [one for one in outcomes if not is_final(one) and not (failed and one.get("for") in own)]
        for number, effect in effects.items():
            if pending:
                self.judge.effects[number] = Effect(dict(pending[0]))
            elif effect.outcome["status"] == "applied" or not is_final(effect.outcome):
                self.judge.effects[number] = Effect(
                    rejected("group"), effect.key, effect.key_on_wire, effect.title, effect.before
                )

    # -- for all at once

    def _prepare(self, units: Sequence[Unit], known: Mapping[uuid.UUID, Known]) -> None:
        """Looks up what the mutations will ask for. What cannot be read is judged when its mutation is."""
        mutations = [one for unit in units for one in unit.mutations if one.id not in known and not one.problem]
        here = {one.id for one in mutations} | set(self.request.effects)
        needed = {number for one in mutations for number in one.depends_on}
        needed |= {one.base.id for one in mutations if isinstance(one.base, ResultOf)}
        self.judge.past = dict(known) | ledger.known(self.request.origin, needed - here - set(known))
        lookup = prepare(mutations, self.request, self.judge.scoped, self.judge.local_keys)
        self.judge.touched = lookup.touched
        for entity, keys in lookup.records:
            self.judge.records.prepare(entity, keys)
        for entity, keys in lookup.relations:
            self.judge.relations.prepare(entity, keys)

    def _verify_all(self) -> None:
        """:raises Unproven:"""
        applied = [one for unit in self._units for one in unit.mutations if one.id in self.judge.entities]
        applied = [one for one in applied if self.judge.is_applied(one)]
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
                entity = self.judge.entities[mutation.id]
                by_entity.setdefault(entity.name, []).append((mutation, self.judge.effects[mutation.id]))
        deleted = {
            (self.judge.entities[one.id].name, self.judge.effects[one.id].key)
            for one in mutations
            if one.op == "delete"
        }
        for some in by_entity.values():
            entity = self.judge.entities[some[0][0].id]
            left = [(one, effect) for one, effect in some if (entity.name, effect.key) not in deleted]
            raw_keys = self.judge.read_versions(entity, left)
            members = self.judge.scoped.members(entity, set(raw_keys.values()))
            wrong += [one for one, effect in left if raw_keys.get(effect.key) not in members]
        return wrong

    def _write(self, mutations: Mapping[uuid.UUID, Mutation], digests: Mapping[uuid.UUID, str]) -> None:
        final = {
            number: self.judge.effects[number] for number in mutations if is_final(self.judge.effects[number].outcome)
        }
        self.judge.local_keys.save()
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
