"""The import from beginning to end."""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import transaction

from catalog.importing.errors import BadRows
from catalog.importing.picture_files import PictureFiles
from catalog.importing.plan import derive_territories, name_users
from catalog.importing.problems import Problem
from catalog.importing.reader import check_folder, read_table
from catalog.importing.report import Report
from catalog.importing.specs import TABLES
from catalog.importing.validate import Checked, check_references, check_rows
from catalog.importing.write import write_tables

Progress = Callable[[int], object]


def import_folder(
    folder: Path, start: Callable[[str, int], Progress] = lambda phase, total: lambda rows: None
) -> Report:
    """Import a folder: all of it, or nothing.

    Args:
        folder: holds a CSV file for each table of `specs.TABLES`, and the pictures they name.
        start: called with a phase ("Checking", "Writing") and its number of rows; returns what is to be called with
            the number of rows done.

    Raises:
        FolderUnusable: if the folder or one of its files is missing or unreadable.
        BadRows: if any row cannot be imported; it names every one.
    """
    check_folder(folder, TABLES)
    raw = [read_table(folder, table) for table in TABLES]
    rows = sum(len(table.rows) for table in raw)

    progress = start("Checking", rows)
    tables = {table.table.name: check_rows(table, folder, progress) for table in raw}
    check_references(tables)
    _plan_users(tables["employees"])
    if problems := _in_order(tables):
        raise BadRows(problems)

    report = Report(territories_derived="TerritoryID" not in tables["customers"].headers)
    if report.territories_derived:
        report.customers_without_territory = derive_territories(tables)

    pictures = PictureFiles()
    with pictures.all_or_nothing(), transaction.atomic():
        report.tables = write_tables(tables, pictures, start("Writing", rows))
    report.pictures_written = pictures.written
    report.pictures_kept = pictures.kept
    return report


def _plan_users(employees: Checked) -> None:
    max_length = get_user_model()._meta.get_field("username").max_length
    name_users(employees, max_length or 150)


def _in_order(tables: dict[str, Checked]) -> list[Problem]:
    """All problems, file by file and line by line."""
    return [
        problem
        for checked in tables.values()
        for problem in sorted(checked.problems, key=lambda problem: (problem.line, problem.column))
    ]
