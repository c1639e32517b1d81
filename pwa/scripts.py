"""Scripts of an app's own, which its pages load and its service worker keeps."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.templatetags.static import static

from pwa.build import revision
from syncapi.applications import OfflineApp


def own_scripts(app: OfflineApp) -> list[str]:
    """Addresses that change with what is in the files, also where the storage of static files puts no hash into them.

    A file that is not found is told by check pwa.E002, and has its plain address.
    """
    return [_address(path) for path in [app.on_sync] if path]


def find_script(path: str) -> Path | None:
    """The file of a static path; None where there is none."""
    try:
        found = finders.find(path)
    except SuspiciousFileOperation:  # it leads out of the static files
        return None
    return Path(found) if isinstance(found, str) else None


def _address(path: str) -> str:
    file = find_script(path)
    return static(path) if file is None else f"{static(path)}?v={revision(file.read_bytes())}"
