"""`make run`: everything embedded, errors shown."""

from settings.base import *  # noqa: F403
from settings.base import LOGGING, VAR_DIR, env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "x" * 40)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# The worker's coming and going would bury the addresses that `make run` prints.
LOGGING["loggers"] = {"django-q": {"level": "WARNING"}}

VAR_DIR.mkdir(exist_ok=True)
