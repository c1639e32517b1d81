"""Scripts of an app's own, which its pages load and its service worker keeps.

Their addresses change with what is in the files, also where the storage of static files puts no hash into them. A file
that is not found is told by checks pwa.E002 and pwa.E003, and has its plain address.
"""

import re
from pathlib import Path
from urllib.parse import urljoin

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.templatetags.static import static

from pwa.build import revision
from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity

SCREENS = {"list": "list_screen", "detail": "detail_screen"}
"""The screens that an entity can replace, and the option that does."""
RELATIVE = re.compile(r"""^\s*(?:import|export)\b[^;'"]*["'](\.{1,2}/[^"'?#]+)["']""", re.MULTILINE)


def on_sync_script(app: OfflineApp) -> str | None:
    """The address of the app's own `onSync`; None where there is none."""
    return _address(app.on_sync) if app.on_sync else None


def own_screens(app: OfflineApp) -> dict[str, dict[str, str]]:
    """Addresses of the screens that are the app's own, by entity and screen; what is generated is absent."""
    screens = {name: _screens(entity) for name, entity in app.declared_entities.items()}
    return {name: addresses for name, addresses in screens.items() if addresses}


def own_scripts(app: OfflineApp) -> list[str]:
    """The addresses of all of them, each once."""
    on_sync = on_sync_script(app)
    screens = [address for addresses in own_screens(app).values() for address in addresses.values()]
    return list(dict.fromkeys([*([on_sync] if on_sync else []), *screens]))


def imported_scripts(app: OfflineApp) -> dict[str, str]:
    """Addresses of what an app's own scripts import from files of the project, and revisions of what is in them.

    Browsers take an import from where the importing script says it is, so that these addresses never change.
    """
    found: dict[str, str] = {}
    screens = [getattr(entity, option) for entity in app.declared_entities.values() for option in SCREENS.values()]
    waiting = [(path, static(path)) for path in [app.on_sync, *screens] if path]
    while waiting:
        path, address = waiting.pop()
        file = find_script(path)
        if file is None:
            continue
        for specifier in RELATIVE.findall(file.read_text(errors="replace")):
            beside, there = (urljoin(f"/{path}", specifier).lstrip("/"), urljoin(address, specifier))
            imported = find_script(beside)
            if imported is not None and there not in found:
                found[there] = revision(imported.read_bytes())
                waiting.append((beside, there))
    return found


def find_script(path: str) -> Path | None:
    """The file of a static path; None where there is none."""
    try:
        found = finders.find(path)
    except SuspiciousFileOperation:  # it leads out of the static files
        return None
    return Path(found) if isinstance(found, str) else None


def is_script(path: object) -> bool:
    """Whether it is the path of a JavaScript file among the static files."""
    return isinstance(path, str) and path.endswith(".js") and find_script(path) is not None


def _screens(entity: LocalEntity) -> dict[str, str]:
    return {screen: _address(path) for screen, option in SCREENS.items() if (path := getattr(entity, option))}


def _address(path: str) -> str:
    file = find_script(path)
    return static(path) if file is None else f"{static(path)}?v={revision(file.read_bytes())}"
