"""`manage.py createsyncaction`: what it writes for every model is as good as what it stands for, unedited."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.accelerators.conftest import MODELS, PATTERNS, ROOT, Project

BIN = Path(sys.executable).parent
BIOME = [str(ROOT / "node_modules/.bin/biome"), "check"]
TSC = [
    str(ROOT / "node_modules/.bin/tsc"),
    *("--noEmit", "--checkJs", "--strict", "--noImplicitAny", "false"),
    *("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"),
]
MYPY = """
[mypy]
strict = true
follow_imports = silent
plugins = mypy_django_plugin.main
[mypy.plugins.django-stubs]
django_settings_module = mysettings
"""
SUITES = ["behaviours.py", "writing_behaviours.py"]
KINDS = len(MODELS) - 1  # of which devices can make records
PYTEST = """
[pytest]
DJANGO_SETTINGS_MODULE = mysettings
addopts = --import-mode=importlib -p no:cacheprovider
filterwarnings = error
"""


def behave(project: Project) -> None:
    """Runs the suite of behaviours in a project."""
    is_writable = "read-write" in project.pattern
    for name in SUITES[: 1 + is_writable]:
        shutil.copy(Path(__file__).with_name(name), project.folder / name)
    (project.folder / "pytest.ini").write_text(PYTEST)
    done = project.run("pytest", "-q", *SUITES[: 1 + is_writable])
    reading, writing = 9 * len(MODELS), (11 * KINDS + 6 + 8 + 2) * is_writable
    assert f"{reading + writing} passed" in done.stdout, done.stdout


@pytest.mark.usefixtures("database")
def test_the_pattern_behaves(declared: Project) -> None:
    behave(declared)


@pytest.mark.usefixtures("database")
def test_what_is_written_behaves_as_the_pattern_does(written: Project) -> None:
    behave(written)


def test_both_halves_are_written_and_used(written: Project) -> None:
    files = written.files
    declaration, on_sync = files["catalog/offline.py"], files["catalog/static/catalog/on_sync_trade.js"]
    base = PATTERNS[written.pattern]
    assert f"offline.{base}\n" not in declaration
    assert declaration.count('on_sync="catalog/on_sync_trade.js"') == 1
    for model in MODELS:
        assert f"    pattern = SyncLocal{model}\n" in declaration
        assert f'  if (rest.delete("Local{model}")) await SyncLocal{model}(sync);\n' in on_sync
    assert f"class SyncLocalOrderLine(offline.{base}):" in files["catalog/sync_local_order_line.py"]
    client = files["catalog/static/catalog/sync_local_order_line.js"]
    assert "export async function SyncLocalOrderLine({ phases }) {" in client
    assert len(files) == 2 + 2 * len(MODELS)
    assert "{{" not in "".join(files.values())


def test_linters_types_and_checks_have_nothing_to_say(written: Project) -> None:
    written.run("ruff", "check", "catalog/offline.py", *(name for name in written.files if name.endswith(".py")))
    written.run("ruff", "format", "--check", *(name for name in written.files if name.endswith(".py")))
    (written.folder / "mypy.ini").write_text(MYPY)
    modules = ["-m", "catalog.offline", *(f"-mcatalog.{Path(name).stem}" for name in written.files if "/sync_" in name)]
    written.run("mypy", "--config-file", "mypy.ini", "--cache-dir", "mypy", *dict.fromkeys(modules))
    checked = written.run("django", "check")
    told = re.findall(r"\((syncapi\.\w+)\).*?of (\w+):", checked.stdout + checked.stderr)
    # Whoever wants assignments to be made on devices has to say who the user is.
    cannot = [("syncapi.W006", "LocalTerritoryAssignment")] if "read-write" in written.pattern else []
    assert told == cannot
    assert (checked.stdout + checked.stderr).count("syncapi.") == len(cannot)
    assert "pwa.E" not in checked.stdout + checked.stderr


def test_linters_of_javascript_have_nothing_to_say(written: Project) -> None:
    config = json.loads((ROOT / "biome.json").read_text())
    (written.folder / "biome.json").write_text(json.dumps({key: config[key] for key in ("formatter", "linter")}))
    for command in ([*BIOME, "catalog/static"], [*TSC, "catalog/static/catalog/on_sync_trade.js"]):
        done = subprocess.run(
            command,
            cwd=written.folder,
            env={"PATH": f"{BIN}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_twice_changes_nothing(written: Project) -> None:
    before = written.files
    said = written.command(["createsyncaction", "LocalProduct"], ["createsyncaction", "catalog.LocalOrder"])
    assert said.count("is written out already; nothing to change.") == 2
    assert written.files == before


def test_edits_stay_unless_they_are_to_go(written: Project) -> None:
    before = written.files
    edited = {
        "catalog/sync_local_product.py": ("-> offline.Answer:\n", "        # Ours.\n"),
        "catalog/static/catalog/sync_local_product.js": ("({ phases }) {\n", "  // Ours.\n"),
    }
    for name, (line, comment) in edited.items():
        (written.folder / name).write_text(before[name].replace(line, line + comment))
    after = written.files
    said = written.command(["createsyncaction", "LocalProduct"])
    assert all(f"kept {name}, which was edited" in said for name in edited)
    assert written.files == after
    shown = written.command(["createsyncaction", "LocalProduct", "--dry-run"])
    assert "-        # Ours." in shown
    assert "-  // Ours." in shown
    assert written.files == after
    other = next(pattern for pattern in PATTERNS if pattern != written.pattern)
    refused = written.run("django", "createsyncaction", "LocalProduct", "--pattern", other, ok=False)
    assert f"catalog/sync_local_product.py does not follow the pattern {other}. Nothing was written" in refused.stderr
    assert written.files == after
    written.command(["createsyncaction", "LocalProduct", "--force"])
    assert written.files == before
