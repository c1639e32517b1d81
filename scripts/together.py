"""Runs steps side by side, each with its output in a file of its own, and hands them back in the order given."""

import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from scripts.processes import Ended, Group, end_all, wait_for_change


@dataclass(frozen=True)
class Step:
    """A command to run. `alone`: it starts when everything before it has ended, and nothing runs beside it."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    report: str = ""  # name of the JUnit report it writes
    alone: bool = False


@dataclass(frozen=True)
class Outcome:
    step: Step
    passed: bool
    seconds: float
    output: bytes


@dataclass
class _Running:
    step: Step
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.group = Group(self.step.command, environment=self.step.environment, output=self.output)

    def outcome(self) -> Outcome:
        with self.output:
            self.output.seek(0)
            return Outcome(self.step, self.group.status == 0, time.monotonic() - self.begun, self.output.read())


def run_together(steps: Sequence[Step], *, lanes: int) -> Iterator[Outcome]:
    """Yields each step's outcome, in the order of `steps`, as soon as those before it have ended as well.

    Raises `Ended`, after ending what runs and showing how far it got.
    """
    waiting = list(steps)
    running: list[_Running] = []
    ended: dict[str, Outcome] = {}
    told = 0
    try:
        while waiting or running:
            while waiting and _may_start(waiting[0], running, lanes):
                running.append(_Running(waiting.pop(0)))
            wait_for_change()
            for one in [one for one in running if one.group.status is not None]:
                running.remove(one)
                ended[one.step.name] = one.outcome()
            while told < len(steps) and steps[told].name in ended:
                yield ended[steps[told].name]
                told += 1
    except Ended:
        # pytest takes SIGINT for Ctrl-C and still drops its test database.
        end_all((one.group for one in running), how=signal.SIGINT, grace=10)
        for one in running:
            print(f"\n---- {one.step.name}, unfinished", flush=True)
            sys.stdout.buffer.write(one.outcome().output[-4000:])
            sys.stdout.buffer.flush()
        raise


def _may_start(step: Step, running: Sequence[_Running], lanes: int) -> bool:
    if step.alone or any(one.step.alone for one in running):
        return not running
    return len(running) < lanes
