"""Some stock counts, so that people in the field see what one looks like."""

import datetime
from collections.abc import Sequence

from catalog.models import Product, StockCount

PLACES = ("A-01", "A-02", "B-07", "Van")
COUNTS = 12
FIRST = datetime.datetime(2026, 3, 2, 7, 30, tzinfo=datetime.UTC)


def make_demo_counts(counters: Sequence[int]) -> None:
    """Make counts, always the same, of the first products there are, by these users (keys) in turn."""
    products = list(Product.objects.filter(discontinued=False).order_by("sku")[:COUNTS])
    StockCount.objects.bulk_create(
        StockCount(
            product=product,
            place=PLACES[number % len(PLACES)],
            # Mostly what the catalogue says; now and then something was broken, or found.
            counted=max(0, product.units_in_stock + (number % 3 - 1) * (number % 4)),
            counted_at=FIRST + datetime.timedelta(minutes=7 * number),
            counted_by_id=counters[number % len(counters)],
        )
        for number, product in enumerate(products)
    )
