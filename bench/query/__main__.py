"""See `bench.query`."""

import argparse
import functools
import http.server
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import bench.query

ROOT = Path(__file__).resolve().parents[2]
STARTS = 5
ARGUMENTS = ["--enable-precise-memory-info", "--js-flags=--expose-gc"]


def main() -> None:
    parser = argparse.ArgumentParser(description=bench.query.__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 100_000, 1_000_000])
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="path of the browser")
    arguments = parser.parse_args()
    sizes = sorted(arguments.rows)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        with serving(Path(folder)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=arguments.chromium, args=ARGUMENTS)
            measured = [measure(browser, address, rows) for rows in sizes]
            browser.close()
    print(f"{'rows':<36}" + "".join(f"{rows:>14,}" for rows in sizes) + f"{'ratio':>10}")
    for name in measured[0]:
        values = [one[name] for one in measured]
        ratio = values[-1] / values[0] if values[0] > 0 else float("nan")
        print(f"{name:<36}" + "".join(f"{value:14,.1f}" for value in values) + f"{ratio:10.1f}")


def measure(browser: Browser, address: str, rows: int) -> dict[str, float]:
    context = browser.new_context()
    filled = run(opened(context.new_page(), address), "fill", rows)
    starts = []
    for _ in range(STARTS):
        page = opened(context.new_page(), address)
        starts.append(run(page, "use", rows))
        page.close()
    edited = run(opened(context.new_page(), address), "edit", rows)
    context.close()
    return filled | {name: statistics.median(start[name] for start in starts) for name in starts[0]} | edited


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_function("globalThis.bench !== undefined")
    return page


def run(page: Page, name: str, rows: int) -> dict[str, float]:
    measured: dict[str, float] = page.evaluate(f"rows => bench.{name}(rows)", rows)
    return measured


def build(folder: Path) -> None:
    command = ["node_modules/.bin/vite", "build", "--config", "bench/query/vite.config.ts", "--outDir", str(folder)]
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


if __name__ == "__main__":
    main()
