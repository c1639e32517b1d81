"""Setup does what is due, once, and says in one sentence what went wrong."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.tooling.helpers import PATIENCE, bare_checkout, clean_environment, python, running, until

SETUP = ("-m", "scripts.setup")

# npm's part is played by a script that writes down what it was asked to do and leaves what npm would leave.
NPM = """#!/bin/sh
echo "$1" >> npm-calls
case "$1" in
  ci) mkdir -p node_modules && touch node_modules/.package-lock.json ;;
  run) {build} ;;
esac
"""
BUILDS = "mkdir -p pwa/static/pwa/build"


@pytest.fixture(scope="module")
def unreachable() -> dict[str, str]:
    """Port 9 is `discard`: nothing listens there."""
    return clean_environment(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, unreachable: dict[str, str]) -> Path:
    """A checkout with a real .venv; pip has nothing to install into it, npm is played."""
    place = bare_checkout(tmp_path_factory.mktemp("setup") / "checkout")
    (place / "requirements.txt").write_text("-c constraints.txt\n")
    python(*SETUP, "--no-build", cwd=place, environment=unreachable)  # goes as far as npm, which is not there
    return place


@pytest.fixture
def checkout(made: Path) -> Path:
    """The same one, with everything from npm on still to be done."""
    for stamp in ("npm-packages", "client"):
        (made / ".venv" / "stamps" / stamp).unlink(missing_ok=True)
    (made / "npm-calls").write_text("")
    play_npm(made, BUILDS)
    return made


def play_npm(place: Path, build: str) -> None:
    npm = place / ".venv" / "bin" / "npm"
    npm.write_text(NPM.format(build=build))
    npm.chmod(0o755)


def npm_calls(place: Path) -> list[str]:
    return (place / "npm-calls").read_text().split()


def test_failed_download_is_one_sentence(tmp_path: Path, unreachable: dict[str, str]) -> None:
    place = bare_checkout(tmp_path / "checkout")

    result = python(*SETUP, cwd=place, environment=unreachable)

    assert result.returncode == 1
    assert result.stderr == (
        "Installing the Python packages failed: check the network connection, "
        "then run the same command again (log: var/log/setup.log).\n"
    )
    assert "127.0.0.1" in (place / "var" / "log" / "setup.log").read_text()
    assert [stamp.name for stamp in (place / ".venv" / "stamps").iterdir()] == ["venv"]


@pytest.mark.parametrize("name", [".venv", "node_modules"])
def test_linked_folder_is_left_alone(tmp_path: Path, unreachable: dict[str, str], name: str) -> None:
    place, shared = bare_checkout(tmp_path / "checkout"), tmp_path / "shared"
    shared.mkdir()
    (shared / "kept").touch()
    (place / name).symlink_to(shared)

    result = python(*SETUP, cwd=place, environment=unreachable)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"{name} is a link to {shared}, which setup would empty: "
        f"remove the link, then run the same command again, and it is made here (`rm {name}`).\n"
    )
    assert [file.name for file in shared.iterdir()] == ["kept"]


def test_second_time_does_nothing(checkout: Path) -> None:
    first = python(*SETUP, cwd=checkout)
    second = python(*SETUP, cwd=checkout)

    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stderr, second.stdout) == (0, "", "")
    assert npm_calls(checkout) == ["ci", "run"]


def test_changed_source_builds_again_and_no_more(checkout: Path) -> None:
    python(*SETUP, cwd=checkout)
    (checkout / "pwa" / "client" / "more.ts").write_text("export {};\n")

    python(*SETUP, cwd=checkout)

    assert npm_calls(checkout) == ["ci", "run", "run"]


def test_removed_product_is_made_again(checkout: Path) -> None:
    python(*SETUP, cwd=checkout)
    (checkout / "pwa" / "static" / "pwa" / "build").rmdir()

    python(*SETUP, cwd=checkout)

    assert npm_calls(checkout) == ["ci", "run", "run"]


def test_no_build_leaves_the_client_alone(checkout: Path) -> None:
    result = python(*SETUP, "--no-build", cwd=checkout)

    assert result.returncode == 0
    assert npm_calls(checkout) == ["ci"]


def test_failed_build_is_one_sentence_and_is_tried_again(checkout: Path) -> None:
    play_npm(checkout, "echo 'app.ts: what is this?'; exit 3")
    failed = python(*SETUP, cwd=checkout)
    play_npm(checkout, BUILDS)
    mended = python(*SETUP, cwd=checkout)

    assert failed.returncode == 1
    assert failed.stderr == (
        "Building the client failed: the end of the log names the file to mend (log: var/log/setup.log).\n"
    )
    assert (mended.returncode, mended.stderr) == (0, "")
    assert npm_calls(checkout) == ["ci", "run", "run"]


def test_log_is_shown_where_nobody_can_open_it(checkout: Path) -> None:
    play_npm(checkout, "echo 'app.ts: what is this?'; exit 3")

    result = python(*SETUP, cwd=checkout, environment=clean_environment(CI="true"))

    assert "app.ts: what is this?" in result.stderr


def test_interrupted_step_is_done_again(checkout: Path) -> None:
    play_npm(checkout, "touch building; exec sleep 600")
    log = checkout / "output"
    with running(*SETUP, cwd=checkout, environment=clean_environment(), log=log) as setup:
        until((checkout / "building").exists, "the build to begin", unless=setup)
        os.killpg(setup.pid, signal.SIGINT)
        status = setup.wait(PATIENCE)
    play_npm(checkout, BUILDS)
    again = python(*SETUP, cwd=checkout)

    assert status == 130
    assert log.read_text().endswith("Stopped; the same command takes up where this one ended.\n")
    assert again.returncode == 0
    assert npm_calls(checkout) == ["ci", "run", "run"]


def test_two_at_once_do_not_install_into_each_other(checkout: Path) -> None:
    play_npm(checkout, "touch building-alone; exec sleep 600")
    with running(*SETUP, cwd=checkout, environment=clean_environment(), log=checkout / "output") as setup:
        until((checkout / "building-alone").exists, "the build to begin", unless=setup)
        second = python(*SETUP, cwd=checkout)
        os.killpg(setup.pid, signal.SIGTERM)
        status = setup.wait(PATIENCE)

    assert second.returncode == 1
    assert second.stderr == "Another `make` is installing here: wait for it to end, then run this again.\n"
    assert status == 143


def test_python_without_venv_names_the_package(tmp_path: Path) -> None:
    place = bare_checkout(tmp_path / "checkout")
    pretend = (
        "import importlib.util, runpy; importlib.util.find_spec = lambda name, find=importlib.util.find_spec: "
        "None if name == 'ensurepip' else find(name); runpy.run_module('scripts.setup', run_name='__main__')"
    )

    result = python("-c", pretend, cwd=place)

    assert result.returncode == 1
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert result.stderr == f"This Python cannot make virtual environments: apt-get install {package} (on Debian).\n"


def test_help_does_nothing(tmp_path: Path) -> None:
    place = bare_checkout(tmp_path / "checkout")

    result = python(*SETUP, "--help", cwd=place)

    assert result.returncode == 0
    assert "--no-build" in result.stdout
    assert not (place / ".venv").exists()
