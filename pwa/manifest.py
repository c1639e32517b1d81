"""The web app manifest (decision 0008)."""

from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from PIL import Image

from syncapi.applications import OfflineApp
from syncapi.appsettings.current import CurrentSettings
from syncapi.appsettings.model import Orientation

ICON_SIZES = (192, 512)


def app_base(app: OfflineApp) -> str:
    """The app's address: also its id and its scope."""
    return reverse("pwa:shell", kwargs={"app": app.name})


def icon_url(app: OfflineApp, current: CurrentSettings, purpose: str, size: int) -> str:
    """Another icon has another address: browsers look at that to see whether an installed app has a new one."""
    address = reverse("pwa:icon", kwargs={"app": app.name, "purpose": purpose, "size": size})
    return f"{address}?v={current.icon_version}"


def manifest(app: OfflineApp, current: CurrentSettings) -> dict[str, Any]:
    """The web app manifest, in the language of the request. Two apps of one origin differ by `id` and `scope`."""
    base = app_base(app)
    described: dict[str, Any] = {
        "id": base,
        "start_url": base,
        "scope": base,
        "name": current.title,
        "short_name": current.short_title,
        "lang": get_language() or "en",
        "dir": "rtl" if get_language_bidi() else "ltr",
        "display": "standalone",
        "theme_color": current.theme_color,
        "background_color": current.background_color,
        "icons": [
            {
                "src": icon_url(app, current, purpose, size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for purpose in ("any", "maskable")
            for size in ICON_SIZES
        ],
    }
    if current.orientation != Orientation.ADAPTIVE:  # without it the system decides, as its user told it
        described["orientation"] = current.orientation
    if app.description:
        described["description"] = str(app.description)
    if screenshots := _screenshots(app, current.title):
        described["screenshots"] = screenshots
    return described


def _screenshots(app: OfflineApp, title: str) -> list[dict[str, Any]]:
    found = []
    for form_factor, path in app.screenshots.items():
        file = finders.find(path)
        if not isinstance(file, str):
            continue  # check pwa.W002 says so
        with Image.open(file) as image:
            width, height = image.size
        found.append(
            {
                "src": static(path),
                "sizes": f"{width}x{height}",
                "type": "image/png",
                "form_factor": form_factor,
                "label": title,
            }
        )
    return found
