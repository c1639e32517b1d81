"""`python -m bench.tracking [--rows N]`: what triggers cost an application's own writes.

The same `QuerySet.update()` of all products of the demo catalogue, in one process and one database, by turns without
and with triggers (installed as for its offline app): of a column that devices carry, and of one that nobody watches.
Median of five. Bounds: four times untracked for a watched column, twice for an unwatched one. With DATABASE_URL of a
PostgreSQL server a database of its own is made there, else a file of SQLite.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RUNS = 5
BOUNDS = {"watched": 4.0, "unwatched": 2.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)):
        fill(rows)
        for name, update in {"watched": watched, "unwatched": unwatched, "delete": delete}.items():
            measure(name, update)


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """A new one, migrated and empty."""
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")
    os.environ["DEBUG"] = "false"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.development")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if connection.vendor == "postgresql":
        own = f"bench_tracking_{os.getpid()}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {own}")
        connection.close()
        default, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], own
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        if connection.vendor == "postgresql":
            connection.settings_dict["NAME"] = default
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {own}")


def fill(rows: int) -> None:
    from catalog.models import Category, Product
    from syncapi.tracking.install import remove

    remove()
    categories = [Category.objects.create(code=f"c{number}", name=f"Category {number}") for number in range(20)]
    Product.objects.bulk_create(
        (
            Product(
                sku=f"SKU-{number:06}",
                name=f"A product of the catalogue, number {number}",
                category=categories[number % len(categories)],
                quantity_per_unit="12 boxes of 500 g",
                unit_price=number % 1000,
                picture=f"catalog/products/{number}.webp",
            )
            for number in range(rows)
        ),
        batch_size=2000,
    )


def watched() -> None:
    from django.db.models import F

    from catalog.models import Product

    Product.objects.update(unit_price=F("unit_price") + 1)


def unwatched() -> None:
    from django.db.models import F

    from catalog.models import Product

    Product.objects.update(reorder_level=F("reorder_level") + 1)


def delete() -> None:
    """And back, so that there is something to delete the next time."""
    from django.db import transaction

    from catalog.models import Product

    with transaction.atomic():
        Product.objects.all()._raw_delete("default")
        transaction.set_rollback(True)


def measure(name: str, update: Callable[[], None]) -> None:
    from django.db import connection

    from syncapi.tracking.install import install, remove
    from syncapi.tracking.watched import Watched

    required = {"catalog_product": Watched("catalog_product", "id", frozenset(CARRIED))}
    preparations: dict[str, Callable[[], object]] = {"without": remove, "with": lambda: install(required)}
    times: dict[str, list[float]] = {kind: [] for kind in preparations}
    update()
    for _ in range(RUNS):
        for kind, prepare in preparations.items():
            prepare()
            settle()
            begun = time.perf_counter()
            update()
            times[kind].append(time.perf_counter() - begun)
    plain, tracked = (statistics.median(times[kind]) for kind in ("without", "with"))
    bound = f"  bound {BOUNDS[name]:.1f} ×" if name in BOUNDS else ""
    print(f"{connection.vendor:<11}{name:<10}{plain:7.3f} s → {tracked:7.3f} s  {tracked / plain:5.2f} ×{bound}")


CARRIED = ("sku", "name", "unit_price", "quantity_per_unit", "units_in_stock", "discontinued", "category_id", "picture")


def settle() -> None:
    """Nobody pays for what ran before."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM catalog_product")
            cursor.execute("VACUUM syncapi_change")


if __name__ == "__main__":
    main()
