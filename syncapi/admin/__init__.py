"""What administrators set of apps, and see of syncing: devices, their syncs, their changes, change tracking.

Importing this package registers it. `ShowsDeviceChanges` is for a project's own page of a user.
"""

from syncapi.admin.app_settings import AppSettingsAdmin
from syncapi.admin.devices import ReplicaAdmin
from syncapi.admin.people import ShowsDeviceChanges
from syncapi.admin.pulls import PullAdmin
from syncapi.admin.pushed import PushedChangeAdmin
from syncapi.admin.tracking import ChangeTrackingAdmin

__all__ = [
    "AppSettingsAdmin",
    "ChangeTrackingAdmin",
    "PullAdmin",
    "PushedChangeAdmin",
    "ReplicaAdmin",
    "ShowsDeviceChanges",
]
