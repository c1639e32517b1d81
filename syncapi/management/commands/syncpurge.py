"""`manage.py syncpurge`: the nightly housekeeping by hand, or from cron where there is no django-q2."""

from typing import Any

from django.core.management.base import BaseCommand

from syncapi.tasks import housekeeping


class Command(BaseCommand):
    help = "Deletes cursor tokens, deletions, syncs, devices, snapshots and outcomes that are past their retention."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(housekeeping())
