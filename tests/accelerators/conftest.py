"""A project of somebody else's that declares all models of the catalogue, for the commands to write in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
MODELS = [
    *("Category", "Supplier", "Product", "Territory", "TerritoryAssignment", "Interest", "Customer", "Order"),
    *("OrderLine", "StockCount"),
]
PATTERNS = {
    "read-only": "ReadOnly",
    "read-only-optimized": "ReadOnlyOptimized",
    "read-write": "ReadWrite",
    "read-write-conflicts": "ReadWriteWithConflictDetection",
}
"""Words, and names of the classes."""
SETTINGS = """
from settings.test import *
ROOT_URLCONF = "urls"
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("tests.")]
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("api/sync/", include("syncapi.urls")), path("", include("pwa.urls"))]
"""

COMMANDS = """
import importlib, sys
import django
django.setup()
from django.core.management import call_command
from syncapi.registry import registry
for command in {commands!r}:
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.startswith(("catalog.offline", "catalog.sync_"))]:
        del sys.modules[name]
    registry.discover()  # what the one before has written
    call_command(*command)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


class Project:
    """`offline.py` as `addlocalentity` writes it."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self.folder = folder
        self.pattern = pattern
        ignored = shutil.ignore_patterns("offline.py", "actions.py", "static", "__pycache__")
        shutil.copytree(ROOT / "catalog", folder / "catalog", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / "mysettings.py").write_text(SETTINGS)
        (folder / "urls.py").write_text(URLS)
        self.command(
            *(["addlocalentity", f"catalog.{model}", "--app", "trade", "--pattern", pattern] for model in MODELS)
        )

    def run(self, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """`python -m …`, or `python -c …`."""
        kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
        path = os.pathsep.join([str(self.folder), str(ROOT)])
        done = subprocess.run(
            [sys.executable, *(["-m"] if arguments[0] != "-c" else []), *arguments],
            cwd=self.folder,
            env=kept
            | {
                "DJANGO_SETTINGS_MODULE": "mysettings",
                "PYTHONPATH": path,
                "TEST_DATABASE_NAME": f"test_accelerators_{os.getpid()}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done

    def command(self, *commands: list[str]) -> str:
        """Management commands, each as if run by itself."""
        return self.run("-c", COMMANDS.format(commands=commands)).stdout

    def write_out(self) -> None:
        self.command(*(["createsyncaction", f"Local{model}"] for model in MODELS))

    @property
    def files(self) -> dict[str, str]:
        """Everything that a command can have written, by path."""
        catalog = self.folder / "catalog"
        found = [catalog / "offline.py", *catalog.glob("sync_*.py"), *catalog.glob("static/catalog/*.js")]
        return {str(path.relative_to(self.folder)): path.read_text() for path in found}


@pytest.fixture(params=[connection.vendor])
def database(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`: what the suite of behaviours, in a process of its own, runs on."""
    return str(request.param)


@pytest.fixture(scope="package", params=PATTERNS)
def declared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Every model of the catalogue, with each pattern."""
    return Project(tmp_path_factory.mktemp(connection.vendor), request.param)


@pytest.fixture(scope="package")
def written(declared: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same, written out."""
    folder = tmp_path_factory.mktemp("written") / "project"
    shutil.copytree(declared.folder, folder)
    project = object.__new__(Project)
    project.folder, project.pattern = folder, declared.pattern
    project.write_out()
    return project
