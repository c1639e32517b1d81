"""Versions of single rows, as the rows themselves carry them (C1, decisions 0003 and 0029)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from syncapi.entities import LocalEntity
from syncapi.keys.raw import RawKey
from syncapi.tracking.row_version import row_version

BATCH = 500  # keys of a query


@dataclass(frozen=True)
class RowVersion:
    """`raw_key`: the key as the database has it."""

    raw_key: Any
    version: int


def versions_of(entity: LocalEntity, keys: Iterable[Any]) -> dict[Any, RowVersion]:
    """By key, of the rows that there are, in scope or not. A query for each `BATCH`.

    :param keys: Python values of the primary key.
    """
    rows = models.QuerySet(entity.model).annotate(_raw_key=RawKey(models.F("pk")), _row_version=row_version(entity))
    wanted = list(dict.fromkeys(keys))
    found: dict[Any, RowVersion] = {}
    for start in range(0, len(wanted), BATCH):
        some = rows.filter(pk__in=wanted[start : start + BATCH])
        for key, raw_key, version in some.order_by().values_list("pk", "_raw_key", "_row_version"):
            found[key] = RowVersion(raw_key, version)
    return found
