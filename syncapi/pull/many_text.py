"""The text of a many-to-many attribute: an array of the related rows' keys, each once, in their common order."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

from syncapi.attributes import Attribute, through_fields
from syncapi.keys.fields import TEXTS
from syncapi.values import value_field

# An array with a key that Python is to render is NULL.
_ARRAY = {
    "sqlite": (
        "(SELECT CASE WHEN count(*) = count(haversack_key.text) "
        "THEN '[' || coalesce(group_concat(haversack_key.text, ','), '') || ']' END "
        "FROM (SELECT {text} AS text FROM (SELECT DISTINCT haversack_link.{target} AS key "
        "FROM {through} AS haversack_link "
        "WHERE haversack_link.{record} = {own} AND haversack_link.{target} IS NOT NULL "
        "ORDER BY haversack_link.{target}{collation}) AS haversack_keys) AS haversack_key)"
    ),
    "postgresql": (
        "(SELECT CASE WHEN count(*) = count(haversack_key.text) THEN '[' "
        "|| coalesce(string_agg(haversack_key.text, ',' ORDER BY haversack_key.key{collation}), '') || ']' END "
        "FROM (SELECT haversack_keys.key, {text} AS text FROM (SELECT DISTINCT haversack_link.{target} AS key "
        "FROM {through} AS haversack_link "
        "WHERE haversack_link.{record} = {own} AND haversack_link.{target} IS NOT NULL) AS haversack_keys) "
        "AS haversack_key)"
    ),
}
_COLLATION = {"sqlite": " COLLATE BINARY", "postgresql": ' COLLATE "C"'}


class ManyText(Func):
    """What `row_text` makes of the keys that a row is tied to, or NULL where Python is to render them."""

    arity = 1

    def __init__(self, attribute: Attribute, template: str) -> None:
        """:param template: SQL for the text of a key, with `{c}` in its place; no placeholders."""
        super().__init__(F(target_name(attribute)), output_field=models.TextField())
        self.attribute = attribute
        self.template_of_key = template

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **context: Any) -> Any:
        (own,) = self.get_source_expressions()
        sql, parameters = compiler.compile(own)
        record, target = through_fields(self.attribute.field)  # type: ignore[arg-type]

        def quote(name: str) -> str:
            return connection.ops.quote_name(name).replace("%", "%%")

        text = _ARRAY[connection.vendor].format(
            text=self.template_of_key.replace("%", "%%").format(c="haversack_keys.key"),
            through=quote(record.model._meta.db_table),
            record=quote(record.column),
            target=quote(target.column),
            own=sql,
            collation=_COLLATION[connection.vendor] if isinstance(value_field(target), TEXTS) else "",
        )
        return text, parameters


def target_name(attribute: Attribute) -> str:
    """The field of the record that the table in between points at: its key, or that of a parent."""
    field: Any = attribute.field
    return str(field.m2m_target_field_name())
