"""The catalogue in the Django admin. Importing this package registers everything."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog.admin.categories import CategoryAdmin
from catalog.admin.orders import OrderAdmin
from catalog.admin.people import CustomerAdmin, InterestAdmin, SupplierAdmin, TerritoryAdmin, WorkingUserAdmin
from catalog.admin.products import ProductAdmin
from catalog.admin.stock import StockCountAdmin

__all__ = [
    "CategoryAdmin",
    "CustomerAdmin",
    "InterestAdmin",
    "OrderAdmin",
    "ProductAdmin",
    "StockCountAdmin",
    "SupplierAdmin",
    "TerritoryAdmin",
    "WorkingUserAdmin",
]

admin.site.site_header = "Haversack"
admin.site.site_title = "Haversack"
admin.site.index_title = _("Administration")
