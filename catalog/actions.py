"""What the demo apps can ask the server to do, when there is a network."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.models import Product
from syncapi import offline


@dataclass
class Stock:
    """Of one product, at the moment of the answer."""

    units_in_stock: int
    units_on_order: int
    discontinued: bool


@offline.action
def stock_now(call: offline.ActionCall, product: int) -> Stock:
    """What is in stock at this moment; the catalogue on a device may be hours old.

    `product`: its primary key. Refused with `no_such_product` where it is gone.
    """
    found = Product.objects.filter(pk=product).first()
    if found is None:
        raise offline.Refused(_("This product is no longer in the catalogue."), code="no_such_product")
    return Stock(found.units_in_stock, found.units_on_order, found.discontinued)
