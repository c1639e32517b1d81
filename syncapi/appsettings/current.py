"""What holds for an app now: its declaration, and what administrators set over it.

Read anew for each request, by one short query over the primary key: so that what was saved holds for every process at
once, and nothing has to be told to anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syncapi.appsettings.model import AppSettings, Orientation
from syncapi.appsettings.sync_settings import SyncSettings

if TYPE_CHECKING:
    from syncapi.applications import OfflineApp


@dataclass(frozen=True)
class CurrentSettings:
    """Texts are in the active language where they come from the declaration.

    `icon_version` changes whenever the icons do; `icon_uploaded` says that they are made from a picture.
    """

    title: str
    short_title: str
    theme_color: str
    background_color: str
    orientation: str
    icon_uploaded: bool
    icon_version: str
    sync: SyncSettings

    def on_the_wire(self) -> dict[str, Any]:
        """What the running app acts on (`docs/protocol.md`, Definition)."""
        return {"sync": self.sync.on_the_wire()}


def settings_of(app: OfflineApp) -> CurrentSettings:
    """What holds for `app` now. One query."""
    return _over(app, _rows([app]).get(app.name))


def settings_of_all(apps: Iterable[OfflineApp]) -> dict[str, CurrentSettings]:
    """The same for many apps, by name. One query."""
    apps = list(apps)
    rows = _rows(apps)
    return {app.name: _over(app, rows.get(app.name)) for app in apps}


def icon_of(app: OfflineApp) -> bytes | None:
    """The uploaded icon, a square PNG; None where the icon is drawn."""
    icon = AppSettings.objects.filter(pk=app.name).exclude(icon_version="").values_list("icon", flat=True).first()
    return None if icon is None else bytes(icon)  # PostgreSQL's driver gives a memoryview


def ensure_rows(apps: Iterable[OfflineApp]) -> None:
    """Makes the rows that are missing, as the apps declare their beginning. Safe to call at the same time."""
    apps = list(apps)
    present = set(AppSettings.objects.filter(pk__in=[app.name for app in apps]).values_list("pk", flat=True))
    missing = [AppSettings.first(app.name, app.sync_defaults) for app in apps if app.name not in present]
    if missing:
        AppSettings.objects.bulk_create(missing, ignore_conflicts=True)


def _rows(apps: list[OfflineApp]) -> dict[str, AppSettings]:
    return {row.app: row for row in AppSettings.objects.defer("icon").filter(pk__in=[app.name for app in apps])}


def _over(app: OfflineApp, row: AppSettings | None) -> CurrentSettings:
    row = row or AppSettings.first(app.name, app.sync_defaults)
    title = row.title or str(app.title)
    theme = row.theme_color or app.theme_color
    background = row.background_color or app.background_color
    seen = f"{row.icon_version}|{background}" if row.icon_version else f"{title}|{theme}"
    return CurrentSettings(
        title=title,
        short_title=row.short_title or row.title or str(app.short_title),
        theme_color=theme,
        background_color=background,
        orientation=Orientation(row.orientation).value,
        icon_uploaded=bool(row.icon_version),
        icon_version=hashlib.sha256(seen.encode()).hexdigest()[:12],
        sync=row.sync,
    )
