"""What one mutation comes to, in a transaction with others: those before it, and what was looked up for all."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import DatabaseError

from syncapi.entities import LocalEntity
from syncapi.ledger.many import Known
from syncapi.push.deletions import Apart, Deletions
from syncapi.push.local_keys import LocalKeys
from syncapi.push.mutation import Local, Mutation, ResultOf
from syncapi.push.outcomes import Rejected, Waits, malformed, rejected
from syncapi.push.phases import Effect, Push
from syncapi.push.preparing import plain_key
from syncapi.push.records import Records
from syncapi.push.relations import Relations
from syncapi.push.request import Request
from syncapi.push.scoped import Scoped
from syncapi.push.told import TRANSIENT, outcome_of
from syncapi.tracking.versions import versions_of


class Unproven(Exception):
    """Something was found wrong, and which unit it was cannot be told: try them one after the other."""


class Judge:
    """Of the mutations of one transaction, and what `Push` needs of that (`phases.Surroundings`).

    - `effects`: what each came to, by id. `entities`: what each is about, by id.
    - `past`: outcomes of those that had one before. `touched`: how many are about a record, see `preparing.Lookup`.

    :param verdict: the outcome of all, where it is known that they cannot have effect.
    """

    def __init__(self, request: Request, verdict: Mapping[str, Any] | None = None) -> None:
        self.request = request
        self.scoped = Scoped(request.app, request.user)
        self.records = Records(self.scoped)
        self.relations = Relations(self.scoped)
        self.local_keys = LocalKeys(request.origin, self.scoped)
        self.effects: dict[uuid.UUID, Effect] = {}
        self.entities: dict[uuid.UUID, LocalEntity] = {}
        self.past: Mapping[uuid.UUID, Known] = {}
        self.touched: Counter[tuple[str, Any]] = Counter()
        self._verdict = verdict

    def judged(self, mutation: Mutation, *, in_savepoint: bool = True, deletions: Deletions | None = None) -> Effect:
        """What a mutation comes to. What it did is undone by whoever called, when that is not `applied`.

        :param deletions: where it is collected, instead of being carried out.
        :raises Unproven: something has to be undone, and there is no savepoint.
        :raises Apart: it cannot be told together with the others.
        """
        if mutation.problem or self._verdict is not None:
            return Effect(malformed(mutation.problem) if mutation.problem else dict(self._verdict or {}))
        entity: LocalEntity | None = None
        push: Push | None = None
        try:
            self._wait_for_others(mutation)
            entity = self.scoped.writable(mutation)
            self.entities[mutation.id] = entity
            if mutation.op == "create" and isinstance(mutation.key, Local) and self.local_keys.is_taken(mutation.key):
                raise Rejected("id_reused")  # noqa: TRY301
            push = Push(self.request.writing(entity), mutation, self.request.origin.replica, self)
            decided = entity.pattern().push(push)
            if deletions is not None:
                return deletions.deliver(push, decided)
            effect = push.deliver(decided)
        except (*TRANSIENT, Apart):
            raise
        except Exception as thrown:
            begun = push is not None and push.begun
            if not in_savepoint and (begun or isinstance(thrown, DatabaseError)):
                raise Unproven from thrown
            columns = {} if entity is None else {column.name: column for column in entity.columns}
            outcome = outcome_of(thrown, columns, self.scoped.may_see)
            return Effect(outcome) if push is None else push.failed(outcome)
        if effect.outcome["status"] == "applied":
            self.applied(mutation, entity, effect, push.writes.elsewhere(effect.key))
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
        effect = self.effects.get(number) or self.request.effects.get(number)
        if effect is not None:
            return effect.outcome
        return self.past[number].outcome if number in self.past else None

    def applied(self, mutation: Mutation, entity: LocalEntity, effect: Effect, elsewhere: Collection[str]) -> None:
        """:param elsewhere: tables in which it wrote other rows than its own."""
        if any(self.request.matters(table) for table in elsewhere):
            self.records.forget()
            self.relations.forget()
        elif mutation.op == "delete" or self.request.has_own_code(entity, mutation.op):
            self.records.forget(entity, [effect.key])
        if mutation.op != "create":
            self.relations.forget(entity, effect.key)
        names = [effect.key, mutation.key] if isinstance(mutation.key, Local) else [effect.key]
        if mutation.op != "delete" and sum(self.touched[entity.name, name] for name in names) > 1:
            # Others of this transaction are about the same record, and will ask what this one came to.
            self.read_versions(entity, [(mutation, effect)])
            self.records.has_version(entity, effect.key, effect.outcome["version"])

    def is_applied(self, mutation: Mutation) -> bool:
        effect = self.effects.get(mutation.id)
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

    def undo(self, mutations: list[Mutation]) -> None:
        """Forgets what is no longer so."""
        for mutation in mutations:
            entity = self.entities.get(mutation.id)
            if entity is None:
                continue
            if isinstance(mutation.key, Local) and mutation.op == "create":
                self.local_keys.drop(mutation.key)
            if self.is_applied(mutation):  # of a group: what it wrote elsewhere is no longer so
                self.records.forget()
                self.relations.forget()
            else:
                self.records.forget(entity, [plain_key(mutation, entity, self.local_keys)])
            if mutation.op == "create":
                self.relations.forget()

    def read_versions(self, entity: LocalEntity, some: Sequence[tuple[Mutation, Effect]]) -> dict[Any, Any]:
        """Of what has none yet. Returns the raw keys of all."""
        found = versions_of(entity, [effect.key for _mutation, effect in some])
        for _mutation, effect in some:
            if effect.outcome["version"] is None and effect.key in found:
                effect.outcome["version"] = found[effect.key].version
        return {key: one.raw_key for key, one in found.items()}
