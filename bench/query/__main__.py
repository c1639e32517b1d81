"""See `bench.query`."""

import statistics

from playwright.sync_api import Browser

import bench.query
from bench.pages import compare, opened, run

STARTS = 5


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


if __name__ == "__main__":
    compare("query", bench.query.__doc__, [100, 100_000, 1_000_000], measure)
