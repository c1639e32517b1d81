"""What an answer says about the parts of a snapshot."""

from __future__ import annotations

from typing import Any

from syncapi.segments.manifest import Manifest

PARTS = "snapshot"
"""The mode."""


def listed(manifest: Manifest) -> dict[str, Any]:
    """Keys of the `entity` message about all parts together, and nothing beside them."""
    return {
        "parts": len(manifest.parts),
        "total": manifest.rows,
        "size": manifest.size,
        "packed": manifest.packed,
        "fingerprint": manifest.fingerprint,
        "segments": 0,
        "gaps": 0,
    }
