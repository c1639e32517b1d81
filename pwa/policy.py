"""Headers of the generated pages: a strict Content-Security-Policy (S3), set here so that every project has it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse


def secured(response: HttpResponse) -> HttpResponse:
    """Nothing runs or loads but our own files; no inline script or style; the page is never framed."""
    ours = " ".join(["'self'", *_static_origin()])
    response.headers["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            f"script-src {ours}",
            f"style-src {ours}",
            f"font-src {ours}",
            f"img-src {ours} blob: data:",
            f"worker-src {ours}",
            f"connect-src {ours}",  # the service worker fetches what it keeps
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # The browser may keep it, and asks each time whether it is still right.
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _static_origin() -> list[str]:
    parts = urlsplit(settings.STATIC_URL or "")
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
