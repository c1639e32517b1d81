"""Seeding from beginning to end."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from posixpath import join

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models, reset_queries, transaction
from django.utils.text import slugify

from catalog.models import Category, Product, Supplier
from catalog.seeding.drawing import Recipe, draw
from catalog.seeding.rows import ProductRow, product_rows
from catalog.seeding.shelves import Shelf, shelves
from catalog.seeding.words import MAKERS

BATCH = 1000
FOLDER = "catalog/drawn"


@dataclass
class Seeded:
    """What seeding did."""

    created: int = 0
    present: int = 0
    pictures_drawn: int = 0


class PictureShelf:
    """Drawn pictures in one storage: each is drawn once, however many rows and runs want it."""

    def __init__(self, field: models.FileField) -> None:
        self.drawn = 0
        self._storage: Storage = field.storage
        self._names: dict[Recipe, str] = {}

    def name(self, recipe: Recipe) -> str:
        """The name in storage of what the recipe gives."""
        if recipe not in self._names:
            name = join(FOLDER, recipe.name)
            if not self._storage.exists(name):
                name = self._storage.save(name, ContentFile(draw(recipe)))
                self.drawn += 1
            self._names[recipe] = name
        return self._names[recipe]


def seed_catalogue(products: int, seed: int, progress: Callable[[int], object] = lambda rows: None) -> Seeded:
    """Make sure that the products numbered 1 to `products` of that seed are there, with all they need.

    Nothing that is already there is changed, whoever made it. Batches are committed one by one: memory stays
    bounded, and after an interruption the next run goes on.

    Args:
        products: how many, at least 0.
        seed: another seed makes other products, beside those of the first.
        progress: called with the number of products done since the last call.
    """
    seeded = Seeded()
    pictures = PictureShelf(_picture_field(Product))
    all_shelves = list(shelves())
    with transaction.atomic():
        categories = _categories(all_shelves, pictures)
        suppliers = _suppliers()
    rows = product_rows(seed, 1, products, [shelf for shelf in all_shelves if shelf.goods])
    while batch := list(islice(rows, BATCH)):
        known = set(Product.objects.filter(sku__in=[row.sku for row in batch]).values_list("sku", flat=True))
        fresh = [_product(row, categories, suppliers, pictures) for row in batch if row.sku not in known]
        Product.objects.bulk_create(fresh)
        seeded.created += len(fresh)
        seeded.present += len(known)
        progress(len(batch))
        reset_queries()  # with DEBUG on, Django keeps the text of every statement
    seeded.pictures_drawn = pictures.drawn
    return seeded


def _picture_field(model: type[models.Model]) -> models.FileField:
    field = model._meta.get_field("picture")
    assert isinstance(field, models.FileField)
    return field


def _categories(all_shelves: list[Shelf], pictures: PictureShelf) -> dict[str, int]:
    """Keys of the categories by code; missing ones are made, level by level as children need their parent's key."""
    keys = dict(Category.objects.filter(code__startswith="seed-").values_list("code", "pk"))
    first_leaf = _first_leaves(all_shelves)
    for shelf in all_shelves:
        if shelf.code not in keys:
            leaf = first_leaf[shelf.code]
            picture = pictures.name(Recipe(leaf.package, shelf.hue, 0))
            parent = keys[shelf.parent] if shelf.parent else None
            made = Category.objects.create(code=shelf.code, parent_id=parent, name=shelf.name, picture=picture)
            keys[shelf.code] = made.pk
    return keys


def _first_leaves(all_shelves: list[Shelf]) -> dict[str, Shelf]:
    """For each shelf, the first one at or below it that has goods: it lends its package to the picture."""
    found: dict[str, Shelf] = {}
    for shelf in reversed(all_shelves):  # children come before their parents, later ones are overwritten
        leaf = shelf if shelf.goods else found[shelf.code]
        found[shelf.code] = leaf
        found[shelf.parent] = leaf
    return found


def _suppliers() -> list[int]:
    """Keys of the suppliers in the order of `MAKERS`; missing ones are made."""
    codes = [f"seed-{slugify(name)}" for name, _city, _country in MAKERS]
    Supplier.objects.bulk_create(
        [
            Supplier(code=code, company_name=name, city=city, country=country)
            for code, (name, city, country) in zip(codes, MAKERS, strict=True)
        ],
        ignore_conflicts=True,
    )
    keys = dict(Supplier.objects.filter(code__in=codes).values_list("code", "pk"))
    return [keys[code] for code in codes]


def _product(row: ProductRow, categories: dict[str, int], suppliers: list[int], pictures: PictureShelf) -> Product:
    return Product(
        sku=row.sku,
        name=row.name,
        category_id=categories[row.category],
        supplier_id=suppliers[row.maker],
        quantity_per_unit=row.quantity_per_unit,
        unit_price=row.unit_price,
        units_in_stock=row.units_in_stock,
        units_on_order=row.units_on_order,
        reorder_level=row.reorder_level,
        discontinued=row.discontinued,
        picture=pictures.name(row.recipe),
    )
