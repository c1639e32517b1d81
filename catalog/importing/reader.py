"""Files to rows of text, each with the line it begins on."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.importing.errors import FolderUnusable
from catalog.importing.problems import Problem
from catalog.importing.specs import Table


@dataclass(frozen=True)
class RawRow:
    """A row as written: cells by header, missing values as None. A `torn` one has too few or too many cells."""

    line: int
    cells: dict[str, str | None]
    torn: bool = False


@dataclass
class RawTable:
    """What one file contains. `readable` is False if its columns or its rows could not be told apart."""

    table: Table
    headers: set[str] = field(default_factory=set)
    rows: list[RawRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    readable: bool = True

    def unreadable(self, line: int, column: str, reason: str) -> None:
        self.problems.append(Problem(self.table.file, line, column, reason))
        self.readable = False


def check_folder(folder: Path, tables: tuple[Table, ...]) -> None:
    """See that the folder is there and has every file.

    Raises:
        FolderUnusable: with a sentence that names what is missing.
    """
    if not folder.is_dir():
        raise FolderUnusable(f"There is no folder {folder}.")
    missing = [table.file for table in tables if not (folder / table.file).is_file()]
    if missing:
        raise FolderUnusable(f"The folder {folder} has no {_listed(missing)}.")


def read_table(folder: Path, table: Table) -> RawTable:
    """Read one file.

    Bytes that are not UTF-8 become surrogates here, so that the cell they stand in can be named later.

    Raises:
        FolderUnusable: if the file cannot be read at all.
    """
    raw = RawTable(table)
    try:
        text = (folder / table.file).read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise FolderUnusable(f"{folder / table.file} cannot be read: {error.strerror}.") from error
    rows = _rows(text, raw)
    first = next(rows, None)
    if first is None:
        raw.unreadable(1, "", "the file is empty; its first line must name the columns")
        return raw
    headers = [header.strip() for header in first[1]]
    _check_headers(headers, raw)
    if not raw.readable:
        return raw
    for line, cells in rows:
        torn = len(cells) != len(headers)
        if torn:
            reason = f"the row has {len(cells)} cells, but there are {len(headers)} columns"
            raw.problems.append(Problem(table.file, line, "", reason))
        raw.rows.append(RawRow(line, dict(zip(headers, map(_cell, cells), strict=False)), torn))
    return raw


def _rows(text: str, raw: RawTable) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line each begins on; stops at the first that cannot be told apart."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raw.unreadable(line, "", f"the row cannot be read as CSV: {error}")
            return
        if cells is None:
            return
        if cells:
            yield line, cells


def _check_headers(headers: list[str], raw: RawTable) -> None:
    """Note what is wrong with the first line; the rows make no sense unless every column is there once."""
    raw.headers = set(headers)
    for column in raw.table.columns:
        found = headers.count(column.header)
        if found > 1:
            raw.unreadable(1, column.header, f"the column is there {found} times")
        elif not found and not column.optional:
            raw.unreadable(1, column.header, "the column is missing")


def _cell(text: str) -> str | None:
    text = text.replace("\r\n", "\n").strip()
    return None if text in {"", "NULL"} else text


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
