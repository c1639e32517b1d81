"""`manage.py seedcatalog --products N`"""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from catalog.management.progress import progress_bars
from catalog.models import Product
from catalog.seeding import seed_catalogue
from syncapi.tasks import prepare_pictures_soon


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 7:
        raise ArgumentTypeError(f"“{text}” is not a number from 0 to 9999999")
    return int(text)


class Command(BaseCommand):
    """Makes products in a tree of categories, with suppliers and drawn pictures.

    The same number and seed always give the same rows and pictures. Run again with a larger number it adds the
    difference; it never changes or doubles what is there. Another seed adds other products.
    """

    help = "Make N products with categories, suppliers and pictures; the same ones for the same seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=_count, required=True, metavar="N", help="How many there shall be.")
        parser.add_argument("--seed", type=_count, default=1, metavar="S", help="Which products (default: 1).")
        parser.add_argument("--if-empty", action="store_true", help="Do nothing if there is any product already.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and Product.objects.exists():
            self.stdout.write("There are products already; nothing was made.")
            return
        with progress_bars() as start:
            seeded = seed_catalogue(options["products"], options["seed"], start("Making", options["products"]))
        if seeded.pictures_drawn:
            prepare_pictures_soon()
        self.stdout.write(
            f"Products: {seeded.created} made, {seeded.present} there already. Pictures: {seeded.pictures_drawn} drawn."
        )
