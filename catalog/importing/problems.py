"""What is wrong with the files, and where."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend before the files can be imported.

    `line` counts from 1 and is the line of the file on which the row begins; a row may span several. `column` is the
    header, empty when the row as a whole is meant.
    """

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: {self.reason}"
