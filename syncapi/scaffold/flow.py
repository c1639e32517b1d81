"""The flows of the sync patterns, as they are written out. One folder of `flows/` is one pattern, by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FLOWS = Path(__file__).parent / "flows"
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def patterns() -> list[str]:
    """Names of the patterns that can be written out."""
    return sorted(folder.name for folder in FLOWS.iterdir() if (folder / "server.py-tpl").is_file())


@dataclass(frozen=True)
class Flow:
    """Of one entity. `action` names the function on the device, and the pattern on the server."""

    pattern: str
    entity: str

    @property
    def action(self) -> str:
        """As of `offline.actions`: `SyncLocalProduct` for `LocalProduct`, and for `Product`."""
        return f"SyncLocal{self.entity.removeprefix('Local')}"

    @property
    def file(self) -> str:
        """Name of its files, without an ending: `sync_local_product`."""
        return WORDS.sub("_", self.action).lower()

    @property
    def server(self) -> str:
        """A Python module."""
        return self._filled(f"{self.pattern}/server.py-tpl")

    @property
    def client(self) -> str:
        """A JavaScript module."""
        return self._filled(f"{self.pattern}/client.js-tpl")

    def follows(self, server: str) -> bool:
        """Whether this text of a server's half, perhaps edited, is of the same pattern."""
        base = re.compile(rf"class {self.action}\(\s*(.+?),?\s*\):")  # formatters may break the line
        bases = [found[1] for text in (self.server, server) if (found := base.search(text))]
        return len(bases) == 2 and bases[0] == bases[1]

    def _filled(self, name: str) -> str:
        return filled(name, entity=self.entity, action=self.action)


def filled(name: str, **values: str) -> str:
    """A file of `flows/` with these values in it."""
    text = (FLOWS / name).read_text()
    for key, value in values.items():
        text = text.replace("{{ " + key + " }}", value)
    return text
