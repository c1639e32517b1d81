"""Rows as they are rendered, by the database and by Python alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models

from syncapi.entities import LocalEntity
from syncapi.keys import in_key_order
from syncapi.pull import python_rows, rendering
from syncapi.registry import registry


def entity(model: type[models.Model], *attributes: str, **options: Any) -> LocalEntity:
    declared = type("Local", (LocalEntity,), {"model": model, "attributes": attributes, **options})
    made: LocalEntity = declared(registry.get("wire"))
    return made


@contextmanager
def by_python_alone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "database_text", lambda entity, columns, using: None)
        yield


@contextmanager
def counting_python() -> Iterator[list[Any]]:
    """The keys of the rows that Python renders inside."""
    keys: list[Any] = []
    render = python_rows.rendered_row

    def noting_key(entity: LocalEntity, row: Sequence[Any]) -> python_rows.Rendered:
        keys.append(row[0])
        return render(entity, row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(python_rows, "rendered_row", noting_key)
        yield keys


def outcome(local: LocalEntity, queryset: Any = None) -> Any:
    """Keys and texts; or how it fails, which with values that Django itself cannot read it does."""
    queryset = in_key_order(local.model._default_manager.all(), local) if queryset is None else queryset
    try:
        return list(rendering.rendered(local, queryset))
    except Exception as error:  # noqa: BLE001 (any will do, if it is the same)
        return type(error)


def assert_same(local: LocalEntity, queryset: Any = None) -> Any:
    found = outcome(local, queryset)
    with by_python_alone():
        assert found == outcome(local, queryset)
    return found
