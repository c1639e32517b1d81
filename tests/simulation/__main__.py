"""`make sim SEEDS=20 STEPS=40 SEED_BASE=0`: random lives of devices in front of a real server (`docs/testing.md`).

Serves the sales app on a database of its own, in this process, and starts Node with the devices. `DATABASE_URL` says
which database. Ends with the status of the devices: 1 when an invariant did not hold.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
os.environ.setdefault("TEST_DATABASE_NAME", f"test_simulation_{os.getpid()}")
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.simulation.settings"


def main() -> int:
    options = _options()
    # Whoever ends us leaves neither devices nor databases behind.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="haversack-simulation-") as folder:
        tools = ROOT / "node_modules" / ".bin"
        bundle = [str(tools / "vite"), "build", "--config", "vite.simulation.config.ts", "--logLevel", "warn"]
        subprocess.run([*bundle, "--emptyOutDir", "--outDir", folder], cwd=ROOT, check=True)
        return _run(Path(folder) / "simulation.js", options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--seed-base", type=int, default=0, help="the first")
    parser.add_argument("--steps", type=int, default=40, help="of each seed")
    parser.add_argument("--only", default="", help="of the steps only these, by number from 0: 3,5,17")
    parser.add_argument("--fresh", type=int, default=0, help="so many seeds more that were never tried")
    parser.add_argument("--restores", action="store_true", help="put backups in place of the database, too")
    parser.add_argument("--verbose", action="store_true", help="show each step as it is done")
    return parser.parse_args()


def _run(devices: Path, options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    from tests.simulation.database import database

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as in the class above)
            pass

    database.create()
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        asked = {
            "SERVER": f"http://127.0.0.1:{server.server_port}",
            "DATABASE": connection.vendor,
            "SEEDS": str(options.seeds),
            "SEED_BASE": str(options.seed_base),
            "STEPS": str(options.steps),
            "ONLY": options.only,
            "FRESH": str(options.fresh),
            "FRESH_BASE": str(int.from_bytes(os.urandom(4))),
            "RESTORES": "1" if options.restores else "",
            "VERBOSE": "1" if options.verbose else "",
        }
        node = subprocess.Popen(["node", devices], env={**os.environ, **asked})
        try:
            return node.wait()
        finally:
            node.kill()  # where we are asked to end before it does
    finally:
        server.shutdown()
        server.server_close()
        database.destroy()


if __name__ == "__main__":
    sys.exit(main())
