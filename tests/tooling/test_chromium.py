"""Which Chromium the browser tests drive."""

import sys
from pathlib import Path

import pytest

from scripts import chromium
from scripts.processes import Failure


def program(path: Path) -> str:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_named_one_wins(tmp_path: Path) -> None:
    program(tmp_path / "chromium")

    assert chromium.find({"CHROMIUM": sys.executable, "PATH": str(tmp_path)}) == sys.executable


def test_named_one_that_is_missing_is_said() -> None:
    with pytest.raises(Failure) as caught:
        chromium.find({"CHROMIUM": "/nowhere/chromium"})

    assert str(caught.value) == (
        "CHROMIUM=/nowhere/chromium is not a program: set it to a Chromium, or unset it to have one found."
    )


@pytest.mark.parametrize("name", chromium.NAMES)
def test_the_systems_own_is_found_by_any_of_its_names(tmp_path: Path, name: str) -> None:
    path = program(tmp_path / name)

    assert chromium.find({"PATH": str(tmp_path)}, system="") == path


def test_failed_fetch_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(Failure) as caught:
        chromium.find({"PATH": str(tmp_path)}, system="")

    assert str(caught.value) == "Browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it."
