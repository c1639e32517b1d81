"""What a project's own `offline.py` imports: `from syncapi import offline`."""

from syncapi.applications import OfflineApp
from syncapi.appsettings.sync_settings import SyncSettings
from syncapi.entities import LocalEntity
from syncapi.patterns import ReadOnly, ReadOnlyOptimized

__all__ = ["LocalEntity", "OfflineApp", "ReadOnly", "ReadOnlyOptimized", "SyncSettings"]
