"""What hooks of an entity are given: the change that a device asks for."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from syncapi.entities import LocalEntity, User

Op = Literal["create", "update", "delete"]


@dataclass(frozen=True)
class Change:
    """A change of one record, as an entity's hooks see it.

    - `values`: by attribute, validated Python values of what changed; of a create all that was given.
    - `made_at`: when the person did it, by the device's clock, or None: to be read by people, decides nothing.
    """

    entity: LocalEntity
    op: Op
    user: User
    replica: uuid.UUID
    values: Mapping[str, Any]
    made_at: datetime.datetime | None


@dataclass(frozen=True)
class Conflict:
    """A record that somebody else changed while the device was away, before a person is asked.

    `base`, `mine`, `theirs`: by conflicting attribute, Python values: what the edit began on, what the device wants,
    and what the record has now. `instance`: the record as it is now, locked.
    """

    change: Change
    instance: Any
    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
