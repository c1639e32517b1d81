"""`make run`: gets the database ready, then serves the site and runs its background worker until either ends."""

import errno
import os
import socket
import sys
from pathlib import Path

from scripts.processes import ROOT, Ended, Failure, Group, end_all, hold_signals, run, tool_environment, wait_for_change


def check_address(host: str, port: str) -> None:
    """Raises `Failure` when the site could not listen there."""
    try:
        _listen(host, int(port))
    except (ValueError, OverflowError):
        raise Failure(f"PORT={port} is not a port: choose a number from 1 to 65535.") from None
    except PermissionError:
        raise Failure(f"Port {port} is reserved for the system: try `make run PORT=8001`.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(
                f"Port {port} is taken by another program: end that, or try `make run PORT={_free_port(host, port)}`."
            ) from None
        raise Failure(f"HOST={host} is not an address of this machine: leave it out to use 127.0.0.1.") from None


def _listen(host: str, port: int) -> None:
    if port < 1:
        raise ValueError
    with socket.socket() as probe:
        # As gunicorn does: a connection still closing from the last run does not make the port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _free_port(host: str, port: str) -> int:
    for candidate in range(int(port) + 1, 65536):
        try:
            _listen(host, candidate)
        except OSError:
            continue
        return candidate
    return 8000


def serve(environment: dict[str, str]) -> None:
    """Runs site and worker until one of them ends (`Failure`) or we are asked to end (`Ended`)."""
    settings = ROOT / "scripts" / "gunicorn_conf.py"
    commands: dict[str, list[str | Path]] = {
        "site": [sys.executable, "-m", "gunicorn", "--config", settings, "settings.wsgi:application"],
        "background worker": [sys.executable, "manage.py", "qcluster"],
    }
    groups: dict[str, Group] = {}
    try:
        for name, command in commands.items():
            groups[name] = Group(command, environment=environment)
        while True:
            wait_for_change()
            for name, group in groups.items():
                if group.status is not None:
                    raise Failure(f"The {name} ended by itself (exit status {group.status}); stopped everything.")
    finally:
        end_all(groups.values())


def main() -> int:
    hold_signals()
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    environment = {"DJANGO_SETTINGS_MODULE": "settings.development", **tool_environment(), "HOST": host, "PORT": port}
    try:
        check_address(host, port)
        if run([sys.executable, "-m", "scripts.prepare"], environment=environment) != 0:
            return 1
        serve(environment)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except Ended:
        return 0  # asked to end and ended: nothing went wrong
    return 0


if __name__ == "__main__":
    sys.exit(main())
