"""`make test`: every check and test suite, side by side where they do not disturb each other.

Output is kept apart and shown step by step: what went well first, then what failed, then a table and the tests
counted from the reports that the suites write themselves.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from scripts import postgres
from scripts.processes import Ended, hold_signals
from scripts.steps import GROUPS, Plan, plan
from scripts.together import Outcome, run_together


def count_tests(report: Path) -> tuple[int, int]:
    """(passed, failed) of a JUnit report; none where a suite did not get as far as writing one."""
    if not report.exists():
        return 0, 0
    passed = failed = 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314  (our own suites wrote it)
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def show(outcome: Outcome) -> None:
    print(f"\n---- {outcome.step.name}", flush=True)
    sys.stdout.flush()
    sys.stdout.buffer.write(outcome.output)
    sys.stdout.buffer.flush()


def show_table(outcomes: list[Outcome], notes: list[str]) -> None:
    width = max((len(outcome.step.name) for outcome in outcomes), default=0)
    print()
    for outcome in outcomes:
        print(f"{outcome.step.name:<{width}}  {outcome.seconds:6.1f} s  {'ok' if outcome.passed else 'FAILED'}")
    for note in notes:
        print(note)


def carry_out(work: Plan, reports: Path) -> int:
    outcomes: list[Outcome] = []
    for outcome in run_together(work.steps, lanes=max(2, min(4, os.cpu_count() or 2))):
        outcomes.append(outcome)
        if outcome.passed:
            show(outcome)
    failures = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failures:
        show(outcome)
    show_table(outcomes, work.notes)
    for sentence in work.failures:
        print(sentence)
    counts = [count_tests(reports / f"{outcome.step.report}.xml") for outcome in outcomes if outcome.step.report]
    if counts:
        print(f"{sum(passed for passed, _ in counts)} passed, {sum(failed for _, failed in counts)} failed", flush=True)
    return 1 if failures or work.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.test", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"only these of: {', '.join(GROUPS)}")
    groups = parser.parse_args().groups or list(GROUPS)
    if unknown := set(groups) - set(GROUPS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    hold_signals()
    reports = Path(tempfile.mkdtemp(prefix="haversack-reports-"))
    work = plan(groups, reports)
    try:
        return carry_out(work, reports)
    except Ended as ended:
        if work.uses_postgres:
            postgres.drop_test_database()
        print("Stopped before the end.", file=sys.stderr)
        return ended.status
    finally:
        shutil.rmtree(reports, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
