"""The records that mutations are about: many at once, locked, with their versions, and only those in scope."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from syncapi.attributes import Attribute
from syncapi.entities import LocalEntity
from syncapi.keys.raw import RawKey, Rows
from syncapi.push.scoped import Scoped
from syncapi.tracking.row_version import row_proven, row_version

BATCH = 500  # keys of a query
_PREFETCHED = "_haversack_prefetched"  # where Django puts what it reads for many records


@dataclass
class Record:
    """`raw_key`: as the database has it. `version`, and whether it is `proven` to stand for what the record holds: see
    `syncapi.tracking.row_version`. `sets`: what many-to-many attributes hold, by name, while that is known; see
    `Records.sets_known`."""

    instance: Any
    raw_key: Any
    version: int
    proven: bool
    sets: Mapping[str, list[Any]] = field(default_factory=dict)


class Records:
    """Of one transaction. A record that is asked for twice is read once, unless something may have changed it."""

    def __init__(self, scoped: Scoped) -> None:
        self._scoped = scoped
        self._known: dict[str, dict[Any, Record | None]] = {}

    def prepare(self, entity: LocalEntity, keys: Iterable[Any]) -> None:
        """Reads those that are not known, and locks them. Three queries and one for each parent that the
        model inherits from, on SQLite two: there, who writes is alone."""
        known = self._known.setdefault(entity.name, {})
        wanted = [key for key in dict.fromkeys(keys) if key not in known]
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            known.update(dict.fromkeys(some))
            known.update(self._read(entity, some))

    def get(self, entity: LocalEntity, key: Any) -> Record | None:
        """The record with this key, if it is in the user's scope."""
        self.prepare(entity, [key])
        return self._known[entity.name][key]

    def has_version(self, entity: LocalEntity, key: Any, version: int | None) -> None:
        """A record that is known, if it is, came to this version by a change that is known, too."""
        record = self._known.get(entity.name, {}).get(key)
        if record is not None and version is not None:
            record.version, record.proven = version, True

    def forget(self, entity: LocalEntity | None = None, keys: Collection[Any] = ()) -> None:
        """What is known of them may be wrong now: of all records, without `entity`."""
        if entity is None:
            self._known.clear()
            return
        for key in keys:
            self._known.get(entity.name, {}).pop(key, None)

    @contextmanager
    def sets_known(self, entity: LocalEntity, keys: Iterable[Any], many: Sequence[Attribute]) -> Iterator[None]:
        """While records are judged of which nothing changes meanwhile: what they hold in the many-to-many attributes
        `many` is asked for all of them at once. A query for each attribute."""
        records = [record for key in keys if (record := self.get(entity, key)) is not None] if many else []
        for record, sets in zip(records, _sets([record.instance for record in records], many), strict=True):
            record.sets = sets
        try:
            yield
        finally:
            for record in records:
                record.sets = {}

    def _read(self, entity: LocalEntity, keys: list[Any]) -> dict[Any, Record]:
        rows: Rows = models.QuerySet(entity.model).filter(pk__in=keys)
        if connection.features.has_select_for_update:
            # On its own: what is read beside a lock that was waited for is older than the lock. Inherited attributes
            # are in the tables of the parents, which who changes them elsewhere writes first.
            for model, path in _tables(entity):
                held: Rows = models.QuerySet(model).filter(pk__in=rows.values(path)) if path else rows
                list(held.order_by("pk").select_for_update().values_list("pk"))
        annotated = rows.annotate(
            _raw_key=RawKey(models.F("pk")), _row_version=row_version(entity), _row_proven=row_proven(entity)
        )
        found = {one.pk: Record(one, one._raw_key, one._row_version, bool(one._row_proven)) for one in annotated}
        members = self._scoped.members(entity, [record.raw_key for record in found.values()]) if found else set()
        return {key: record for key, record in found.items() if record.raw_key in members}


def _sets(instances: Sequence[Any], many: Sequence[Attribute]) -> list[dict[str, list[Any]]]:
    """The keys that each record holds in each attribute, as its own manager would find them."""
    found: list[dict[str, list[Any]]] = [{} for _ in instances]
    for column in many:
        target: Any = column.field.related_model
        rows = target._default_manager.order_by().only("pk")
        models.prefetch_related_objects(instances, models.Prefetch(column.name, rows, to_attr=_PREFETCHED))
        for instance, sets in zip(instances, found, strict=True):
            sets[column.name] = [one.pk for one in instance.__dict__.pop(_PREFETCHED)]
    return found


def _tables(entity: LocalEntity) -> Iterator[tuple[type[models.Model], str]]:
    """The models whose tables a record has rows in, parents first, with the way to their keys; "" for its own."""
    model: Any = entity.model._meta.concrete_model
    for parent in reversed(model._meta.all_parents):
        yield parent, "__".join(step.join_field.name for step in model._meta.get_path_to_parent(parent))
    yield model, ""
