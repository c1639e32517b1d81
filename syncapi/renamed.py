"""What fields were called before: the `RenameField` operations of a project's migrations, read in their order (L5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models.options import Options

Names = dict[str, str]


def renamed_fields(meta: Options[Any]) -> Names:
    """By old name, the name that the field of the model has now. Fields that went away are left out."""
    return dict(_by_model(meta.app_label).get(meta.model_name or "", {}))


@cache
def _by_model(app_label: str) -> dict[str, Names]:
    loader = MigrationLoader(None, load=False, ignore_no_migrations=True)
    loader.load_disk()
    own = {name: migration for (label, name), migration in loader.disk_migrations.items() if label == app_label}
    return names_after(in_order(own, app_label))


def in_order(migrations: dict[str, Migration], app_label: str) -> list[Migration]:
    """Of one app, each after those it builds on; squashed ones only where what they replace is no longer there: what
    they were made of may have been left out of them."""
    replaced: dict[str, list[str]] = {}
    for name, migration in migrations.items():
        replaced[name] = [other for label, other in migration.replaces if label == app_label]
    left_out: set[str] = set()
    for name, others in replaced.items():
        if others:
            left_out.update([name] if all(other in migrations for other in others) else others)
    ordered: dict[str, Migration] = {}
    entered: set[str] = set()

    def visit(name: str) -> None:
        if name in entered or name not in migrations:
            return
        entered.add(name)
        for label, other in migrations[name].dependencies:
            if label == app_label:
                visit(other)
        for other in replaced[name]:
            visit(other)
        if name not in left_out:
            ordered[name] = migrations[name]

    for name in sorted(migrations):
        visit(name)
    return list(ordered.values())


def names_after(migrations: Iterable[Migration]) -> dict[str, Names]:
    """By model, in lower case: old names of fields with those that they have after all of `migrations`."""
    found: dict[str, Names] = {}
    for migration in migrations:
        for operation in _flat(migration.operations):
            _apply(operation, found)
    return found


def _flat(some: Iterable[Operation]) -> Iterator[Operation]:
    for operation in some:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _flat(operation.state_operations)
        else:
            yield operation


def _apply(operation: Operation, found: dict[str, Names]) -> None:
    match operation:
        case operations.CreateModel() | operations.DeleteModel():
            found.pop(operation.name.lower(), None)
        case operations.RenameModel():
            found[operation.new_name.lower()] = found.pop(operation.old_name.lower(), {})
        case operations.RenameField():
            names = found.setdefault(operation.model_name.lower(), {})
            _forget(names, operation.new_name)
            for old, new in names.items():
                if new == operation.old_name:
                    names[old] = operation.new_name
            names[operation.old_name] = operation.new_name
        case operations.RemoveField():
            names = found.get(operation.model_name.lower(), {})
            for old in [old for old, new in names.items() if new == operation.name]:
                del names[old]
        case operations.AddField():
            _forget(found.get(operation.model_name.lower(), {}), operation.name)


def _forget(names: Names, name: str) -> None:
    """A field has this name now, so it is nobody's old one."""
    names.pop(name, None)
