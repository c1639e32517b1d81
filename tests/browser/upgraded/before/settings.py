"""Settings of a site with this version of the app beside those of the demo."""

from settings.development import *  # noqa: F403
from settings.development import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.browser.upgraded.before"]
