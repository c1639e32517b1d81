"""An old Python gets told so, in one sentence."""

import ast
from pathlib import Path

import pytest

from tests.tooling.helpers import ROOT, python

PRETEND = """
import runpy, sys
sys.version_info = {version}
runpy.run_module("scripts.setup", run_name="__main__")
"""


@pytest.mark.parametrize(("version", "name"), [((2, 7, 18), "2.7"), ((3, 6, 15), "3.6"), ((3, 10, 13), "3.10")])
def test_old_python_is_told_in_one_sentence(version: tuple[int, ...], name: str) -> None:
    result = python("-c", PRETEND.format(version=version))

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Haversack needs Python 3.11 or newer and this is Python {name}: "
        "install one, or name it with PYTHON=/path/to/python3.11.\n"
    )


@pytest.mark.parametrize("path", ["scripts/__init__.py", "scripts/setup.py"])
def test_what_an_old_python_reads_is_old_python(path: str) -> None:
    source = Path(ROOT / path).read_text(encoding="ascii")

    ast.parse(source, feature_version=(3, 4))  # the oldest that the parser can pretend to be
    assert 'f"' not in source
    assert "->" not in source
