"""Settings of a site with the second version, and newer files of the client: its service worker differs by a line."""

from tests.browser.newer import MIDDLEWARE as NEWER
from tests.browser.upgraded.after.settings import *  # noqa: F403

MIDDLEWARE = NEWER
