"""Settings of the framework: the dictionary `HAVERSACK` in the project's settings, over these defaults."""

from dataclasses import dataclass, fields

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Conf:
    """Sizes are in bytes, retentions in days."""

    max_body: int = 1 << 20  # of a request
    sign_in_rate: str = "10/min"  # attempts per address and user name; DRF's notation
    sign_in_rate_name: str = "60/hour"  # attempts per user name, from wherever
    # A device that stays away for longer than this compares all it has when it comes back; deletions are remembered
    # for as long, and devices in the admin.
    tracking_retention: float = 90
    inline_rows: int = 1000  # an entity with more travels in parts that are fetched one by one (decision 0015)
    pull_log_retention: float = 30  # of pulls in the admin; 0: neither pulls nor devices are written down


def conf() -> Conf:
    """The settings in force.

    :raises ImproperlyConfigured: `HAVERSACK` has a key that does not exist.
    """
    given = getattr(settings, "HAVERSACK", {})
    known = {field.name.upper(): field.name for field in fields(Conf)}
    if unknown := set(given) - set(known):
        raise ImproperlyConfigured(
            f"HAVERSACK has unknown keys: {', '.join(sorted(unknown))}. Known: {', '.join(known)}."
        )
    return Conf(**{known[key]: value for key, value in given.items()})
