"""Loads a folder of CSV files and pictures into the catalogue: read, check, plan, write; a module each.

`run.import_folder` composes the phases; none of them imports another one's neighbours.
"""

from catalog.importing.errors import BadRows, FolderUnusable, ImportRefused
from catalog.importing.problems import Problem
from catalog.importing.report import Counts, Report
from catalog.importing.run import import_folder

__all__ = ["BadRows", "Counts", "FolderUnusable", "ImportRefused", "Problem", "Report", "import_folder"]
