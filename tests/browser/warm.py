"""Commands and servers of a site, as copies of one process that has imported the project already.

A test runs a few of them, and importing takes each of them longer than what it is there for. The process is the
standard library's `forkserver`, which imports `warmed`: that sets Django up, for the demo project's settings. What
these take from the environment of a site, its database and its uploads, each copy reads again.
"""

import multiprocessing
import os
import random
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import django

SETTINGS = "settings.development"
ROOT = Path(__file__).parents[2]

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.browser.warmed"])


class Copy:
    """A running copy, to be handled as if it were a `subprocess.Popen`."""

    def __init__(
        self,
        task: Callable[[Sequence[str]], None],
        arguments: Sequence[str],
        environment: Mapping[str, str],
        stdout: Path,
        stderr: Path,
    ) -> None:
        """Output is appended to the two files."""
        # A daemon: it ends with the tests at the latest.
        self._process: ForkServerProcess = _processes.Process(
            target=_become, args=(task, arguments, dict(environment), stdout, stderr), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """:raises subprocess.TimeoutExpired:"""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def command(arguments: Sequence[str]) -> None:
    """`manage.py`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])


def server(arguments: Sequence[str]) -> None:
    """`gunicorn`."""
    sys.argv = ["gunicorn", *arguments]
    runpy.run_module("gunicorn", run_name="__main__")


def _become(
    task: Callable[[Sequence[str]], None],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdout: Path,
    stderr: Path,
) -> None:
    """Does a task as if this process had been started for it."""
    for stream, path in ((1, stdout), (2, stderr)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(file, stream)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    random.seed()  # or all copies would throw the same dice
    warm_up()

    from django.conf import settings

    from settings.base import env

    settings.DATABASES["default"]["NAME"] = env.db_url("DATABASE_URL")["NAME"]
    settings.MEDIA_ROOT = Path(env.str("MEDIA_ROOT"))
    task(arguments)


def warm_up() -> None:
    """Imports what commands and servers need. Where that was done already, nothing is left to do."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "DEBUG": "false"}
    django.setup()
    for module in ("django.core.management.commands.shell", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"):
        import_module(module)
    import_module("settings.urls")
