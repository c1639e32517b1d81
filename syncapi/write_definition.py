"""What the definition of an entity says about writing it (decision 0029); nothing of one that devices do not write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from syncapi.attributes import Attribute
from syncapi.constraints import default, is_required, limits
from syncapi.inlines import pointing
from syncapi.writable import old_names, target_of, writable_columns

if TYPE_CHECKING:
    from syncapi.entities import LocalEntity, User


def permissions(entity: LocalEntity, user: User) -> dict[str, Any]:
    """What `user` may do with its records, as far as that is not for each record to say."""
    if entity.is_on_device_only() or not entity.pattern.writable:
        return {}
    return {
        "writable": {
            "create": bool(entity.has_add_permission(user)),
            "update": bool(entity.has_change_permission(user)),
            "delete": bool(entity.has_delete_permission(user)),
        }
    }


class WriteDefinition:
    """The same for everybody who has `others`, the entities that its relations may lead to."""

    def __init__(self, entity: LocalEntity, others: Mapping[str, LocalEntity]) -> None:
        self._entity = entity
        self._others = others
        self._columns = {column.name for column in writable_columns(entity)}
        self._old: dict[str, list[str]] = {}
        if self._columns:
            for old, name in old_names(entity).items():
                self._old.setdefault(name, []).append(old)

    def of(self, column: Attribute) -> dict[str, Any]:
        """What forms need of an attribute that people may change; of every one the names that it had."""
        told: dict[str, Any] = {"was": sorted(self._old[column.name])} if column.name in self._old else {}
        if not self._is_editable(column):
            return told
        told |= {"editable": True, **limits(column.field), **default(column.field)}
        if is_required(column.field):
            told["required"] = True
        if help_text := str(column.field.help_text):
            told["help_text"] = help_text
        return told

    def inlines(self) -> dict[str, Any]:
        """Those of `inlines` that the person has; what cannot be one is told by check `syncapi.E034`."""
        named = [self._others[name] for name in self._entity.inlines if name in self._others] if self._columns else []
        found = [
            {"entity": child.name, "relation": relations[0].name}
            for child in named
            if not child.is_on_device_only() and len(relations := pointing(child, self._entity)) == 1
        ]
        return {"inlines": found} if found else {}

    def _is_editable(self, column: Attribute) -> bool:
        if column.name not in self._columns:
            return False
        if not column.field.is_relation:
            return True
        target = target_of(self._entity, column)
        return target is not None and target.name in self._others
