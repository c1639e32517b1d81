"""What one user may see and do, asked once for each entity, and again where the answer is no (S1, W4)."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Any

from django.db import models

from syncapi.applications import OfflineApp
from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity, User
from syncapi.keys import only_keys, with_raw_key
from syncapi.push.mutation import Mutation
from syncapi.push.outcomes import Rejected
from syncapi.writable import target_of

RAW_KEYS = 500  # of a query


class Scoped:
    """For one transaction. Nothing of it is known in the next: permissions are of the moment."""

    def __init__(self, app: OfflineApp, user: User) -> None:
        self.app = app
        self.user = user
        self._entities: dict[str, LocalEntity | None] = {}
        self._scopes: dict[str, Hashable] = {}
        self._allowed: dict[tuple[str, str], bool] = {}

    def entity(self, name: str) -> LocalEntity | None:
        """The entity of this name that syncs, if the user may have it."""
        if name not in self._entities:
            self._entities[name] = self.app.entity_for(self.user, name)
        return self._entities[name]

    def may_see(self, model: type[models.Model]) -> bool:
        """Whether some of the model's records may be the user's."""
        entities = self.app.entities.values()
        same = [one for one in entities if one.model._meta.concrete_model is model._meta.concrete_model]
        return any(self.entity(one.name) is not None for one in same)

    def writable(self, mutation: Mutation) -> LocalEntity:
        """The entity of a mutation, if the user may do such a thing with it at all.

        :raises Rejected:
        """
        entity = self.entity(mutation.entity)
        if entity is None:
            raise Rejected("unknown_entity")
        if not entity.pattern.writable:
            raise Rejected("read_only")
        place = (entity.name, mutation.op)
        if place not in self._allowed:
            asked = {
                "create": entity.has_add_permission,
                "update": entity.has_change_permission,
                "delete": entity.has_delete_permission,
            }
            self._allowed[place] = bool(asked[mutation.op](self.user))
        if not self._allowed[place]:
            raise Rejected("permission_denied")
        return entity

    def target(self, entity: LocalEntity, column: Attribute) -> LocalEntity | None:
        """The entity that a relation leads to, if the user may have it."""
        target = target_of(entity, column)
        return None if target is None else self.entity(target.name)

    def members(self, entity: LocalEntity, raw_keys: Collection[Any]) -> set[Any]:
        """Those of `raw_keys` whose rows are in the user's scope.

        What decides the scope may have been changed a moment ago by the same device, so that it is asked for anew
        before anything is said to be outside.
        """
        known = entity.name in self._scopes
        found = self._members(entity, raw_keys)
        missing = set(raw_keys) - found
        if missing and known:
            del self._scopes[entity.name]
            found |= self._members(entity, missing)
        return found

    def _members(self, entity: LocalEntity, raw_keys: Collection[Any]) -> set[Any]:
        rows = entity.rows(self.scope(entity))
        wanted = list(raw_keys)
        found: set[Any] = set()
        for start in range(0, len(wanted), RAW_KEYS):
            some = with_raw_key(only_keys(rows, (), wanted[start : start + RAW_KEYS]))
            found.update(some.order_by().values_list("_raw_key", flat=True))
        return found

    def scope(self, entity: LocalEntity) -> Hashable:
        if entity.name not in self._scopes:
            self._scopes[entity.name] = entity.get_scope(self.user)
        return self._scopes[entity.name]
