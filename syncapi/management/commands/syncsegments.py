"""`manage.py syncsegments [status|prepare|clear]`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince

from syncapi.segments.cleaning import clear
from syncapi.segments.figures import LAG, SnapshotFigures, shelf
from syncapi.segments.preparing import prepare

HEADERS = ("entity", "scope", "rows", "parts", "size", "made", "asked for", "changes since")
NUMBERS = ("rows", "parts", "size", "changes since")
SCOPE = 30  # characters


class Command(BaseCommand):
    help = (
        "Shows the snapshots that large entities are downloaded from, makes those that are old or missing for "
        "everybody who is known to use an app, or deletes all, after which the next device has them made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", choices=["status", "prepare", "clear"], default="status")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "clear":
            cleared = clear()
            self.stdout.write(f"{cleared.snapshots} snapshots and {cleared.parts} parts deleted.")
            return
        if action == "prepare":
            prepared = prepare()
            self.stdout.write(f"{prepared.seen} scopes of entities looked at, {prepared.made} snapshots made.")
        self._show()

    def _show(self) -> None:
        found = shelf()
        if not found.count:
            self.stdout.write("No snapshots are stored. The first sync of an entity with many rows makes one.")
            return
        lines = [HEADERS, *(_line(one) for one in found.snapshots)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(HEADERS))]
        for line in lines:
            cells = (
                text.rjust(width) if name in NUMBERS else text.ljust(width)
                for name, text, width in zip(HEADERS, line, widths, strict=True)
            )
            self.stdout.write("  ".join(cells).rstrip())
        if found.count > len(found.snapshots):
            self.stdout.write(f"and {found.count - len(found.snapshots):,} more")
        self.stdout.write(f"{_size(found.bytes)} stored, and {found.fallen:,} parts that fell out.")


def _line(one: SnapshotFigures) -> tuple[str, ...]:
    scope = one.scope if len(one.scope) <= SCOPE else f"{one.scope[: SCOPE - 1]}…"
    changes = "–" if one.changes is None else f"{LAG:,}+" if one.changes > LAG else f"{one.changes:,}"
    return (
        f"{one.app}.{one.entity}",
        scope,
        f"{one.rows:,}",
        f"{one.parts:,}",
        _size(one.packed),
        f"{_since(one.made)} ago" if one.made else "never",
        f"{_since(one.asked)} ago",
        changes,
    )


def _since(moment: Any) -> str:
    return timesince(moment, depth=1).replace("\xa0", " ")


def _size(size: int) -> str:
    return filesizeformat(size).replace("\xa0", " ")
