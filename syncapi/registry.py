"""Finds the offline apps of a project: `OfflineApp`s assigned in the `offline.py` of installed apps."""

import sys

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from syncapi.applications import OfflineApp
from syncapi.errors import UnknownApp


class Registry:
    """All offline apps, by name. The first of a name wins; check `syncapi.E010` reports the others."""

    def __init__(self) -> None:
        self.declared: list[OfflineApp] = []

    def discover(self) -> None:
        """Imports every installed app's `offline` module and collects what they declare."""
        autodiscover_modules("offline")
        self.declared = []
        for config in apps.get_app_configs():
            module = sys.modules.get(f"{config.name}.offline")
            for value in vars(module).values() if module else ():
                if isinstance(value, OfflineApp) and not any(value is known for known in self.declared):
                    self.declared.append(value)

    @property
    def apps(self) -> dict[str, OfflineApp]:
        """In the order they were declared."""
        found: dict[str, OfflineApp] = {}
        for app in self.declared:
            found.setdefault(app.name, app)
        return found

    def get(self, name: str) -> OfflineApp:
        """:raises UnknownApp: no app of that name is declared."""
        try:
            return self.apps[name]
        except KeyError:
            raise UnknownApp from None


registry = Registry()
