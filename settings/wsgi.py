"""WSGI entry point."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")

_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Django, behind a look at the declared charset: one such as `hex`, which is no text, would raise in its request
    before any middleware could answer (S4).
    """
    kind, _, parameters = environ.get("CONTENT_TYPE", "").partition(";")
    if "charset" in parameters.lower() and not _is_text(parameters):
        environ["CONTENT_TYPE"] = kind
    return _django(environ, start_response)


def _is_text(parameters: str) -> bool:
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    try:
        "".encode(charset)
    except (LookupError, ValueError, TypeError):
        return False
    return True
