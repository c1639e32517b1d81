"""Inserting many rows of the framework's own tables in one statement, without a model instance for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection, models


def insert_many(
    model: type[models.Model],
    same: Mapping[str, Any],
    names: Sequence[str],
    rows: Collection[Sequence[Any]],
    *,
    ignore_conflicts: bool = False,
) -> None:
    """No statement without rows.

    :param same: values of the fields, by name, that are the same in all rows. `names`: the other fields; their values
        are in `rows`, in this order.
    :param ignore_conflicts: leaves out rows that the table has already, by what must be unique.
    """
    if not rows:
        return
    fields = [model._meta.get_field(name) for name in (*same, *names)]
    prepare = [field.get_db_prep_save for field in fields]  # type: ignore[union-attr]
    shared = [prepare[place](value, connection) for place, value in enumerate(same.values())]
    own = prepare[len(shared) :]
    prepared = [(*shared, *[one(value, connection) for one, value in zip(own, row, strict=True)]) for row in rows]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)  # type: ignore[union-attr]
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
            values = [list(column) for column in zip(*prepared, strict=True)]
            cursor.execute(f"{into} SELECT * FROM unnest({arrays}){end}", values)  # noqa: S608 (our own names)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"{into} VALUES ({places}){end}", prepared)
