"""`python -m tests.segments.first_sync <app> <entity>`: a process that serves the first download of a device, over
Django's test client, and says what it took.

Prints JSON: `mode`, `rows` that were fetched, and `peak`, the most memory that the process had, in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

import django


def main(app: str, entity: str) -> None:
    django.setup()
    from syncapi.registry import registry
    from tests.device import Device
    from tests.segments.shelves import APPS

    registry.declared = [*registry.declared, *APPS]
    device = Device(app)
    device.session()
    listed: list[dict[str, Any]] = []
    mode = ""
    body = json.dumps({"context": "", "cursors": {}})
    response: Any = device.client.post(device.api, body, content_type="application/json", headers=device.headers())
    for line in _lines(response):
        message = json.loads(line)
        if isinstance(message, dict) and message["type"] == "entity":
            mode = message["mode"] if message["entity"] == entity else mode
        elif isinstance(message, dict) and message["type"] == "part":
            listed.append(message)
    rows = 0
    for part in listed:
        url = f"{device.api}segments/{entity}/{part['sum']}/"
        rows += device.client.get(url, headers=device.headers()).content.count(b"\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KB
    print(json.dumps({"mode": mode, "rows": rows, "peak": peak}))


def _lines(response: Any) -> Any:
    rest = b""
    for chunk in response.streaming_content:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    response.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
