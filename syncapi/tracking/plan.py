"""What the rows of an entity depend on: what must be watched, and what a change anywhere means for them (T3, T5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import QuerySet

from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity
from syncapi.tracking.dependencies import Dependencies, Followed
from syncapi.tracking.probe import probed_rows, tolerated
from syncapi.tracking.query_hash import query_hash
from syncapi.tracking.query_walk import QueryWalk
from syncapi.tracking.watched import Watched, union

__all__ = ["Followed", "Plan", "declared_watch", "plan"]

logger = logging.getLogger("haversack.tracking")

_attributes: WeakKeyDictionary[LocalEntity, Dependencies] = WeakKeyDictionary()
_reported: set[str] = set()  # by this process: once per entity is enough for a log


@dataclass(frozen=True)
class Plan:
    """What the rows of a queryset, and the attributes of its entity, depend on.

    `watched`: by name, every table, with its columns, and links. `followed`: the ways to related rows, first the own
    table with the path `()`; a change at the end of a way concerns the rows that reach it. `unfollowed`: tables that
    decide membership in another way: after a change there any row may have entered or left. `volatile`: so it may at
    any time, or nobody can tell. `query`: hash of the compiled query, equal in every process for equal queries.
    `linked`: ways to rows of which sets are carried, from the own table with `()` on, with the source that names those
    whose set changed.
    """

    watched: Mapping[str, Watched]
    followed: tuple[Followed, ...]
    unfollowed: frozenset[str]
    volatile: bool
    query: str
    linked: tuple[Followed, ...] = ()


def plan(entity: LocalEntity, queryset: QuerySet[Any, Any]) -> Plan:
    """Looks at `queryset`, which has rows of `entity`, without running it. What it cannot make out is volatile.

    :raises DeclarationError: an attribute of the entity cannot be resolved.
    """
    found = _of_attributes(entity).copy()
    walk = QueryWalk(found)
    query = ""
    try:
        walk.walk(queryset.query, entity.model)
        query = query_hash(queryset)
    except Exception:  # whatever a project's own expressions raise
        walk.doubts.append("an error")
        if entity.name not in _reported:
            _reported.add(entity.name)
            logger.exception("%s: its queryset cannot be analysed, so each pull reads all keys in scope", entity)
    return Plan(found.watched(), found.ways(), frozenset(found.unfollowed), bool(walk.doubts), query, found.linked())


def declared_watch(apps: Iterable[OfflineApp]) -> dict[str, Watched]:
    """What triggers had better watch: all that attributes, `depends_on` and the querysets of some users show.

    Queries the database for users and their scopes. An entity that fails is left out, and pulls compare its rows.
    """
    found: list[Watched] = []
    for app in apps:
        for entity in app.entities.values():
            if getattr(entity.pattern, "tracked", False):
                found += _declared(entity)
    return union(found)


def _declared(entity: LocalEntity) -> list[Watched]:
    found: list[Watched] = []
    with tolerated(entity):
        found += _of_attributes(entity).watched().values()
    for name in entity.depends_on:
        with tolerated(entity):
            one = Dependencies()
            one.depend_on(entity.model, name)
            found += one.watched().values()
    for queryset in probed_rows(entity):
        with tolerated(entity):
            found += plan(entity, queryset).watched.values()
    return found


def _of_attributes(entity: LocalEntity) -> Dependencies:
    """:raises DeclarationError:"""
    if (known := _attributes.get(entity)) is not None:
        return known
    found = Dependencies()
    found.follow((), found.table(entity.model), member=True)
    for attribute in entity.stored_columns:
        found.follow_attribute(entity.model, attribute)
    _attributes[entity] = found
    return found
