"""See `bench.device`."""

from playwright.sync_api import Browser

import bench.device
from bench.pages import compare, opened, run


def measure(browser: Browser, address: str, rows: int) -> dict[str, float]:
    context = browser.new_context()
    page = opened(context.new_page(), address)
    page.set_default_timeout(600_000)
    run(page, "fill", rows)
    page.close()
    measured = run(opened(context.new_page(), address), "sync", rows)
    measured |= run(opened(context.new_page(), address), "edit", rows)
    context.close()
    return measured


if __name__ == "__main__":
    compare("device", bench.device.__doc__, [10_000, 100_000, 1_000_000], measure)
