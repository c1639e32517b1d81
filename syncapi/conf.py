"""Settings of the framework: the dictionary `HAVERSACK` in the project's settings, over these defaults."""

from dataclasses import dataclass, fields

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Conf:
    """The values in force.

    :param max_body: bytes of a request.
    :param sign_in_rate: attempts to sign in per address and user name, in the REST framework's notation.
    :param sign_in_rate_name: attempts per user name, from wherever.
    :param tracking_retention: days. A device that stays away for longer compares all it has when it comes back;
        deletions are remembered for as long, and devices in the admin.
    :param inline_rows: an entity with more rows travels in parts that are fetched one by one (`docs/segments.md`).
    :param pull_log_retention: days for which syncs, and changes from devices, are listed in the admin; 0: neither these
        nor devices are written down.
    """

    max_body: int = 1 << 20
    sign_in_rate: str = "10/min"
    sign_in_rate_name: str = "60/hour"
    tracking_retention: float = 90
    inline_rows: int = 1000
    pull_log_retention: float = 30


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
