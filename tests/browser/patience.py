"""How long the browser tests wait: one number for all of them, beyond which something is broken, and not just slow.

A test that passes never waits for it. It is this long because the suite also runs where several programs want each of
two processors: there a browser, a server and the test itself may stand still for seconds at any moment.
"""

import threading
import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds
MILLISECONDS = PATIENCE * 1000  # as browsers and their driver count

_pause = threading.Event()  # never set


def until(condition: Callable[[], bool]) -> bool:
    """Returns as soon as `condition` holds, or once it is in vain; whether it holds.

    Leaves the processor to whoever is waited for. The driver tells of nothing meanwhile: requests that a test routes
    stand still.
    """
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        _pause.wait(0.02)
    return True
