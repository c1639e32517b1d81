"""Checked and planned rows to the database."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.hashers import make_password

from catalog.importing.picture_files import PictureFiles
from catalog.importing.report import Counts
from catalog.importing.specs import Table
from catalog.importing.upsert import Row, upsert
from catalog.importing.validate import Checked, Record


def write_tables(
    tables: Mapping[str, Checked], pictures: PictureFiles, progress: Callable[[int], object]
) -> dict[str, Counts]:
    """Write each table in order; returns what was done by table. Call it inside a transaction.

    Rows that are in the database but not in the files are left alone.
    """
    done: dict[str, Counts] = {}
    # By table and key in the files: the primary key of the row, or the text that tables without a model stand for.
    known: dict[str, dict[Any, Any]] = {}
    for name, checked in tables.items():
        table = checked.table
        if table.model is None:
            text = next(column.name for column in table.columns if column.header not in table.key)
            known[name] = {record.key[0]: record.values[text] for record in checked.records}
            progress(len(checked.records))
            continue
        rows = [_row(table, record, known) for record in checked.records]
        done[name], keys = upsert(
            table.model, table.natural, rows, pictures, on_create=_ON_CREATE.get(name, dict), progress=progress
        )
        known[name] = {record.key[0]: key for record, key in zip(checked.records, keys, strict=True)}
    return done


def _new_user() -> dict[str, Any]:
    """A password nobody can sign in with, until an administrator sets one."""
    return {"password": make_password(None)}


_ON_CREATE: dict[str, Callable[[], dict[str, Any]]] = {"employees": _new_user}


def _row(table: Table, record: Record, known: Mapping[str, Mapping[Any, Any]]) -> Row:
    refers = {column.name: column.refers for column in table.columns}
    row: Row = {}
    for name, value in record.values.items():
        if name == "key":
            continue  # means something inside the files only
        target = refers.get(name)
        if target:
            value = known[target].get(value) if value is not None else None
            # A reference to a table without a model becomes its text, and texts are empty, not null.
            row[name] = "" if value is None and _is_text(table, name) else value
        else:
            row[name] = value
    return row


def _is_text(table: Table, name: str) -> bool:
    assert table.model is not None
    return not table.model._meta.get_field(name).is_relation
