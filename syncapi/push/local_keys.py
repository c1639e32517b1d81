"""What records that devices made are called here: the map of local ids (W5)."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from syncapi.bulk import insert_many
from syncapi.conf import conf
from syncapi.entities import LocalEntity
from syncapi.ledger.model import LedgerEntry
from syncapi.ledger.once import Origin, unconfirmed
from syncapi.push.decode import decode_key, encode
from syncapi.push.model import LocalKey
from syncapi.push.mutation import Local
from syncapi.push.scoped import Scoped

BATCH = 500


@dataclass(frozen=True)
class Named:
    """A record that a device knows by a local id. `key`: Python value."""

    entity: LocalEntity
    key: Any


class LocalKeys:
    """Of one transaction: what is in the table, and what was made in this transaction and will be."""

    def __init__(self, origin: Origin, scoped: Scoped) -> None:
        self._origin = origin
        self._scoped = scoped
        self._known: dict[uuid.UUID, Named | None] = {}
        self._new: dict[uuid.UUID, Named] = {}

    def prepare(self, locals_: Iterable[Local]) -> None:
        """Looks them up, in one query for each `BATCH`."""
        wanted = [one for one in dict.fromkeys(local.id for local in locals_) if one not in self._known]
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            self._known.update(dict.fromkeys(some))
            rows = LocalKey.objects.filter(**asdict(self._origin), local__in=some)
            for local, name, key in rows.values_list("local", "entity", "key"):
                entity = self._scoped.entity(name)
                if entity is not None:
                    self._known[local] = Named(entity, decode_key(entity.columns[0], json.loads(key)))

    def find(self, local: Local, entity: LocalEntity) -> Any:
        """The key of the record of `entity` with this local id; None where there is none."""
        self.prepare([local])
        named = self._new.get(local.id) or self._known[local.id]
        if named is None or named.entity.model._meta.concrete_model is not entity.model._meta.concrete_model:
            return None
        return named.key

    def is_taken(self, local: Local) -> bool:
        self.prepare([local])
        return local.id in self._new or self._known[local.id] is not None

    def add(self, local: Local, entity: LocalEntity, key: Any) -> None:
        self._new[local.id] = Named(entity, key)

    def drop(self, local: Local) -> None:
        """Its record was undone."""
        self._new.pop(local.id, None)

    def save(self) -> None:
        rows = [
            (local, named.entity.name, json.dumps(encode(named.entity.columns[0], named.key)))
            for local, named in self._new.items()
        ]
        insert_many(LocalKey, {**asdict(self._origin), "made": timezone.now()}, ["local", "entity", "key"], rows)


def clean() -> int:
    """Deletes what is past its retention. Returns how many.

    Where a device may not have its answers yet, what it sent with them still names records so (W5).
    """
    before = timezone.now() - datetime.timedelta(days=conf().tracking_retention)
    same = {name: OuterRef(name) for name in ("replica", "app", "user_key")}
    stale = LocalKey.objects.filter(~Exists(LedgerEntry.objects.filter(unconfirmed(), **same)), made__lt=before)
    deleted = 0
    while keys := list(stale.values_list("pk", flat=True)[:5_000]):
        deleted += LocalKey.objects.filter(pk__in=keys).delete()[0]
    return deleted
