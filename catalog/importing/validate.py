"""Rows of text to rows of values, with everything that is wrong noted."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from catalog.importing.problems import Problem
from catalog.importing.reader import RawRow, RawTable
from catalog.importing.specs import Column, Table, key_field
from catalog.importing.values import BadValue, may_be_missing, missing, parse
from catalog.pictures import BadPicture, Picture, inspect_picture

Key = tuple[Any, ...]


@dataclass
class Record:
    """A row that can be imported. Values by attribute; a reference is the key of the row it refers to, or None."""

    line: int
    key: Key
    values: dict[str, Any]


@dataclass
class Checked:
    """What one file contains, after checking.

    `records` is complete only if the file had no problems. `keys` has the line of every row that has a readable key,
    whatever else is wrong with it: a row that refers to it has done nothing wrong. `readable` is False if it is not
    known which rows the file has.
    """

    table: Table
    headers: set[str]
    records: list[Record] = field(default_factory=list)
    keys: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True


def check_rows(raw: RawTable, folder: Path, progress: Callable[[int], object]) -> Checked:
    """Check each row of a file by itself: types, limits, keys, pictures, and the model's own rules."""
    checked = Checked(raw.table, raw.headers, problems=list(raw.problems), readable=raw.readable)
    for row in raw.rows:
        if row.torn:
            _note_key_of_torn(row, checked)
        else:
            _check_row(row, checked, folder)
        progress(1)
    return checked


def check_references(tables: Mapping[str, Checked]) -> None:
    """Note references to rows that are not in the files. Called when all of them were read."""
    for checked in tables.values():
        for column in checked.table.columns:
            if not column.refers or column.header not in checked.headers:
                continue
            target = tables[column.refers]
            if not target.readable:
                continue  # what is unknown there cannot be said before that file is mended
            for record in checked.records:
                value = record.values.get(column.name)
                if value is not None and (value,) not in target.keys:
                    reason = f"there is no {target.table.key[0]} “{value}” in {target.table.file}"
                    checked.problems.append(Problem(checked.table.file, record.line, column.header, reason))


def _check_row(row: RawRow, checked: Checked, folder: Path) -> None:
    table = checked.table
    values: dict[str, Any] = {}
    bad: set[str] = set()
    for column in table.columns:
        if column.header not in row.cells:
            continue
        try:
            values[column.name] = _value(column, row.cells[column.header], folder)
        except (BadValue, BadPicture) as error:
            bad.add(column.header)
            checked.problems.append(Problem(table.file, row.line, column.header, str(error)))
    key: Key = ()
    if bad.isdisjoint(table.key):
        key = tuple(values[table.column(header).name] for header in table.key)
        _note_key(row, key, checked)
    if table.checked and not bad:
        checked.problems += _broken_rules(row, table, values)
    # A row with a bad cell stays, without that value, so that its references are looked at too.
    checked.records.append(Record(row.line, key, values))


def _note_key(row: RawRow, key: Key, checked: Checked) -> None:
    first = checked.keys.setdefault(key, row.line)
    if first != row.line:
        table = checked.table
        shown = ", ".join(str(part) for part in key)
        reason = f"“{shown}” is there already, on line {first}"
        checked.problems.append(Problem(table.file, row.line, " + ".join(table.key), reason))


def _note_key_of_torn(row: RawRow, checked: Checked) -> None:
    """The row is bad anyhow; its key, if it can be read, spares the rows that refer to it."""
    columns = [checked.table.column(header) for header in checked.table.key]
    with suppress(BadValue):
        key = tuple(parse(key_field(column), row.cells.get(column.header) or "") for column in columns)
        checked.keys.setdefault(key, row.line)


def _value(column: Column, text: str | None, folder: Path) -> Any:
    if isinstance(column.field, models.FileField):
        return _picture(text, folder)
    known = key_field(column)
    if text is not None:
        return parse(known, text)
    if column.refers:
        if column.required:
            raise BadValue("the cell is empty")
        return None
    if column.required or not may_be_missing(known):
        raise BadValue("the cell is empty")
    return missing(known)


def _picture(text: str | None, folder: Path) -> Picture | None:
    if text is None:
        return None
    if "\x00" in text:
        raise BadPicture("the file name contains a NUL character")
    path = (folder / text).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadPicture(f"“{text}” lies outside the folder that is imported")
    try:
        return inspect_picture(path)
    except BadPicture as error:
        raise BadPicture(f"“{text}”: {error}") from error


def _broken_rules(row: RawRow, table: Table, values: dict[str, Any]) -> list[Problem]:
    assert table.model is not None
    own = {column.name: values[column.name] for column in table.columns if not column.refers}
    headers = {column.name: column.header for column in table.columns}
    try:
        table.model(**own).clean()
    except ValidationError as error:
        return [
            Problem(table.file, row.line, headers.get(name, ""), " ".join(messages))
            for name, messages in error.message_dict.items()
        ]
    return []
