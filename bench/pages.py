"""What the benchmarks that run in a page of Chromium have in common: building, serving and printing."""

from __future__ import annotations

import argparse
import functools
import http.server
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = ["--enable-precise-memory-info", "--js-flags=--expose-gc"]

Measure = Callable[[Browser, str, int], dict[str, float]]


def compare(name: str, description: str | None, rows: list[int], measure: Measure) -> None:
    """Measures with each number of rows, in a browser of its own, and prints the results side by side.

    `name`: of the folder in `bench` with the page. `measure` gets browser, address and rows; what it returns is printed
    with how many times as much the largest costs as the smallest.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, nargs="+", default=rows)
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="path of the browser")
    arguments = parser.parse_args()
    sizes = sorted(arguments.rows)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        build(name, Path(folder))
        with serving(Path(folder)) as address, sync_playwright() as playwright:
            for size in sizes:
                browser = playwright.chromium.launch(executable_path=arguments.chromium, args=ARGUMENTS)
                measured.append(measure(browser, address, size))
                browser.close()
    print(f"{'rows':<44}" + "".join(f"{size:>14,}" for size in sizes) + f"{'ratio':>10}")
    for metric in measured[0]:
        values = [one[metric] for one in measured]
        ratio = values[-1] / values[0] if values[0] > 0 else float("nan")
        print(f"{metric:<44}" + "".join(f"{value:14,.1f}" for value in values) + f"{ratio:10.1f}")


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_function("globalThis.bench !== undefined")
    return page


def run(page: Page, name: str, rows: int) -> dict[str, float]:
    measured: dict[str, float] = page.evaluate(f"rows => bench.{name}(rows)", rows)
    return measured


def build(name: str, folder: Path) -> None:
    command = ["node_modules/.bin/vite", "build", "--config", "bench/vite.config.ts", "--mode", name]
    command += ["--outDir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    (folder / "index.html").write_text('<!doctype html><script type="module" src="page.js"></script>')


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serves the folder's files on a port of its own; gives the address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""
