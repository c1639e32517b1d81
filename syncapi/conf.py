"""Settings of the framework: the dictionary `HAVERSACK` in the project's settings, over these defaults."""

from dataclasses import dataclass, fields

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Conf:
    """Sizes are in bytes."""

    max_body: int = 1 << 20  # of a request
    sign_in_rate: str = "10/min"  # attempts per address and user name; DRF's notation
    sign_in_rate_name: str = "60/hour"  # attempts per user name, from wherever


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
