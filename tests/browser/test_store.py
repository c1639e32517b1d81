"""L1, L4: the local store keeps its contract on the IndexedDB of a real browser, as it does on the double in Node."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Browser
from tests.browser.site import ROOT

ADDRESS = "http://contract.invalid/"
CASES = re.compile(r"^\s+it(?:\.each)?\(", re.MULTILINE)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract of `pwa/client/src/store/contract*.ts` as one script."""
    folder = tmp_path_factory.mktemp("contract")
    built = subprocess.run(
        ["node_modules/.bin/vite", "build", "--config", "vite.contract.config.ts", "--outDir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "contract.js"


def test_L1_the_store_keeps_its_contract_in_a_browser(bundle: Path, browser: Browser) -> None:
    page = browser().pages[0]
    page.route(ADDRESS, lambda route: route.fulfill(content_type="text/html", body="<!doctype html>"))
    page.goto(ADDRESS)
    page.add_script_tag(path=bundle)
    result = page.evaluate("runContract()")
    assert result["failures"] == {}
    declared = [CASES.findall(file.read_text()) for file in (ROOT / "pwa/client/src/store").glob("contract*.ts")]
    assert result["cases"] >= sum(map(len, declared)) > 40
