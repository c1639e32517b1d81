"""T1: migrations of tracked tables. No write fails, and no change is missed: it is noted, or behind a barrier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from syncapi.registry import registry
from syncapi.tracking import moments
from syncapi.tracking.changes import barriers_after, changes
from syncapi.tracking.checks import check_tracking
from syncapi.tracking.install import install
from syncapi.tracking.moments import Moment
from syncapi.tracking.relations import relation
from syncapi.tracking.sources import sources
from syncapi.tracking.watched import Watched
from tests.migrated import faults

STEPS = [
    "0001_initial",
    "0002_rename_model",
    "0003_alter_table",
    "0004_alter_field",
    "0005_rows_only",
    "0006_rename_field",
    "0007_remove_field",
    "0008_add_field",
    "0009_alter_key",
    "0010_constraint",
    "0011_sql",
    "0012_cursor",
    "0013_half_way",
]


@pytest.fixture
def past(transactional_db: Any, settings: Any) -> Iterator[None]:
    """The app `tests.migrated` is installed, and no migration of it has run."""
    installed = settings.INSTALLED_APPS
    settings.INSTALLED_APPS = [*installed, "tests.migrated"]
    yield
    settings.INSTALLED_APPS = installed
    registry.discover()
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("migrated_"):
                cursor.execute(f"DROP TABLE {table}{cascade}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'migrated'")
    install()


def migrate(step: str) -> None:
    call_command("migrate", "migrated", step, verbosity=0)


def items(step: str) -> type[models.Model]:
    """The model as it is after a step."""
    executor = MigrationExecutor(connection)
    apps = executor.loader.project_state([("migrated", step)]).apps
    return apps.get_model("migrated", "Thing" if step < "0002" else "Item")


def _related(item: type[models.Model]) -> Any:
    """The manager of the groups that items belong to."""
    apps: Any = item._meta.apps
    return apps.get_model(f"{item._meta.app_label}.group").objects


def watch_everything(model: type[models.Model]) -> None:
    """All columns of the table, so that whatever the next step alters is watched; and its many-to-many table."""
    tables = [model._meta.db_table, model._meta.get_field("tags").m2m_db_table()]  # type: ignore[union-attr]
    wanted = {}
    for table in tables:
        there = relation(table)
        assert there is not None
        wanted[table] = Watched(table, "id", member=frozenset(there.columns) - {"id"})
    assert not install(wanted).failed


def seen_since(moment: Moment, table: str) -> set[str] | None:
    """Keys that changed, or None when devices are told to compare."""
    found = sources()
    assert found is not None
    source = found.get(table)
    if source is None or not source.intact or source.id in barriers_after(moment):
        return None
    return {str(change.key) for change in changes(source.id, moment, 100)}


def test_T1_migrations_of_a_tracked_table_one_after_another(past: None) -> None:
    migrate(STEPS[0])
    group = _related(items(STEPS[0])).create(code="g", name="G")
    for number, (before, step) in enumerate(pairwise(STEPS), start=1):
        old: Any = items(before)
        name = "name" if step <= "0006_rename_field" else "title"
        row = old.objects.create(pk=number, **{name: f"n{number}"}, price=number, group_id=group.pk)
        row.tags.add(group.pk)
        watch_everything(old)
        moment = moments.now()
        old.objects.filter(pk=number).update(price=555)
        assert seen_since(moment, old._meta.db_table) == {str(number)}, step

        moment = moments.now()
        migrate(step)

        new: Any = items(step)
        table = new._meta.db_table
        if step == "0005_rows_only":  # nothing was in the way: what it wrote is known row by row
            assert seen_since(moment, table) == {"4"}
        else:
            assert seen_since(moment, table) is None, step
        later = moments.now()
        new.objects.filter(pk=number).update(price=44)
        deleted = new.objects.create(pk=100 + number, **{"name" if step < "0006" else "title": step}, price=1)
        deleted.delete()
        if step >= "0003_alter_table":  # its name is now the one that is declared
            assert seen_since(later, table) == {str(number), str(100 + number)}, step


def test_T1_a_migration_that_fails_half_way(past: None, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(STEPS[-2])
    item = items(STEPS[-2])
    item.objects.create(pk=1, title="a", price=1)  # type: ignore[attr-defined]
    table = item._meta.db_table
    moment = moments.now()
    monkeypatch.setattr(faults, "fail", True)
    with pytest.raises(RuntimeError, match="half way"):
        migrate(STEPS[-1])

    assert seen_since(moment, table) is None  # devices compare
    item.objects.filter(pk=1).update(price=9)  # type: ignore[attr-defined]
    said = [message.id for message in check_tracking(databases=["default"]) if table in message.msg]
    assert said == ["syncapi.W002"]

    monkeypatch.setattr(faults, "fail", False)
    migrate(STEPS[-1])
    assert seen_since(moment, table) is None
    assert seen_since(moments.now(), table) == set()
    assert check_tracking(databases=["default"]) == []


def test_T1_a_plan_without_operations_touches_nothing(past: None) -> None:
    migrate(STEPS[-1])
    moment, before = moments.now(), sources()
    migrate(STEPS[-1])
    assert sources() == before
    assert barriers_after(moment) == set()


def test_T1_a_migration_backwards(past: None) -> None:
    migrate("0009_alter_key")
    moment = moments.now()
    migrate("0008_add_field")
    assert seen_since(moment, "migrated_goods") is None
    item = items("0008_add_field")
    later = moments.now()
    item.objects.create(pk=1, title="a", price=1)  # type: ignore[attr-defined]
    assert seen_since(later, "migrated_goods") == {"1"}
