"""Settings of the simulator's server: those of the tests, and an address at which the office is told what to do."""

from settings.test import *  # noqa: F403
from settings.test import LOGGING

ROOT_URLCONF = "tests.simulation.urls"
LOGGING["root"] = {"handlers": ["console"], "level": "ERROR"}
