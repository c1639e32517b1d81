"""Brings the rows of one table up to date in a few statements."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import models

from catalog.importing.picture_files import PictureFiles
from catalog.importing.report import Counts

BATCH = 500
Row = dict[str, Any]


def upsert(
    model: type[models.Model],
    natural: Sequence[str],
    rows: Sequence[Row],
    pictures: PictureFiles,
    *,
    on_create: Callable[[], Mapping[str, Any]] = dict,
    progress: Callable[[int], object],
) -> tuple[Counts, list[Any]]:
    """Create the rows that are new, update those that differ, leave the others alone.

    Args:
        natural: fields that identify a row; they have a unique constraint together.
        rows: values by field name (of a foreign key: the key). All rows have the same fields, `natural` among them.
        on_create: further values of a row that is created, asked for each one.

    Returns:
        What was done, and the primary key of each row in the order of `rows`; it is None for a new row of a table
        that has nothing but its natural key.
    """
    counts = Counts()
    keys: list[Any] = []
    for batch in _batches(rows):
        names = [name for name in batch[0] if name not in natural]
        existing = _existing(model, natural, names, batch)
        instances: list[models.Model | None] = []
        for row in batch:
            found = existing.get(_identity(natural, row))
            values = _with_pictures(model, row, found or {}, pictures)
            if found is None:
                counts.created += 1
                instances.append(_instance(model, {**values, **on_create()}))
            elif any(found[name] != values[name] for name in names):
                counts.updated += 1
                instances.append(_instance(model, values))
            else:
                counts.unchanged += 1
                instances.append(None)
        _write(model, natural, names, [instance for instance in instances if instance])
        for row, instance in zip(batch, instances, strict=True):
            found = existing.get(_identity(natural, row))
            keys.append(found["pk"] if found else instance and instance.pk)
        progress(len(batch))
    return counts, keys


def _batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _identity(natural: Sequence[str], row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in natural)


def _existing(
    model: type[models.Model], natural: Sequence[str], names: Sequence[str], batch: Sequence[Row]
) -> dict[tuple[Any, ...], Row]:
    """The rows of the database that the batch may be about, by natural key."""
    among = {f"{name}__in": {row[name] for row in batch} for name in natural}
    found = model._default_manager.filter(**among).order_by().values("pk", *natural, *names)
    return {_identity(natural, row): row for row in found}


def _with_pictures(model: type[models.Model], row: Row, found: Mapping[str, Any], pictures: PictureFiles) -> Row:
    """The row with its pictures in storage, by name."""
    values = dict(row)
    for name, value in row.items():
        field = model._meta.get_field(name)
        if isinstance(field, models.FileField):
            values[name] = pictures.put(field, found.get(name) or "", value)
    return values


def _instance(model: type[models.Model], values: Row) -> models.Model:
    return model(**{_attname(model, name): value for name, value in values.items()})


def _attname(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field.attname


def _write(
    model: type[models.Model], natural: Sequence[str], names: Sequence[str], instances: list[models.Model]
) -> None:
    """Upsert: should another process have made the same row meanwhile, it is updated, not made twice."""
    if names:
        model._default_manager.bulk_create(instances, update_conflicts=True, unique_fields=natural, update_fields=names)
    else:
        model._default_manager.bulk_create(instances, ignore_conflicts=True)
