"""Copies of the test database, made and loaded as administrators do it, and tests that go on in them."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

# -- SQLite


def _sqlite_file() -> str:
    return str(connection.settings_dict["NAME"])


def copy_of_file() -> Path:
    """A copy of the database's file while it is in use, by SQLite's backup API."""
    copied = Path(tempfile.mkdtemp(dir=Path(_sqlite_file()).parent)) / "backup.sqlite3"
    source, target = sqlite3.connect(_sqlite_file()), sqlite3.connect(copied)
    with source, target:
        source.backup(target)
    source.close()
    target.close()
    return copied


def put_file_back(copied: Path) -> None:
    """As somebody with a shell does who stopped the server before."""
    connection.close()
    for suffix in ("-wal", "-shm"):
        Path(_sqlite_file() + suffix).unlink(missing_ok=True)
    shutil.copyfile(copied, _sqlite_file())


def load_file_back(copied: Path) -> None:
    """Over a database in use, by the backup API."""
    connection.close()
    source, target = sqlite3.connect(copied), sqlite3.connect(_sqlite_file())
    with source, target:
        source.backup(target)
    source.close()
    target.close()


# -- PostgreSQL


def program(name: str) -> str:
    """A program of PostgreSQL, the newest that is here."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    installed = sorted(versions, key=lambda path: float(path.parts[-3]), reverse=True)
    found = str(installed[0]) if installed else shutil.which(name)
    assert found, f"{name} is needed to prove what backups do, and is in no bin of PostgreSQL and not in the PATH."
    return found


def run(name: str, *arguments: str, given: bytes = b"") -> bytes:
    """Runs a program of PostgreSQL against the server that Django is connected to, and returns what it prints."""
    at: dict[str, Any] = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": at["HOST"] or "",
        "PGPORT": str(at["PORT"] or ""),
        "PGUSER": at["USER"] or "",
        "PGPASSWORD": at["PASSWORD"] or "",
    }
    environment = {key: value for key, value in environment.items() if value or not key.startswith("PG")}
    done = subprocess.run([program(name), *arguments], input=given, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def name() -> str:
    """Of the database that Django is connected to."""
    return str(connection.settings_dict["NAME"])


def command(sql: str) -> None:
    """Outside of the database itself."""
    run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", sql)


@contextmanager
def fresh(template: str = "template0") -> Iterator[str]:
    """The name of a new database, made like another one, which nobody may be connected to."""
    made = f"{name()}_{uuid.uuid4().hex[:8]}"
    command(f'CREATE DATABASE "{made}" TEMPLATE "{template}"')
    try:
        yield made
    finally:
        command(f'DROP DATABASE "{made}" WITH (FORCE)')


@contextmanager
def connected(**changes: Any) -> Iterator[None]:
    """Django works in another database: `NAME`, `HOST`, …"""
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(changes)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


class Cluster:
    """A server of its own, whose files can be copied and put back."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="haversack-cluster-", dir="/tmp"))  # sockets want short paths
        self._files = self._home / "files"
        self._backup = self._home / "backup"
        self.user = "postgres" if os.geteuid() == 0 else None  # the server refuses to be root
        if self.user:
            shutil.chown(self._home, self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._do("initdb", "-D", str(self._files), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")

    @property
    def host(self) -> str:
        return str(self._home)

    def start(self) -> None:
        options = f"-p {self.port} -k {self._home} -c listen_addresses='' -c fsync=off"
        self._do("pg_ctl", "-D", str(self._files), "-w", "-l", str(self._home / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._do("pg_ctl", "-D", str(self._files), "-w", "-m", "fast", "stop")

    def back_up(self) -> None:
        self.stop()
        self._copy(self._files, self._backup)
        self.start()

    def restore(self) -> None:
        self.stop()
        shutil.rmtree(self._files)
        self._copy(self._backup, self._files)
        self.start()

    def remove(self) -> None:
        self._do("pg_ctl", "-D", str(self._files), "-m", "immediate", "stop", check=False)
        shutil.rmtree(self._home)

    def _copy(self, source: Path, target: Path) -> None:
        subprocess.run(["cp", "-a", str(source), str(target)], check=True)

    def _do(self, name: str, *arguments: str, check: bool = True) -> None:
        with open(self._home / "said", "w+b") as said:  # no pipe: the server would keep it open
            done = subprocess.run(
                [program(name), *arguments], stdout=said, stderr=said, user=self.user, cwd="/", check=False
            )
            said.seek(0)
            assert done.returncode == 0 or not check, said.read().decode()


@contextmanager
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    try:
        made.start()
        yield made
    finally:
        made.remove()
