"""Which fields hold the pictures that devices carry, and which names are in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import Storage
from django.db import models

from syncapi.registry import registry


@dataclass(frozen=True)
class Source:
    """A field of pictures that some app declares as an attribute."""

    model: type[models.Model]
    field: models.FileField

    @property
    def storage(self) -> Storage:
        return self.field.storage

    def names(self) -> Iterator[str]:
        """The names in use, each once."""
        return self._values().order_by(self.field.name).distinct().iterator(chunk_size=2000)

    def among(self, names: Sequence[str]) -> set[str]:
        """Those of these names that are in use."""
        return set(self._values().filter(**{f"{self.field.name}__in": names}))

    def _values(self) -> models.QuerySet[Any, str]:
        rows: Any = self.model._base_manager.exclude(**{self.field.name: ""})
        names: models.QuerySet[Any, str] = rows.exclude(**{self.field.name: None}).values_list(
            self.field.name, flat=True
        )
        return names


def picture_sources() -> list[Source]:
    """The fields of all picture attributes of all apps, each once."""
    fields = [
        column.field
        for app in registry.apps.values()
        for entity in app.entities.values()
        for column in entity.columns
        if column.type.name == "picture"
    ]
    return [Source(field.model, field) for field in dict.fromkeys(fields) if isinstance(field, models.FileField)]


def by_storage(sources: Iterable[Source]) -> list[tuple[Storage, list[Source]]]:
    """Fields that keep their files in the same place, together."""
    grouped: list[tuple[Storage, list[Source]]] = []
    for source in sources:
        for storage, group in grouped:
            if storage is source.storage or storage == source.storage:
                group.append(source)
                break
        else:
            grouped.append((source.storage, [source]))
    return grouped
