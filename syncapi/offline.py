"""What a project's own `offline.py` imports: `from syncapi import offline`."""

from syncapi.actions import ActionCall, action
from syncapi.applications import OfflineApp
from syncapi.appsettings.sync_settings import SyncSettings
from syncapi.computed import attribute
from syncapi.entities import LocalEntity
from syncapi.errors import Refused
from syncapi.patterns import ReadOnly, ReadOnlyOptimized, ReadWrite, ReadWriteWithConflictDetection
from syncapi.pull.phases import Answer, Changes, Pull
from syncapi.push.change import Change, Conflict
from syncapi.push.phases import Conflicts, Outcome, Push
from syncapi.push.serializers import EntitySerializer

__all__ = [
    "ActionCall",
    "Answer",
    "Change",
    "Changes",
    "Conflict",
    "Conflicts",
    "EntitySerializer",
    "LocalEntity",
    "OfflineApp",
    "Outcome",
    "Pull",
    "Push",
    "ReadOnly",
    "ReadOnlyOptimized",
    "ReadWrite",
    "ReadWriteWithConflictDetection",
    "Refused",
    "SyncSettings",
    "action",
    "attribute",
]
