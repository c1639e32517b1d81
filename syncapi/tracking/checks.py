"""System checks of change tracking. They look at the database: `manage.py check --database default`, and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 (Django's name)
from django.db import DEFAULT_DB_ALIAS, connection

from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity
from syncapi.models import UserKey
from syncapi.registry import registry
from syncapi.tracking import tables
from syncapi.tracking.drift import Finding, State, survey
from syncapi.tracking.install import required
from syncapi.tracking.templates import VENDORS

Messages = Iterator[CheckMessage]


@register("haversack", Tags.database)
def check_tracking(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whether what tracked entities depend on is watched."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    return list(check_tracked(registry.declared))


def check_tracked(declared: Sequence[OfflineApp]) -> Messages:
    """Looks into the database, for the tables and triggers that the tracked entities of these apps need."""
    tracked = [
        entity for app in declared for entity in app.entities.values() if getattr(entity.pattern, "tracked", False)
    ]
    if not tracked:
        return
    if connection.vendor not in VENDORS:
        yield Error(
            f"Changes cannot be tracked on {connection.display_name}, as {_names(tracked)} would need.",
            hint="Use SQLite or PostgreSQL, or the pattern offline.ReadOnly, which needs no tracking.",
            id="syncapi.E023",
        )
        return
    if UserKey._meta.db_table not in connection.introspection.table_names():
        return  # nothing was migrated yet; migrate installs tracking
    if missing := tables.missing():
        yield Warning(
            f"Tables of change tracking are missing: {', '.join(missing)}. {_names(tracked)} cannot be synced.",
            hint="Run manage.py migrate, or manage.py synctriggers install.",
            id="syncapi.W001",
        )
        return
    for finding in survey(required()):
        yield from _check_finding(finding, [entity for entity in tracked if _own_table(entity) == finding.name])


def _check_finding(finding: Finding, entities: list[LocalEntity]) -> Messages:
    table, detail = finding.name, finding.detail
    if finding.state is State.REFUSED and entities:
        yield Error(
            f"Changes of '{table}' cannot be tracked, as {_names(entities)} would need: {detail}.",
            hint="Use the pattern offline.ReadOnly, which needs no tracking. Devices can only change rows that are "
            "tracked.",
            obj=type(entities[0]),
            id="syncapi.E024",
        )
    elif finding.state is State.REFUSED:
        yield Warning(
            f"Rows of offline apps depend on '{table}', of which changes cannot be tracked: {detail}.",
            hint="Each pull reads all rows in scope instead. Leave the table out of attributes and querysets, "
            "or silence this.",
            id="syncapi.W005",
        )
    elif finding.state in (State.MISSING, State.BROKEN, State.ABSENT):
        yield Warning(
            f"Changes of '{table}' are not tracked: {detail}.",
            hint="Run manage.py synctriggers install, or migrate. Until then each pull compares all rows in scope.",
            id="syncapi.W002",
        )
    elif finding.state is State.OUTDATED:
        yield Warning(
            f"Triggers on '{table}' do not watch what they should: {detail}.",
            hint="Run manage.py synctriggers install, or migrate. Until then pulls rely on them for the rest only.",
            id="syncapi.W003",
        )
    if finding.relation is not None and finding.relation.on_expressions:
        yield Warning(
            f"'{table}' has unique indexes on expressions ({', '.join(finding.relation.on_expressions)}). "
            "A row that REPLACE deletes because of one of them is not seen.",
            hint="Django never writes REPLACE. If nothing else does, silence this; else make the index one on columns.",
            id="syncapi.W004",
        )


def _own_table(entity: LocalEntity) -> str:
    concrete = entity.model._meta.concrete_model or entity.model
    return concrete._meta.db_table


def _names(entities: list[LocalEntity]) -> str:
    return ", ".join(dict.fromkeys(entity.name for entity in entities))
