"""The seeded products themselves. Each depends on the seed and its own number only, so more can be added later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from catalog.seeding.drawing import VARIATIONS, Recipe
from catalog.seeding.shelves import Shelf
from catalog.seeding.words import MAKERS, QUALITIES, UNITS


@dataclass(frozen=True)
class ProductRow:
    """A product before it has keys: `category` and `maker` are the code and the index of what it belongs to."""

    sku: str
    name: str
    category: str
    maker: int
    quantity_per_unit: str
    unit_price: Decimal
    units_in_stock: int
    units_on_order: int
    reorder_level: int
    discontinued: bool
    recipe: Recipe


def sku(seed: int, number: int) -> str:
    """The SKU of a seeded product: nobody else's looks like it."""
    return f"S{seed}-{number:07}"


def product_rows(seed: int, first: int, count: int, shelves: Sequence[Shelf]) -> Iterator[ProductRow]:
    """The products numbered from `first`, one at a time. `shelves` are those with goods."""
    for number in range(first, first + count):
        yield _row(seed, number, shelves)


def _row(seed: int, number: int, shelves: Sequence[Shelf]) -> ProductRow:
    chance = Random(f"{seed}:{number}")  # noqa: S311 - plausible, not secret
    shelf = shelves[int(chance.random() * len(shelves))]
    maker = int(chance.random() * len(MAKERS))
    unit = chance.choice(UNITS[shelf.package])
    stock = int(chance.expovariate(1 / 60))
    reorder_level = chance.choice((0, 5, 10, 15, 20, 25, 30))
    return ProductRow(
        sku=sku(seed, number),
        name=_name(chance, shelf, MAKERS[maker][0]),
        category=shelf.code,
        maker=maker,
        quantity_per_unit=unit,
        unit_price=Decimal(int(chance.lognormvariate(6.6, 0.8)) + 49) / 100,
        units_in_stock=stock,
        units_on_order=chance.choice((20, 40, 60)) if stock < reorder_level and chance.random() < 0.6 else 0,
        reorder_level=reorder_level,
        discontinued=chance.random() < 0.03,
        recipe=Recipe(shelf.package, shelf.hue, int(chance.random() * VARIATIONS)),
    )


def _name(chance: Random, shelf: Shelf, maker: str) -> str:
    good, quality = chance.choice(shelf.goods), chance.choice(QUALITIES)
    pattern = int(chance.random() * 4)
    if pattern == 0:
        return f"{good}, {quality}"
    if pattern == 1:
        return f"{maker} {good}"
    if pattern == 2:
        return f"{maker} {good}, {quality}"
    return f"{good} no. {chance.randrange(2, 100)}, {quality}"
