"""Why an import was refused. Nothing has been written when one of these is raised."""

from collections.abc import Sequence

from catalog.importing.problems import Problem


class ImportRefused(Exception):
    """The import was refused."""


class FolderUnusable(ImportRefused):
    """The folder, or a file that must be in it, cannot be read."""


class BadRows(ImportRefused):
    """Rows of the files cannot be imported; `problems` holds every one, in the order of the files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} found; nothing was imported.")
