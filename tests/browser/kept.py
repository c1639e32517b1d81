"""Settings of a site with the tests' own models and apps beside those of the demo."""

from settings.development import *  # noqa: F403
from settings.development import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.wire"]
