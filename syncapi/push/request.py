"""What all transactions of one push share."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_save, pre_save

from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity, User
from syncapi.filled import saves_itself
from syncapi.ledger.once import Origin
from syncapi.push import deletions
from syncapi.push.change import Op
from syncapi.push.given import Writing
from syncapi.push.phases import Effect
from syncapi.push.writes import UNKNOWN
from syncapi.tracking.plan import plan

logger = logging.getLogger("haversack.push")


@dataclass
class Request:
    """Whose push it is, and what came of it so far."""

    app: OfflineApp
    user: User
    origin: Origin
    creators: Mapping[uuid.UUID, uuid.UUID]  # by local id, the mutation of this request that makes the record
    effects: dict[uuid.UUID, Effect] = field(default_factory=dict)  # by id, as far as it is done
    _writings: dict[str, Writing] = field(default_factory=dict)
    _own_code: dict[tuple[str, Op], bool] = field(default_factory=dict)
    _together: dict[str, bool] = field(default_factory=dict)
    _tables: set[str] | None = None

    def writing(self, entity: LocalEntity) -> Writing:
        if entity.name not in self._writings:
            self._writings[entity.name] = Writing(entity, user=self.user, app=self.app, replica=self.origin.replica)
        return self._writings[entity.name]

    def has_own_code(self, entity: LocalEntity, op: Op) -> bool:
        """Whether the project has a say in what happens when such a change is written."""
        if (entity.name, op) not in self._own_code:
            self._own_code[entity.name, op] = op == "delete" or _has_own_code(entity, op)
        return self._own_code[entity.name, op]

    def deletes_together(self, entity: LocalEntity, rows: Callable[[], QuerySet[Any, Any]]) -> bool:
        """Whether deletions of its records may be carried out together. :param rows: those of the user."""
        if entity.name not in self._together:
            self._together[entity.name] = deletions.go_together(entity, rows())
        return self._together[entity.name]

    def deletes_singly(self, entity: LocalEntity) -> None:
        """They may not, as was seen."""
        self._together[entity.name] = False

    def matters(self, table: str) -> bool:
        """Whether rows of a table are carried, or decide which rows are."""
        if self._tables is None:
            try:
                self._tables = {UNKNOWN}.union(*map(self._tables_of, self.app.entities.values()))
            except Exception:
                # Some entity's own code fails. That is no affair of this change: it counts as if all mattered.
                logger.exception("What the rows of %s depend on could not be found out", self.app.name)
                self._tables = set()
        return not self._tables or table in self._tables

    def _tables_of(self, entity: LocalEntity) -> set[str]:
        models = (entity.model, *entity.model._meta.all_parents)
        watched = plan(entity, entity.rows(entity.get_scope(self.user))).watched
        return {model._meta.db_table for model in models} | set(watched)


def _has_own_code(entity: LocalEntity, op: Op) -> bool:
    """Whether the project has a say in what happens when a record is saved."""
    hook = "perform_create" if op == "create" else "perform_update"
    cls, model = type(entity), entity.model
    return (
        getattr(cls, hook) is not getattr(LocalEntity, hook)
        or saves_itself(model)
        or any(signal.has_listeners(model) for signal in (pre_save, post_save, m2m_changed))
    )
