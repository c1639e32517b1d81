"""The text of whole rows, made by the database (design §6, decision 0023)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col, Func
from django.db.models.sql.compiler import SQLCompiler

from syncapi.attributes import VERSION, Attribute, through_fields
from syncapi.entities import LocalEntity
from syncapi.keys.fields import Field, is_plain, is_stored_by_django
from syncapi.pull import postgresql_text, sqlite_text
from syncapi.pull.many_text import ManyText
from syncapi.tracking.row_version import row_version
from syncapi.values import value_field

# SQLite takes expressions up to 1,000 deep, and each column makes it two deeper.
MAX_COLUMNS = 400


class DatabaseText(Func):
    """What `row_text` makes of `values`, or NULL for a row with a value that Python is to render."""

    def __init__(self, values: Sequence[Any], templates: Sequence[str]) -> None:
        """:param templates: for each value SQL with `{c}` in the place of the value; no placeholders."""
        super().__init__(*values, output_field=models.TextField())
        self.templates = tuple(templates)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **context: Any) -> Any:
        values = [compiler.compile(value) for value in self.get_source_expressions()]
        texts = [
            template.replace("%", "%%").format(c=sql) for template, (sql, _) in zip(self.templates, values, strict=True)
        ]
        return "'[' || " + " || ',' || ".join(texts) + " || ']'", []

    def get_group_by_cols(self) -> list[Any]:
        """The columns: a database need not make the texts to group by them."""
        return [column for value in self.get_source_expressions() for column in value.get_group_by_cols()]


def database_text(entity: LocalEntity, columns: Sequence[Any], using: str) -> DatabaseText | None:
    """The text of rows of `entity`, which computes nothing; None where Python makes it, because of the database or a
    column.

    :param columns: what its attributes are read from (`Col`), in their order; of those with many values nothing.
    """
    connection, rest = connections[using], iter(columns)
    made = [_value(entity, column, rest, connection) for column in entity.row_columns]
    found = [value for value in made if value is not None]
    if len(found) < len(made) or len(found) > MAX_COLUMNS:
        return None
    return DatabaseText(*zip(*found, strict=True))


def _value(
    entity: LocalEntity, column: Attribute, stored: Iterator[Any], connection: BaseDatabaseWrapper
) -> tuple[Any, str] | None:
    """A value and its template."""
    if column == VERSION:
        return row_version(entity), "{c}"
    if column.many:
        _, target = through_fields(column.field)  # type: ignore[arg-type]
        of_key = _template(target, connection) if is_plain(target) else None
        return (ManyText(column, of_key), "{c}") if of_key is not None else None
    value = next(stored)
    template = _template(value.target, connection) if type(value) is Col else None
    return (value, template) if template is not None else None


def _template(field: Field, connection: BaseDatabaseWrapper) -> str | None:
    if not _is_read_by_django(field):
        return None
    known = _templates(connection)
    for cls in type(value_field(field)).__mro__:
        if cls in known:
            template = known[cls]
            return template if isinstance(template, str) else template(field, connection)
    return None


def _templates(connection: Any) -> dict[Any, str | Callable[..., str | None]]:
    if connection.vendor == "postgresql":
        return postgresql_text.TEMPLATES
    if connection.vendor != "sqlite":
        return {}
    has_json = connection.Database.sqlite_version_info >= (3, 38) or connection.features.supports_json_field
    return sqlite_text.TEMPLATES if has_json else {}


def _is_read_by_django(field: Field) -> bool:
    """Whether the field, and what it takes its values from, are read as Django's own class does, from a column of the
    type that Django gave it: a table that Django did not make may have another."""
    if not field.model._meta.managed or not is_stored_by_django(field):
        return False
    if isinstance(field, models.ForeignKey):
        return _is_read_by_django(field.target_field)
    output = field.output_field if isinstance(field, models.GeneratedField) else None
    return output is None or is_stored_by_django(output)
