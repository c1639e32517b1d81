"""Seeding: always the same, never twice, hands off what is not its own."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Category, Product, Supplier
from catalog.seeding import seed_catalogue
from catalog.seeding.drawing import VARIATIONS, Recipe, draw
from catalog.seeding.shelves import shelves

Files = Callable[[], dict[str, bytes]]

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[Any, ...]]:
    """The seeded catalogue without its keys."""
    products = Product.objects.order_by("sku").values_list(
        "sku", "name", "category__code", "supplier__code", "unit_price", "units_in_stock", "discontinued", "picture"
    )
    categories = Category.objects.order_by("code").values_list("code", "name", "parent__code", "picture")
    return [*products, *categories, *Supplier.objects.order_by("code").values_list("code", "company_name")]


def test_the_same_seed_gives_the_same_rows_and_pictures(stored: Files, media: Path) -> None:
    seed_catalogue(150, seed=7)
    first_rows, first_files = rows(), stored()
    Product.objects.all().delete()
    for category in Category.objects.order_by("-pk"):  # children were made after their parents
        category.delete()
    shutil.rmtree(media)

    seed_catalogue(150, seed=7)

    assert rows() == first_rows
    assert stored() == first_files


def test_a_recipe_gives_the_same_bytes_each_time() -> None:
    recipe = Recipe("jar", 40, 3)
    assert draw(recipe) == draw(recipe) != draw(Recipe("jar", 40, 4))


def test_another_seed_gives_other_products() -> None:
    seed_catalogue(20, seed=1)
    seed_catalogue(20, seed=2)

    assert Product.objects.count() == 40
    names = [
        list(Product.objects.filter(sku__startswith=f"S{seed}-").values_list("name", flat=True)) for seed in (1, 2)
    ]
    assert names[0] != names[1]


def test_seeding_again_adds_only_what_is_missing(stored: Files) -> None:
    seed_catalogue(30, seed=1)
    edited = Product.objects.earliest("pk")
    edited.name = "A name of my own"
    edited.save()
    own = Product.objects.create(sku="MINE-1", name="Mine")
    before = {product["sku"]: product for product in Product.objects.values()}

    seeded = seed_catalogue(50, seed=1)

    assert (seeded.created, seeded.present) == (20, 30)
    assert Product.objects.count() == 51
    assert {sku: Product.objects.filter(sku=sku).values()[0] for sku in before} == before
    assert own.sku in before
    files = stored()
    assert seed_catalogue(10, seed=1).created == 0
    assert Product.objects.count() == 51
    assert stored() == files


def test_the_tree_has_three_levels_and_products_at_its_leaves() -> None:
    seed_catalogue(120, seed=1)

    assert Category.objects.filter(parent__parent__isnull=False).exists()
    assert not Category.objects.filter(parent__parent__parent__isnull=False).exists()
    assert not Product.objects.filter(category__children__isnull=False).exists()
    assert Product.objects.filter(name__contains="é").exists()
    for product in Product.objects.all():
        product.full_clean()
    for category in Category.objects.all():
        category.full_clean()


def test_pictures_are_few_and_shared(stored: Files) -> None:
    seed_catalogue(2000, seed=1)

    recipes = {(shelf.package, shelf.hue) for shelf in shelves() if shelf.goods}
    assert len(stored()) <= len(recipes) * VARIATIONS + Category.objects.count()
    assert set(Product.objects.values_list("picture", flat=True)) <= set(stored())
    assert max(map(len, stored().values())) < 10_000


def test_the_command_says_what_it_did() -> None:
    out = io.StringIO()
    call_command("seedcatalog", products=5, stdout=out)
    call_command("seedcatalog", products=5, if_empty=True, stdout=out)

    first, second = out.getvalue().splitlines()
    assert first.startswith("Products: 5 made, 0 there already. Pictures: ")
    assert second == "There are products already; nothing was made."


@pytest.mark.parametrize("number", ["-1", "many", "1.5"])
def test_a_number_of_products_is_a_number(number: str) -> None:
    with pytest.raises(CommandError, match="is not a number from 0 to 9999999"):
        call_command("seedcatalog", f"--products={number}")


def test_if_empty_makes_them_when_there_are_none() -> None:
    call_command("seedcatalog", products=3, if_empty=True, verbosity=0, stdout=io.StringIO())
    assert Product.objects.count() == 3
