"""What administrators see of syncing: devices, their syncs, change tracking. Importing this package registers it."""

from syncapi.admin.devices import ReplicaAdmin
from syncapi.admin.pulls import PullAdmin

__all__ = ["PullAdmin", "ReplicaAdmin"]
