"""Starts commands, waits for them, and ends them together with everything they started.

Each command leads a session of its own, so that one signal to its process group reaches its children's children.
Signals to us are held back and fetched one by one: none can arrive between starting a command and noting it down.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent

# Ctrl-C, `kill`, and the terminal window being closed.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(Exception):
    """Somebody asked us to end. `status` is the exit status that a shell would give for the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class Failure(Exception):
    """Something a person has to mend; the message is the one sentence to show them."""


def hold_signals() -> None:
    """Keeps signals waiting until `wait_for_change` takes them. For the whole life of a command, so never undone."""
    # With a disposition of "ignore" some systems drop SIGCHLD even while it is blocked.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, _watched())


def wait_for_change() -> None:
    """Returns when a child may have ended; raises `Ended` when we are asked to end."""
    number = signal.sigwait(_watched())
    if number in _ENDING:
        raise Ended(number)


def _watched() -> set[signal.Signals]:
    # What was ignored when we started stays ignored, as under nohup.
    return {signal.SIGCHLD} | {number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN}


def _release_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, *_ENDING})


class Group:
    """A running command, leader of its own process group."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
    ) -> None:
        self._leader = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_release_signals,  # a blocked signal stays blocked across exec
        )

    @property
    def status(self) -> int | None:
        """Exit status, or None while it runs."""
        return self._leader.poll()

    def ask(self, number: signal.Signals) -> None:
        """Signals the leader only: it knows best in which order its children end."""
        if self.status is None:
            self._leader.send_signal(number)

    def finish(self, deadline: float) -> None:
        """Waits for the leader until `deadline` (monotonic seconds), then kills what is left of the group."""
        with suppress(subprocess.TimeoutExpired):
            self._leader.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):  # nobody left: the usual case
            os.killpg(self._leader.pid, signal.SIGKILL)
        self._leader.wait()


def end_all(groups: Iterable[Group], *, how: signal.Signals = signal.SIGTERM, grace: float = 5.0) -> None:
    """Ends commands and all they started: politely and side by side first, then by force after `grace` seconds."""
    groups = list(groups)
    for group in groups:
        group.ask(how)
    deadline = time.monotonic() + grace
    for group in groups:
        group.finish(deadline)


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, output: IO[bytes] | None = None
) -> int:
    """Runs one command to its end and returns its exit status. `hold_signals` comes first; raises `Ended`."""
    group = Group(command, environment=environment, output=output)
    try:
        while group.status is None:
            wait_for_change()
    except Ended:
        end_all([group], how=signal.SIGINT)
        raise
    return group.status


def tool_environment() -> dict[str, str]:
    """The environment in which `python`, `node`, `npm` and every tool are the project's own."""
    paths = [str(ROOT / ".venv" / "bin"), str(ROOT / "node_modules" / ".bin"), os.environ.get("PATH", os.defpath)]
    return {**os.environ, "PATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
