"""Settings of a site that also speaks a language written from right to left, as made up by `tests.browser.lettered`."""

from settings.development import *  # noqa: F403
from settings.development import DATABASES, LANGUAGES
from tests.browser.lettered import folder_of

LANGUAGES = [*LANGUAGES, ("ar", "Arabic letters")]
LOCALE_PATHS = [folder_of(DATABASES)]
