"""Where the snapshot of an entity in a scope is kept, and what is there."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db import models

from syncapi.cursors import short_hash
from syncapi.entities import LocalEntity
from syncapi.models import Part, Snapshot
from syncapi.scopes import canonical_scope
from syncapi.segments.manifest import Manifest
from syncapi.tracking.query_hash import statement


@dataclass(frozen=True)
class Place:
    """Names a snapshot: one per app, entity, scope and form of the rows. `scope_text` is the scope for people."""

    app: str
    entity: str
    scope: str
    form: str
    scope_text: str

    @classmethod
    def of(cls, entity: LocalEntity, scope: Hashable, queryset: models.QuerySet[Any]) -> Place:
        """`queryset`: the rows of `scope`, as they are asked for today. Its SQL is part of the form; its parameters are
        not, which may follow the time of day: those that follow the scope are named by that.

        :raises ScopeError: the scope has no canonical form.
        """
        text = canonical_scope(scope, entity.name)
        columns = [column.form for column in entity.row_columns]
        form = short_hash([columns, statement(queryset)])
        return cls(entity.app.name, entity.name, short_hash(text), form, text)

    @property
    def row(self) -> models.QuerySet[Snapshot]:
        return Snapshot.objects.filter(app=self.app, entity=self.entity, scope=self.scope, form=self.form)

    def look(self) -> Stored | None:
        """What is there. None: nobody made or began one."""
        row = self.row.first()
        if row is None:
            return None
        cursor, manifest = row.cursor, Manifest.decode(row.parts)
        if Part.objects.filter(snapshot=row.pk, fallen=None).count() != len(manifest.parts):
            cursor, manifest = "", _present(row.pk, manifest)
        return Stored(row.pk, cursor, manifest, row.pruned, row.revision, row.asked)

    def body(self, sum_: str) -> bytes | None:
        """The compressed row lines of a part, also of one that fell out lately. None where there is none."""
        parts = Part.objects.filter(
            sum=sum_,
            snapshot__app=self.app,
            snapshot__entity=self.entity,
            snapshot__scope=self.scope,
            snapshot__form=self.form,
        )
        found = parts.values_list("body", flat=True).first()
        return None if found is None else bytes(found)


@dataclass(frozen=True)
class Stored:
    """A snapshot as it is kept. Without a `cursor` it has no content yet."""

    pk: int
    cursor: str
    manifest: Manifest
    pruned: str
    revision: int
    asked: datetime.datetime


def _present(snapshot: int, manifest: Manifest) -> Manifest:
    """What is left of a snapshot some of whose parts are gone, as after a restore that left them out."""
    present = set(Part.objects.filter(snapshot=snapshot).values_list("sum", flat=True))
    return Manifest(tuple(part for part in manifest.parts if part.sum in present))
