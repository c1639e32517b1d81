"""A site of its own for a test: database, uploads and a server process that can be stopped and started again."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser import warm
from tests.browser.patience import PATIENCE, until

ROOT = Path(__file__).parents[2]
NORTHWIND = ROOT.parent / "shared" / "data" / "northwind"
PASSWORD = "haversack"  # of the demo users


class Site:
    """Lives in `folder`; always at the same address, as an installed app expects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = warm.SETTINGS  # of the version that is deployed
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | warm.Copy | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DEBUG": "false",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_ROOT": str(self.folder / "media"),
        }

    def manage(self, *arguments: str) -> str:
        """Runs `manage.py` and returns what it printed; an error shows what it said."""
        if self.settings == warm.SETTINGS and "--settings" not in arguments:
            with tempfile.TemporaryDirectory() as folder:
                out, err = Path(folder, "out"), Path(folder, "err")
                status = warm.Copy(warm.command, arguments, self.environment, out, err).wait()
                assert status == 0, err.read_text()
                return out.read_text()
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Runs Python in the project and returns what it printed."""
        return self.manage("shell", "-v", "0", "-c", code).strip()

    def sync_when_asked(self) -> None:
        """Switches off what the demo's apps do by themselves: a test says what happens, and when."""
        self.shell(
            "from syncapi.models import AppSettings; from syncapi.offline import SyncSettings; "
            "from syncapi.registry import registry; "
            "[AppSettings.first(name, SyncSettings()).save() for name in registry.apps]"
        )

    def sync_by_itself(self, app: str, **settings: bool | int) -> None:
        """Sets when an app syncs by itself, as its settings page does: these are on, all others off."""
        self.shell(
            "from syncapi.models import AppSettings; from syncapi.offline import SyncSettings; "
            f"AppSettings.first({app!r}, SyncSettings(**{settings!r})).save()"
        )

    def recorded(self) -> list[dict[str, Any]]:
        """How each sync began and ended, in the order of that, on a site with the settings `tests.browser.recorded`."""
        log = self.folder / "syncs.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def syncs(self) -> list[tuple[str, str]]:
        """Trigger and context of each, once also where rows are compared in it: what was read while they came, say."""
        begun = [fact for fact in self.recorded() if fact["at"] == "begin" and not fact["compares"]]
        return [(fact["trigger"], fact["context"]) for fact in begun]

    @property
    def database(self) -> Path:
        return self.folder / "db.sqlite3"

    def sql(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """What any other program does with the database, without Django."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    def copy_to(self, folder: Path) -> "Site":
        """Another site with the same content. This one must not be running."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Site(folder)

    def deploy(self, settings: str) -> None:
        """Puts another version in place, as far as that is done while the server is stopped."""
        self.settings = settings
        self.manage("migrate", "--verbosity", "0")

    def start(self, settings: str = "") -> None:
        arguments = [
            *("settings.wsgi", "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--threads", "8", "--log-level", "warning"),
            *("--access-logfile", str(self.folder / "access.log")),
            *("--access-logformat", "%(m)s %(U)s %(B)s"),
            *("--no-control-socket", "--graceful-timeout", "1", "--timeout", str(int(PATIENCE))),
        ]
        log = self.folder / "server.log"
        settings = settings or self.settings
        if settings == warm.SETTINGS:
            self._process = warm.Copy(warm.server, arguments, self.environment, log, log)
        else:
            with log.open("ab") as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "gunicorn", *arguments],
                    cwd=ROOT,
                    env={**self.environment, "DJANGO_SETTINGS_MODULE": settings},
                    stdout=output,
                    stderr=output,
                )
        process = self._process
        assert until(lambda: process.poll() is not None or self._serves()), self.log
        assert process.poll() is None, self.log

    def stop(self) -> None:
        """Ends the server and everything it started, and sees to it that nobody answers any more."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=PATIENCE / 4)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its workers notice that their parent is gone, by and by
            self._process.wait()
        self._process = None
        self._wait_until_gone()

    def kill(self) -> None:
        """Kills the server and its workers at once, whatever they are doing."""
        assert self._process is not None
        pid = self._process.pid
        os.kill(pid, signal.SIGSTOP)  # or it starts new workers
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in [*map(int, workers), pid]:
            os.kill(one, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self._wait_until_gone()

    def _wait_until_gone(self) -> None:
        """Until the last process has let go of the port."""
        assert until(lambda: not self.answers()), self.log

    def peak_memory(self) -> int:
        """Most bytes that the process which answers has held so far."""
        assert self._process is not None
        pid = self._process.pid
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        status = Path(f"/proc/{worker}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) << 10

    def _serves(self) -> bool:
        """Whether requests are answered: a server listens long before it can."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            try:
                connection.request("HEAD", "/")
                connection.getresponse()
            except (OSError, http.client.HTTPException):
                return False
            return True

    def answers(self) -> bool:
        """Whether somebody listens at the address."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def sent(self, request: str) -> list[int]:
        """Bytes of the body of each answer to `request`, a method and a path, so far."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [int(size) for told, _, size in (line.rpartition(" ") for line in lines) if told == request]

    def until_sent(self, request: str, count: int) -> int:
        """How many answers to `request` there were so far. Waits for `count`: a server writes down what it has sent."""
        until(lambda: len(self.sent(request)) >= count)
        return len(self.sent(request))

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()
