"""`python -m bench.pull [--products N]`: what a sync of the catalogue costs the server, beside a plain DRF endpoint.

Same rows, same attributes, same database, one process, no network: the time until the last byte is made, uncompressed.
DRF serves pages of 1,000 with `ModelSerializer` and `select_related`, as its documentation recommends. Three runs each,
in turn; the median counts.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 3
PAGE = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20_000)
    products = parser.parse_args().products
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), products)
        cases = {
            "first sync": lambda: ours({}),
            "sync without changes": unchanged(),
            "DRF, all pages": drf,
        }
        times: dict[str, list[float]] = {name: [] for name in cases}
        sizes: dict[str, int] = {}
        for _ in range(RUNS):
            for name, case in cases.items():
                begun = time.perf_counter()
                sizes[name] = case()
                times[name].append(time.perf_counter() - begun)
        floor = statistics.median(times["DRF, all pages"])
        print(f"{products} products, {os.environ['DATABASE_URL'].partition(':')[0]}")
        for name, measured in times.items():
            median = statistics.median(measured)
            print(f"{name:<22}{median:8.2f} s  {sizes[name] / 1e6:8.2f} MB  {floor / median:6.1f} × DRF")


def prepare(folder: Path, products: int) -> None:
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    os.environ["DEBUG"] = "false"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.development")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seedcatalog", "--products", str(products))


def ours(cursors: dict[str, str]) -> int:
    """One sync through the phases, without HTTP; returns bytes."""
    from django.contrib.auth.models import AnonymousUser

    from syncapi.registry import registry
    from syncapi.sync import SyncRequest, sync

    request = SyncRequest(registry.get("catalog"), AnonymousUser(), "anonymous", "none", "prices", None, cursors)
    answer = sync(request)
    size = sum(len(chunk) for chunk in answer)
    answer.close()
    return size


def unchanged() -> Callable[[], int]:
    from django.contrib.auth.models import AnonymousUser

    from syncapi.registry import registry
    from syncapi.sync import SyncRequest, sync

    app = registry.get("catalog")
    answer = sync(SyncRequest(app, AnonymousUser(), "anonymous", "none", "prices", None, {}))
    cursors = {entity.message["entity"]: entity.message["cursor"] for entity in answer.pulled}
    answer.close()
    return lambda: ours(cursors)


def drf() -> int:
    from rest_framework import serializers
    from rest_framework.renderers import JSONRenderer

    from catalog.models import Product

    class ProductSerializer(serializers.ModelSerializer[Product]):
        category_name = serializers.CharField(source="category.name")
        supplier_name = serializers.CharField(source="supplier.company_name")
        category_picture = serializers.CharField(source="category.picture")

        class Meta:
            model = Product
            fields: Any = [
                *("id", "sku", "name", "unit_price", "quantity_per_unit", "units_in_stock", "discontinued", "category"),
                *("category_name", "supplier_name", "category_picture", "picture"),
            ]

    size = 0
    queryset = Product.objects.select_related("category", "supplier").order_by("pk")
    last = 0
    while page := list(queryset.filter(pk__gt=last)[:PAGE]):
        size += len(JSONRenderer().render(ProductSerializer(page, many=True).data))
        last = page[-1].pk
    return size


if __name__ == "__main__":
    main()
