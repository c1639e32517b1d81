"""gunicorn as `make run` uses it: one process that notices changed code, threads for concurrent requests."""

import os
import sys
from typing import Any

bind = f"{os.environ['HOST']}:{os.environ['PORT']}"
worker_class = "gthread"
workers = 1
threads = 8
reload = True
loglevel = "error"
graceful_timeout = 2  # Ctrl-C should not wait for a device that keeps its connection open
control_socket_disable = True  # it lives at one place per user: a second checkout would take it over


def when_ready(server: Any) -> None:
    """Tells the addresses at the moment they answer, not before."""
    base = f"http://{bind}"
    print(
        f"\nHaversack is running:\n  {base}/        the apps, to open or install\n"
        f"  {base}/admin/  the admin\nCtrl-C ends it.\n",
        flush=True,
        file=sys.stdout,
    )
