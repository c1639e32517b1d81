"""When an app syncs by itself."""

from dataclasses import asdict, dataclass
from typing import Any

RETRY_INTERVAL = (5, 86_400)  # seconds: one that is shorter burdens the server, one that is longer is no retry
EVERY = (0, 10_080)  # minutes, up to a week; 0 is never


@dataclass(frozen=True, kw_only=True)
class SyncSettings:
    """Triggers and retries of an app; all off unless said otherwise.

    :param on_online: sync when the network is back. `on_resume`: when the app is looked at again. `on_login`: after
        signing in. `on_start`: when the app is opened. `on_change`: when somebody changed something on the device.
    :param every: sync every so many minutes while the app is open, 0 to 10,080; 0 is never.
    :param retry: try a failed sync again, where that can help. `retry_interval`: after so many seconds, 5 to 86,400.
    :param not_on_metered: do none of this by itself where the network is known to be paid by volume.
    """

    on_online: bool = False
    on_resume: bool = False
    on_login: bool = False
    on_start: bool = False
    on_change: bool = False
    every: int = 0
    retry: bool = False
    retry_interval: int = 30
    not_on_metered: bool = False

    def problems(self) -> list[str]:
        """What is wrong with the values, for developers; empty when all is well."""
        found = []
        for name, value in asdict(self).items():
            bounds = {"every": EVERY, "retry_interval": RETRY_INTERVAL}.get(name)
            if bounds is None:
                if not isinstance(value, bool):
                    found.append(f"{name} is {value!r}, not True or False")
            elif isinstance(value, bool) or not isinstance(value, int) or not bounds[0] <= value <= bounds[1]:
                found.append(f"{name} is {value!r}, not a whole number from {bounds[0]} to {bounds[1]}")
        return found

    def on_the_wire(self) -> dict[str, Any]:
        """As the definition has it (`docs/protocol.md`)."""
        return asdict(self)
