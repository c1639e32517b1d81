"""`manage.py importcatalog FOLDER`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.importing import BadRows, ImportRefused, Report, import_folder
from catalog.management.progress import progress_bars
from syncapi.tasks import prepare_pictures_soon

DERIVED = (
    "customers.csv has no column TerritoryID. Each customer was given one of the territories of the employee who took"
    " most of their orders, going round that employee's territories in turn; {without} got none."
)


class Command(BaseCommand):
    """Loads a folder of CSV files and pictures, all of it or nothing; importing again updates.

    Every bad row of every file is reported on stderr with file, line, column and reason; then nothing is written and
    the exit status is 1. Rows that are in the database but no longer in the files are left alone.

    When `customers.csv` has no column `TerritoryID`, each customer's territory is derived: see
    `catalog.importing.plan.derive_territories`.
    """

    help = (
        "Import categories, suppliers, products, territories, employees (as users), customers and orders from a "
        "folder of CSV files with pictures. All or nothing; importing again updates."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="Folder with products.csv and the other files.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bars() as start:
                report = import_folder(options["folder"], start)
        except BadRows as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            raise CommandError(str(refused)) from refused
        except ImportRefused as refused:
            raise CommandError(str(refused)) from refused
        self._say(report)
        if report.pictures_written:
            prepare_pictures_soon()

    def _say(self, report: Report) -> None:
        self.stdout.write(f"{'':22}{'created':>10}{'updated':>10}{'unchanged':>11}")
        for name, counts in report.tables.items():
            title = name.replace("_", " ").capitalize()
            self.stdout.write(f"{title:22}{counts.created:>10}{counts.updated:>10}{counts.unchanged:>11}")
        self.stdout.write(f"Pictures: {report.pictures_written} written, {report.pictures_kept} already there.")
        if report.territories_derived:
            self.stdout.write(DERIVED.format(without=report.customers_without_territory))
