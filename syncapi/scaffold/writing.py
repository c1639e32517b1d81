"""Files that are to be written: what is there, what is to be, and what is nobody's to overwrite."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from syncapi.scaffold.source import tidied


@dataclass
class Files:
    """Texts by path, read once, changed any number of times, and written together at the end."""

    old: dict[Path, str | None] = field(default_factory=dict)  # None: there is no such file
    new: dict[Path, str] = field(default_factory=dict)
    edited: set[Path] = field(default_factory=set)
    """Those that were written by a command before, and changed by somebody since."""

    def read(self, path: Path) -> str:
        """What it is to be, as far as that is known; "" for a new one."""
        if path not in self.old:
            self.old[path] = path.read_text() if path.exists() else None
        return self.new.get(path, self.old[path] or "")

    def change(self, path: Path, text: str) -> None:
        """Part of a file that is somebody's own."""
        self.read(path)
        if path.suffix == ".py":
            text = tidied(text, self.old[path] or "", path)
        self.new[path] = text

    def make(self, path: Path, text: str) -> None:
        """A file of the command's own."""
        self.change(path, text)
        if self.old[path] is not None and self.old[path] != self.new[path]:
            self.edited.add(path)

    def keep(self, path: Path) -> None:
        """It stays as it is."""
        self.new.pop(path, None)

    @property
    def changed(self) -> list[Path]:
        return [path for path, text in self.new.items() if text != self.old[path]]

    def diff(self, path: Path) -> str:
        old = (self.old[path] or "").splitlines(True)
        return "".join(difflib.unified_diff(old, self.new[path].splitlines(True), str(path), str(path)))

    def write(self) -> None:
        for path in self.changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.new[path])
