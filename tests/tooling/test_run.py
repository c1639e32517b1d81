"""Whatever ends `make run`, nothing that it started lives on. Started for real, with a database of its own."""

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tooling.helpers import (
    PATIENCE,
    ROOT,
    clean_environment,
    command_of,
    descendants,
    free_port,
    running,
    still_alive,
    until,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, so that the tables and the demo catalogue are made once."""
    return tmp_path_factory.mktemp("run")


@contextmanager
def site(place: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[int], Path]]:
    """The running command, every process below it, and its output."""
    port = free_port()
    log = place / f"output-{port}"
    environment = clean_environment(
        PORT=str(port),
        DATABASE_URL=f"sqlite:///{place / 'db.sqlite3'}",
        MEDIA_ROOT=str(place / "media"),
        DEMO_PRODUCTS="5",
    )
    with running("-m", "scripts.run", cwd=ROOT, environment=environment, log=log) as process:
        until(lambda: answers(port), "the site to answer", unless=process)
        until(lambda: worker_is_complete(process.pid), "the worker to start", unless=process)
        yield process, descendants(process.pid), log


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/", timeout=PATIENCE) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def worker_is_complete(pid: int) -> bool:
    # The cluster, its sentinel, and the sentinel's worker, monitor and pusher.
    return sum("qcluster" in command_of(below) for below in descendants(pid)) >= 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_everything_quietly(place: Path, number: signal.Signals) -> None:
    with site(place) as (process, started, log):
        os.killpg(process.pid, number)
        status = process.wait(PATIENCE)

        assert status == 0
        assert still_alive(started) == []
        assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("gunicorn", "The site ended by itself (exit status -9); stopped everything.\n"),
        ("qcluster", "The background worker ended by itself (exit status -9); stopped everything.\n"),
    ],
)
def test_death_of_either_ends_everything(place: Path, command: str, sentence: str) -> None:
    with site(place) as (process, started, log):
        leader = next(pid for pid in started if command in command_of(pid))
        os.kill(leader, signal.SIGKILL)
        status = process.wait(PATIENCE)

        assert status == 1
        assert log.read_text().endswith(sentence)
        assert still_alive(started) == []


def test_unreachable_database_is_one_sentence(place: Path) -> None:
    log = place / "output-unreachable"
    environment = clean_environment(
        PORT=str(free_port()), DATABASE_URL="postgres://nobody@127.0.0.1:9/none", MEDIA_ROOT=str(place / "media")
    )
    with running("-m", "scripts.run", cwd=ROOT, environment=environment, log=log) as process:
        assert process.wait(PATIENCE) == 1

    assert log.read_text().startswith("The database does not answer, check DATABASE_URL: ")
    assert "Traceback" not in log.read_text()
