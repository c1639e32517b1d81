"""What the tests of the commands share: a bare checkout, running a command in it, waiting for something to be true."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120.0  # seconds, after which something hangs: also where many programs want each processor


def until(
    condition: Callable[[], bool], what: str, *, unless: subprocess.Popen[bytes], seconds: float = PATIENCE
) -> None:
    """Returns as soon as `condition` holds; fails the test after `seconds`, or once the process has ended."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert unless.poll() is None, f"the process ended (status {unless.returncode}) instead of: {what}"
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for: {what}"
        pause.wait(0.05)


def bare_checkout(place: Path) -> Path:
    """A copy of what setup reads, with nothing installed."""
    place.mkdir()
    for name in ("requirements.txt", "constraints.txt", "package.json", "package-lock.json", "tsconfig.json"):
        shutil.copy(ROOT / name, place)
    shutil.copytree(ROOT / "scripts", place / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "pwa" / "client").mkdir(parents=True)
    (place / "pwa" / "client" / "app.ts").write_text("export const answer = 42;\n")
    return place


def clean_environment(**extra: str) -> dict[str, str]:
    """Nothing of what pip, npm, make or Django would take from the shell that runs the tests."""
    kept = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}
    return {**{name: value for name, value in os.environ.items() if name in kept}, **extra}


def python(
    *arguments: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=clean_environment() if environment is None else environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def running(*arguments: str, cwd: Path, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python command that leads a process group, as one started from a terminal does; gone afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for pid in [process.pid, *descendants(process.pid)] if process.poll() is None else []:
            os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Children, their children, and so on, whatever session they are in."""
    children: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(process.name)):
            children.setdefault(int(fields[1]), []).append(int(process.name))
    found, look = [], [pid]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


def still_alive(pids: Iterable[int]) -> list[str]:
    """Commands of those that do not end. Who was killed goes a moment later, and nobody is told but the parent."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while (left := [pid for pid in pids if _is_alive(pid)]) and time.monotonic() < deadline:
        pause.wait(0.05)
    return [f"{pid}: {command_of(pid)}" for pid in left]


def _is_alive(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """State, parent and so on; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
