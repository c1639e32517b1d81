"""`manage.py syncpictures [status|prepare|clean]`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from syncapi import renditions


class Command(BaseCommand):
    help = (
        "Shows how many pictures devices may carry and how many of their renditions are made, makes those that are "
        "missing (otherwise each is made when it is first asked for), or deletes those that are not used any more "
        "(the nightly housekeeping does so too)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", choices=["status", "prepare", "clean"], default="status")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "clean":
            self.stdout.write(f"{renditions.clean()} renditions deleted.")
            return
        done = renditions.prepare() if action == "prepare" else renditions.survey()
        of = f"{done.pictures} pictures, {done.missing} of them not in storage."
        state = f"{done.made} renditions made" if action == "prepare" else f"{done.waiting} renditions not made yet"
        self.stdout.write(f"{of} {state}.")
