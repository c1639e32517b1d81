"""Settings of a site with the app of this folder beside those of the demo."""

from settings.development import *  # noqa: F403
from settings.development import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.browser.invited"]
