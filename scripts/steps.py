"""What `make test` consists of: every step with its command and environment, by group."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts import chromium, postgres
from scripts.processes import Failure, tool_environment
from scripts.together import Step

GROUPS = ("check", "python", "client", "simulation", "browser")
HISTORIES = "tests/tracking/stateful/test_histories.py"


@dataclass
class Plan:
    """Steps to run; `notes` for the table; `failures`: sentences on what could not even be started."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    uses_postgres: bool = False


def plan(groups: Iterable[str], reports: Path) -> Plan:
    """The steps of `groups`. Long ones come first, so that short ones fill the gaps beside them."""
    groups = set(groups)
    work = Plan()
    if "python" in groups:
        _add_python(work, reports)
    if "check" in groups:
        _add_checks(work)
    if "client" in groups:
        _add_client(work, reports)
    if "simulation" in groups:
        _add_simulation(work)
    if "browser" in groups:
        _add_browser(work, reports)
    return work


def _environment(**extra: str) -> dict[str, str]:
    environment = {
        **tool_environment(),
        "DJANGO_SETTINGS_MODULE": "settings.test",
        **extra,
    }
    if "DATABASE_URL" not in extra:
        environment.pop("DATABASE_URL", None)  # whatever a shell has set, tests stay off it
    return environment


def _pytest(report: str, reports: Path, *arguments: str) -> list[str]:
    # A test that hangs says where, before whatever waits for it gives up.
    hang = ("-o", "faulthandler_timeout=180")
    return [sys.executable, "-m", "pytest", "-q", *hang, f"--junitxml={reports / report}.xml", *arguments]


def _add_python(work: Plan, reports: Path) -> None:
    selected = ("-m", "not browser", f"--ignore={HISTORIES}")
    # The random histories take as long as all the rest: in steps of their own they fill the gaps.
    patient = ("-o", "faulthandler_timeout=900")
    histories = ("sqlite-histories", reports, *patient, HISTORIES)
    work.steps += [
        Step("Python tests on SQLite", _pytest("sqlite", reports, *selected), _environment(), report="sqlite"),
        Step("random histories on SQLite", _pytest(*histories), _environment(), report="sqlite-histories"),
    ]
    if not _has_postgres(work):
        return
    environment = _environment(DATABASE_URL=postgres.server(), TEST_DATABASE_NAME=postgres.test_database())
    command = _pytest("postgresql", reports, *selected, "--on-another-database")
    apart = environment | {"TEST_DATABASE_NAME": f"{postgres.test_database()}_histories"}
    histories = ("postgresql-histories", reports, *patient, HISTORIES)
    work.steps[:0] = [  # the longest first
        Step("Python tests on PostgreSQL", command, environment, report="postgresql"),
        Step("random histories on PostgreSQL", _pytest(*histories), apart, report="postgresql-histories"),
    ]


def _has_postgres(work: Plan) -> bool:
    """Whether tests can run there; says so, once, where they cannot."""
    reason = postgres.why_not()
    if not reason:
        work.uses_postgres = True
        return True
    sentence = f"Not tested on PostgreSQL: no server answers at TEST_POSTGRES_URL ({reason})."
    told = work.failures if os.environ.get("REQUIRE_POSTGRES", "0") not in ("", "0") else work.notes
    if sentence not in told:
        told.append(sentence)
    return False


def _add_checks(work: Plan) -> None:
    python, environment = sys.executable, _environment(DATABASE_URL="sqlite:///:memory:")
    commands = {
        "Python types": [python, "-m", "mypy"],
        "client types": ["tsc", "--noEmit"],
        "Django checks": [python, "manage.py", "check", "--fail-level", "WARNING"],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
        "Python lint": [python, "-m", "ruff", "check"],
        "Python format": [python, "-m", "ruff", "format", "--check"],
        "client format and lint": ["biome", "check"],
    }
    work.steps.extend(Step(name, command, environment) for name, command in commands.items())


def _add_client(work: Plan, reports: Path) -> None:
    report = f"--outputFile.junit={reports / 'client.xml'}"
    command = ["vitest", "run", "--reporter=default", "--reporter=junit", report]
    work.steps.append(Step("client tests", command, _environment(), report="client"))


def _add_simulation(work: Plan) -> None:
    # Those that all runs have in common, and some that nobody has tried.
    command = [sys.executable, "-m", "tests.simulation", "--seeds=4", "--fresh=2", "--steps=40"]
    work.steps.append(Step("simulation on SQLite", command, _environment()))
    if _has_postgres(work):
        own = {"DATABASE_URL": postgres.server(), "TEST_DATABASE_NAME": f"{postgres.test_database()}_simulation"}
        work.steps.append(Step("simulation on PostgreSQL", command, _environment(**own)))


def _add_browser(work: Plan, reports: Path) -> None:
    try:
        environment = _environment(CHROMIUM=chromium.find())
    except Failure as failure:
        work.failures.append(str(failure))
        return
    command = _pytest("browser", reports, "-m", "browser", "tests/browser")
    # Alone: what a page does within its time limits should not depend on a type checker running beside it.
    work.steps.append(Step("browser tests", command, environment, report="browser", alone=True))
