"""A progress bar that keeps quiet when nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int], Callable[[int], object]]]:
    """Gives a function that starts a bar with a title and a total, and returns what moves it on.

    Bars are drawn on stderr, one after another, and not at all unless that is a terminal.
    """
    bars: list[Any] = []

    def start(title: str, total: int) -> Callable[[int], object]:
        close()
        bar = tqdm(total=total, desc=title, unit=" rows", disable=None, dynamic_ncols=True)
        bars.append(bar)
        return lambda rows: bar.update(rows)

    def close() -> None:
        while bars:
            bars.pop().close()

    try:
        yield start
    finally:
        close()
