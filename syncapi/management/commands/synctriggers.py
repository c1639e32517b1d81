"""`manage.py synctriggers [status|install|remove]`"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from syncapi.tracking import install as installation
from syncapi.tracking import tables
from syncapi.tracking.drift import Finding, State, survey
from syncapi.tracking.templates import VENDORS

FINE = (State.TRACKED, State.SUPERFLUOUS)


class Command(BaseCommand):
    help = (
        "Shows which tables are tracked for offline apps and whether all triggers are in force (exit status 1 when "
        "not), puts them in force, or takes them off. migrate does the second by itself; the third is for work on "
        "tables by hand, and before syncapi is uninstalled."
    )
    requires_system_checks = []  # checks read the database, and would say the same

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", choices=["status", "install", "remove"], default="status")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if connection.vendor not in VENDORS:
            raise CommandError(f"Changes cannot be tracked on {connection.display_name}.")
        if action == "remove":
            installation.remove()
            self.stdout.write("No table is tracked now. Pulls compare all rows until: manage.py synctriggers install")
            return
        failed = self._install() if action == "install" else {}
        findings = survey(installation.required())
        self._show(findings)
        missing = tables.missing()
        if missing:
            self.stderr.write(f"Tables of change tracking are missing: {', '.join(missing)}")
        for table, reason in failed.items():
            self.stderr.write(f"{table}: the database refused: {reason}")
        if missing or failed or any(finding.state not in FINE for finding in findings):
            sys.exit(1)

    def _install(self) -> dict[str, str]:
        report = installation.install()
        for words, changed in (
            ("triggers made", report.made),
            ("triggers replaced", report.replaced),
            ("no longer tracked", report.removed),
        ):
            if changed:
                self.stdout.write(f"{words}: {', '.join(changed)}")
        return report.failed

    def _show(self, findings: list[Finding]) -> None:
        if not findings:
            self.stdout.write("No offline app has entities of a tracked pattern.")
            return
        width = max(len(finding.name) for finding in findings)
        self.stdout.write(f"{'table':<{width}}  {'state':<11}  detail")
        for finding in findings:
            style = self.style.SUCCESS if finding.state in FINE else self.style.WARNING
            line = f"{finding.name:<{width}}  {style(f'{finding.state:<11}')}  {finding.detail}"
            self.stdout.write(line.rstrip())
