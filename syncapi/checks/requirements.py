"""What else a project must have installed."""

from collections.abc import Iterator

from django.apps import apps as installed
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

REQUIRED_MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",  # sends the cookie that the token is compared with
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)

Messages = Iterator[CheckMessage]


def check_requirements() -> Messages:
    # Not the REST framework: it is called as a library, and installing it as an app only adds its translations.
    for name in ("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"):
        if not installed.is_installed(name):
            yield Error(f"syncapi needs '{name}'.", hint=f"Add '{name}' to INSTALLED_APPS.", id="syncapi.E020")
    yield from _check_middleware()


def _check_middleware() -> Messages:
    configured = [import_string(path) for path in settings.MIDDLEWARE]
    for path in REQUIRED_MIDDLEWARE:
        required = import_string(path)
        if not any(isinstance(found, type) and issubclass(found, required) for found in configured):
            yield Error(
                f"syncapi needs '{path}'.", hint=f"Add '{path}', or a subclass, to MIDDLEWARE.", id="syncapi.E021"
            )
