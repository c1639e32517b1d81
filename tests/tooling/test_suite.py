"""`make test`: what it shows, in which order, and what it ends with."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from scripts import steps
from settings.runner import PytestRunner
from tests.tooling.helpers import PATIENCE, clean_environment, descendants, python, running, still_alive, until

SUITE = """
import sys
from pathlib import Path
from scripts.processes import Ended, hold_signals
from scripts.steps import Plan
from scripts.test import carry_out
from scripts.together import Step

def step(name, code, **more):
    return Step(name, [sys.executable, "-c", code], {}, **more)

hold_signals()
reports = Path(sys.argv[1])
try:
    sys.exit(carry_out(Plan([%s], notes=["a note"], failures=[%s]), reports))
except Ended as ended:
    sys.exit(ended.status)
"""
REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/><testcase name="c"><failure/></testcase><testcase name="d"><error/></testcase>
<testcase name="e"><skipped/></testcase>
</testsuite></testsuites>"""


def suite(reports: Path, steps: str, failures: str = "") -> tuple[int, str]:
    result = python("-c", SUITE % (steps, failures), str(reports))
    assert result.stderr == ""
    return result.returncode, re.sub(r" +[0-9]+\.[0-9] s", " T", result.stdout)


def test_everything_well_ends_in_a_table(tmp_path: Path) -> None:
    # `slow` ends when `quick` has made the file, and still comes first.
    wait = f"import os\nwhile not os.path.exists({str(tmp_path / 'quick')!r}): pass\nprint('from slow')"
    touch = f"open({str(tmp_path / 'quick')!r}, 'w'); print('from quick')"

    status, output = suite(tmp_path, f"step('slow', {wait!r}), step('quick', {touch!r})")

    assert status == 0
    assert output == "\n---- slow\nfrom slow\n\n---- quick\nfrom quick\n\nslow T  ok\nquick T  ok\na note\n"


def test_failing_output_comes_last_and_tests_are_counted(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(REPORT)

    status, output = suite(
        tmp_path,
        "step('bad', 'print(\"from bad\"); raise SystemExit(3)', report='one'), "
        "step('good', 'print(\"from good\")', report='never-written')",
    )

    assert status == 1
    assert output == (
        "\n---- good\nfrom good\n\n---- bad\nfrom bad\n\nbad T  FAILED\ngood T  ok\na note\n2 passed, 2 failed\n"
    )


def test_what_could_not_start_fails_the_suite(tmp_path: Path) -> None:
    status, output = suite(tmp_path, "step('good', 'pass')", "'No server.'")

    assert status == 1
    assert output.endswith("a note\nNo server.\n")


def test_step_alone_has_no_company(tmp_path: Path) -> None:
    running_now = "import os, time; open({0!r}, 'w').close(); print(sorted(os.listdir({1!r}))); os.remove({0!r})"
    code = {name: running_now.format(str(tmp_path / name), str(tmp_path)) for name in ("a", "b", "c")}

    _, output = suite(
        tmp_path, f"step('a', {code['a']!r}), step('b', {code['b']!r}, alone=True), step('c', {code['c']!r})"
    )

    assert "---- b\n['b']\n" in output


def test_interrupt_ends_what_runs_and_shows_how_far_it_got(tmp_path: Path) -> None:
    hang = f"import signal; print('so far', flush=True); open({str(tmp_path / 'begun')!r}, 'w'); signal.pause()"
    log = tmp_path / "output"
    script = SUITE % (f"step('hangs', {hang!r})", "")

    with running("-c", script, str(tmp_path), cwd=Path.cwd(), environment=clean_environment(), log=log) as process:
        until((tmp_path / "begun").exists, "the step to begin", unless=process)
        started = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait(PATIENCE)

    assert status == 130
    assert "---- hangs, unfinished\nso far\n" in log.read_text()
    assert still_alive(started) == []


def test_absent_postgresql_is_a_note_and_a_failure_where_it_is_demanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_POSTGRES_URL", "postgres://nobody@127.0.0.1:9/none")
    monkeypatch.delenv("REQUIRE_POSTGRES", raising=False)
    note = steps.plan(["python"], tmp_path)
    monkeypatch.setenv("REQUIRE_POSTGRES", "1")
    demand = steps.plan(["python"], tmp_path)

    sentence = "Not tested on PostgreSQL: no server answers at TEST_POSTGRES_URL ("
    assert [step.name for step in note.steps] == ["Python tests on SQLite", "random histories on SQLite"]
    assert note.failures == []
    assert [text.startswith(sentence) for text in note.notes] == [True]
    assert demand.notes == []
    assert [text.startswith(sentence) for text in demand.failures] == [True]


def test_tests_stay_off_the_database_of_the_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@production/data")

    environments = [step.environment for step in steps.plan(["check", "python", "client"], tmp_path).steps]

    assert [environment for environment in environments if "production" in environment.get("DATABASE_URL", "")] == []


def test_another_database_gets_the_tests_that_ask_for_one() -> None:
    places = ["tests/accelerators/test_written.py", "tests/server/test_regexes.py", "tests/server/test_openapi.py"]

    result = python("-m", "pytest", "--collect-only", "-q", "--on-another-database", *places)

    asking = set(re.findall(r"::(\w+)", result.stdout))
    assert asking == {
        "test_the_pattern_behaves",
        "test_what_is_written_behaves_as_the_pattern_does",
        "test_the_document_is_served",
    }


def test_unknown_group_is_said() -> None:
    result = python("-m", "scripts.test", "everything")

    assert result.returncode == 2
    assert "unknown: everything; there are check, python, client, simulation, browser" in result.stderr


def test_manage_py_test_is_pytest_with_the_test_settings(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import os\n"
        "def test_settings(): assert os.environ['DJANGO_SETTINGS_MODULE'] == 'settings.test'\n"
        "def test_wrong(): assert False\n"
    )

    good = python("manage.py", "test", str(tmp_path / "test_one.py"), "-k", "settings")
    bad = python("manage.py", "test", str(tmp_path / "test_one.py"))

    assert (good.returncode, bad.returncode) == (0, 1), good.stdout + good.stderr
    assert "1 passed, 1 deselected" in good.stdout
    assert "1 failed, 1 passed" in bad.stdout


@pytest.mark.parametrize(("labels", "left_out"), [([], True), (["tests/server"], True), (["tests/browser"], False)])
def test_manage_py_test_leaves_the_browser_out_unless_named(
    labels: list[str], left_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def main(arguments: list[str]) -> int:
        asked.append(arguments)
        return 0

    monkeypatch.setattr("pytest.main", main)

    assert PytestRunner().run_tests(labels) == 0
    assert ("-m=not browser" in asked[0]) is left_out


def test_python_of_the_suite_is_the_environments_own(tmp_path: Path) -> None:
    assert {step.command[0] for step in steps.plan(["python"], tmp_path).steps} == {sys.executable}
