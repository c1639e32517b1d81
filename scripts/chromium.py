"""Finds the Chromium that the browser tests drive: the system's own, or else Playwright's download."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.processes import Failure

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "Browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it."


def find(environment: Mapping[str, str] = os.environ, *, system: str = "/usr/bin") -> str:
    """Path of a Chromium, fetched if there is none. Raises `Failure` with the sentence to show.

    `system`: where to look besides PATH.
    """
    if named := environment.get("CHROMIUM"):
        if found := shutil.which(named):
            return found
        raise Failure(f"CHROMIUM={named} is not a program: set it to a Chromium, or unset it to have one found.")
    places = os.pathsep.join(filter(None, [environment.get("PATH"), system]))
    for name in NAMES:
        if found := shutil.which(name, path=places):
            return found
    return _fetch()


def _fetch() -> str:
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(playwright, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Failure(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    # Downloaded is not enough: the shared libraries it needs may be missing.
    try:
        subprocess.run([path, "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise Failure(MISSING) from None
    return str(Path(path))
