"""The tables that devices write into, as values travel."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from catalog.models import Customer, Order, OrderLine, StockCount

Record = tuple[str, int]
Values = dict[str, Any]
Table = dict[Record, Values]

MODELS: dict[str, type[models.Model]] = {
    "LocalCustomer": Customer,
    "LocalOrder": Order,
    "LocalOrderLine": OrderLine,
    "LocalStockCount": StockCount,
}


def look() -> Table:
    """All rows there are, whoever may see them: by entity and key, values by name."""
    return {
        (entity, row.pk): {field.name: _value(row, field) for field in row._meta.concrete_fields}
        | {
            field.name: sorted(getattr(row, field.name).values_list("pk", flat=True))
            for field in row._meta.many_to_many
        }
        for entity, model in MODELS.items()
        for row in model._default_manager.all()
    }


def _value(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, Decimal):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, datetime.date) else value


def _keys(row: models.Model, name: str) -> list[Any]:
    return sorted(getattr(row, name).values_list("pk", flat=True))
