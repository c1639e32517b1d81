"""For your own tests: a device that syncs in memory (`docs/testing.md`). Nothing here is used in production."""

from syncapi.testing.device import FakeDevice
from syncapi.testing.edits import Edit
from syncapi.testing.errors import ProtocolViolation, SyncCut, SyncRefused
from syncapi.testing.result import Call, EntityResult, SyncResult

__all__ = ["Call", "Edit", "EntityResult", "FakeDevice", "ProtocolViolation", "SyncCut", "SyncRefused", "SyncResult"]
