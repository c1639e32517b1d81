"""Which tables a plan of migrations alters, so that triggers can come off them before (T1).

A trigger in the way makes a migration fail (PostgreSQL alters no type of a column that a trigger names, SQLite drops
none), or is dropped without a word (SQLite makes tables anew).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import CodeType
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation

Plan = Sequence[tuple[Migration, bool]]
Name = tuple[str, str]  # app label, name of the model in lower case

_HARMLESS: tuple[type[Operation], ...] = (
    operations.CreateModel,  # of a table that has no triggers yet
    operations.AlterModelOptions,
    operations.AlterModelManagers,
    operations.AlterModelTableComment,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RenameIndex,
)
_OWN_TABLE: tuple[type[Operation], ...] = (
    operations.AddField,
    operations.RemoveField,
    operations.AlterUniqueTogether,
    operations.AlterIndexTogether,
    operations.AlterOrderWithRespectTo,
    operations.AddConstraint,
    operations.RemoveConstraint,
)
_RELATED_TABLES: tuple[type[Operation], ...] = (  # columns that refer to the model may change too
    operations.DeleteModel,
    operations.RenameModel,
    operations.AlterModelTable,
    operations.AlterField,
    operations.RenameField,
)
_POSTGRES = "django.contrib.postgres.operations"  # extensions, collations, indexes and constraints beside the rows
_SCHEMA_WORDS = {
    name
    for name in dir(BaseDatabaseSchemaEditor)
    if name.startswith(("add_", "alter_", "create_", "delete_", "remove_", "rename_", "execute"))
} | {"execute", "executemany", "executescript", "cursor", "schema_editor_class"}


class _Unknown(Exception):
    """An operation may do anything to any table."""


def altered_tables(plan: Plan, apps: Apps) -> set[str] | None:
    """Tables, by their names before the plan; None when nobody can tell, or the plan goes backwards.

    `apps`: the models before the plan. Operations of classes that are not Django's own may do anything, and so may
    `RunSQL`. `RunPython` is taken for a change of rows, which triggers see, unless its code names a method of the
    schema editor or a cursor.
    """
    if any(backwards for _, backwards in plan):
        return None
    walk = _Walk(apps)
    try:
        for migration, _ in plan:
            for operation in migration.operations:
                walk.operation(operation, migration.app_label)
    except _Unknown:
        return None
    return walk.tables


class _Walk:
    def __init__(self, apps: Apps) -> None:
        self.tables: set[str] = set()
        self._apps = apps
        self._before: dict[Name, Name] = {}  # what models renamed by the plan were called before it

    def operation(self, operation: Operation, app: str) -> None:
        kind = type(operation)
        if kind is operations.SeparateDatabaseAndState:
            for inner in operation.database_operations:  # type: ignore[attr-defined]
                self.operation(inner, app)
            for inner in operation.state_operations:  # type: ignore[attr-defined]
                self._rename(inner, app)
        elif kind is operations.RunPython:
            if _names(operation.code) & _SCHEMA_WORDS:  # type: ignore[attr-defined]
                raise _Unknown
        elif kind in _OWN_TABLE or kind in _RELATED_TABLES:
            self._alters(operation, app, related=kind in _RELATED_TABLES)
            self._rename(operation, app)
        elif not (kind in _HARMLESS or kind.__module__ == _POSTGRES or _is_empty(operation)):
            raise _Unknown

    def _alters(self, operation: Any, app: str, *, related: bool) -> None:
        name = getattr(operation, "model_name", None) or getattr(operation, "old_name", None) or operation.name
        model = self._model(app, name)
        if model is None:
            return  # made by this plan
        self.tables |= set(_own_tables(model))
        if related:
            self.tables |= {table for other in _referring(model) for table in _own_tables(other)}

    def _model(self, app: str, name: str) -> type[models.Model] | None:
        before = self._before.get((app, name.lower()), (app, name.lower()))
        try:
            return self._apps.get_model(*before)
        except LookupError:
            return None

    def _rename(self, operation: Operation, app: str) -> None:
        if type(operation) is operations.RenameModel:
            old, new = (app, operation.old_name.lower()), (app, operation.new_name.lower())
            self._before[new] = self._before.pop(old, old)


def _own_tables(model: type[models.Model]) -> Iterator[str]:
    yield model._meta.db_table
    for field in model._meta.local_many_to_many:
        yield field.m2m_db_table()


def _referring(model: type[models.Model]) -> set[type[models.Model]]:
    """Models with columns that refer to this one, or to such a column: a type goes on along keys that refer."""
    found: set[type[models.Model]] = set()
    waiting = [model]
    while waiting:
        for relation in waiting.pop()._meta.get_fields(include_hidden=True):
            if relation.is_relation and relation.auto_created and not relation.concrete:
                other: Any = relation.related_model
                if isinstance(other, type) and other not in found and other is not model:
                    found.add(other)
                    waiting.append(other)
    return found


def _is_empty(operation: Any) -> bool:
    return type(operation) is operations.RunSQL and not operation.sql


def _names(function: Callable[..., Any]) -> set[str]:
    """Names that the code of a function mentions, functions inside it included."""
    code = getattr(function, "__code__", None)
    return set(_names_in([code])) if isinstance(code, CodeType) else {"execute"}  # a callable of another kind


def _names_in(codes: Iterable[object]) -> Iterator[str]:
    for code in codes:
        if isinstance(code, CodeType):
            yield from code.co_names
            yield from _names_in(code.co_consts)
