"""`python -m bench.pull [--products N …]`: what a sync of the catalogue costs the server, beside a plain DRF endpoint.

Same rows, same attributes, same database, one process, no network: the time until the last byte is made, uncompressed.
DRF serves pages of 1,000 with `ModelSerializer` and `select_related`, as its documentation recommends. Five runs each,
in turn; the median counts. The first device of a scope has the snapshot made, which the second finds; both get a list
of parts. One part is fetched from Django's test client. The last column says how many times as long the largest
catalogue takes as the smallest: what costs as much as changed, and not as much as exists, stays near 1.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RUNS = 5
PAGE = 1000
CHANGED = 100  # rows of a delta

Case = Callable[[], int]  # returns bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[10_000, 100_000])
    sizes = sorted(parser.parse_args().products)
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        measured = [measure(products) for products in sizes]
    print(os.environ["DATABASE_URL"].partition(":")[0])
    print(f"{'products':<24}" + "".join(f"{products:>34,}" for products in sizes) + f"{'ratio':>10}")
    for name in measured[0]:
        print(f"{name:<24}" + "".join(column(one, name) for one in measured) + ratio(measured, name))


def column(measured: dict[str, tuple[float, int]], name: str) -> str:
    seconds, size = measured[name]
    floor, _ = measured["DRF, all pages"]
    return f"{seconds * 1e3:10,.1f} ms{size / 1e6:8.3f} MB{floor / seconds:6,.0f} × DRF"


def ratio(measured: list[dict[str, tuple[float, int]]], name: str) -> str:
    return f"{measured[-1][name][0] / measured[0][name][0]:10.1f}"


def measure(products: int) -> dict[str, tuple[float, int]]:
    """Median time in seconds and bytes of each case, with so many products in the database."""
    from django.core.management import call_command

    call_command("seedcatalog", "--products", str(products))
    device = Device()
    device.sync()
    fetching = Device()
    cases: dict[str, tuple[Callable[[], object], Case]] = {
        "first device": (clear, lambda: Device().sync()),
        "second device": (nothing, lambda: Device().sync()),
        "one part": (fetching.sync_anew, lambda: fetching.fetch(fetching.parts()[0])),
        f"after {CHANGED} changes": (change, lambda: Device().sync()),
        "poll without changes": (device.sync, device.sync),
        f"delta of {CHANGED} rows": (change, device.sync),
        "all rows, rendered anew": (nothing, render),
        "DRF, all pages": (nothing, drf),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    sizes: dict[str, int] = {}
    for _ in range(RUNS):
        for name, (before, case) in cases.items():
            before()
            begun = time.perf_counter()
            sizes[name] = case()
            times[name].append(time.perf_counter() - begun)
    return {name: (statistics.median(all_of), sizes[name]) for name, all_of in times.items()}


def prepare(folder: Path) -> None:
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    os.environ["DEBUG"] = "false"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.development")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


class Device:
    """Syncs the products through the phases, without HTTP, and keeps the cursor and the list of parts."""

    def __init__(self) -> None:
        self._cursors: dict[str, str] = {}
        self._parts: list[str] = []

    def parts(self) -> list[str]:
        """Sums of the parts that the last sync listed."""
        return self._parts

    def sync_anew(self) -> int:
        """As a device that has nothing."""
        self._cursors.clear()
        return self.sync()

    def fetch(self, part: str) -> int:
        """A part, by its address; returns bytes, compressed."""
        from django.test import Client

        headers = {"Haversack-Protocol": "1", "Haversack-Definition": "none", "Haversack-User": "anonymous"}
        response = Client().get(
            f"/api/sync/catalog/segments/LocalProduct/{part}/",
            headers={**headers, "Haversack-Replica": "00000000-0000-4000-8000-000000000001", "Accept-Encoding": "gzip"},
        )
        assert response.status_code == 200
        return len(response.content)

    def sync(self) -> int:
        """One sync without its parts; returns bytes."""
        from django.contrib.auth.models import AnonymousUser

        from syncapi.registry import registry
        from syncapi.sync import SyncRequest, sync

        app = registry.get("catalog")
        answer = sync(SyncRequest(app, AnonymousUser(), "anonymous", "none", "prices", None, self._cursors))
        size = sum(len(chunk) for chunk in answer)
        self._cursors = {entity.message["entity"]: entity.message["cursor"] for entity in answer.pulled}
        self._parts = [part.sum for entity in answer.pulled if entity.parts for part in entity.parts.parts]
        answer.close()
        return size


def nothing() -> None:
    """Nothing happens before."""


def clear() -> None:
    """No snapshot is stored."""
    from syncapi.segments.cleaning import clear as clear_snapshots

    clear_snapshots()


def change() -> None:
    """Another price for `CHANGED` products, from all over the catalogue."""
    from django.db.models import F

    from catalog.models import Product

    keys = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    some = keys[:: len(keys) // CHANGED][:CHANGED]
    assert Product.objects.filter(pk__in=some).update(unit_price=F("unit_price") + 1) == CHANGED


def render() -> int:
    from syncapi.keys import in_key_order
    from syncapi.pull.rendering import rendered
    from syncapi.registry import registry

    entity = registry.get("catalog").entities["LocalProduct"]
    return sum(len(text) + 1 for _, text in rendered(entity, in_key_order(entity.rows(None), entity)))


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
