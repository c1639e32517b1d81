"""What the demo apps carry offline. Found by `syncapi` as `admin.py` is by Django's admin."""

from collections.abc import Hashable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.actions import stock_now
from catalog.models import Category, Customer, Order, OrderLine, Product, Territory
from syncapi import offline
from syncapi.entities import User


class LocalCategory(offline.LocalEntity):
    model = Category
    attributes = ["code", "name", "description", "parent", "picture"]
    list_display = ["name", "description"]
    search_fields = ["name", "description"]
    ordering = ["name"]
    pictures = ["picture"]
    icon = "shelf"


class LocalProduct(offline.LocalEntity):
    model = Product
    attributes = [
        "sku",
        "name",
        "unit_price",
        "quantity_per_unit",
        "units_in_stock",
        "discontinued",
        "category",
        "category__name",
        "supplier__company_name",
        "picture",
        "category__picture",
    ]
    pattern = offline.ReadOnlyOptimized
    list_display = ["name", "unit_price", "category__name", "units_in_stock"]
    search_fields = ["name", "sku", "category__name", "supplier__company_name"]
    list_filter = ["category", "unit_price", "units_in_stock", "supplier__company_name", "discontinued"]
    ordering = ["name"]
    pictures = ["picture", "category__picture"]
    icon = "box"


class OfOwnTerritories(offline.LocalEntity):
    """Rows that belong to the territories a user works: the scope is the set of their keys."""

    pattern = offline.ReadOnlyOptimized
    territory = "territory"  # from the model to its territory

    def get_scope(self, user: User) -> Hashable:
        if not isinstance(user, AbstractBaseUser):
            return frozenset()
        return frozenset(Territory.objects.filter(assignments__user=user.pk).values_list("pk", flat=True))

    def get_queryset(self, scope: Any) -> QuerySet[Any]:
        return self.model._default_manager.filter(**{f"{self.territory}__in": scope})


class LocalCustomer(OfOwnTerritories):
    model = Customer
    attributes = [
        "code",
        "company_name",
        "contact_name",
        "contact_title",
        "phone",
        "address",
        "postal_code",
        "city",
        "country",
        "territory__name",
    ]
    list_display = ["company_name", "contact_name", "city", "phone"]
    search_fields = ["company_name", "contact_name", "city", "code"]
    list_filter = ["territory__name", "country", "city"]
    ordering = ["company_name"]
    icon = "users"


class LocalOrder(OfOwnTerritories):
    model = Order
    territory = "customer__territory"
    attributes = [
        "number",
        "customer",
        "customer__company_name",
        "order_date",
        "required_date",
        "shipped_date",
        "shipper",
        "freight",
        "ship_city",
        "ship_country",
    ]
    list_display = ["number", "customer__company_name", "order_date", "shipped_date"]
    search_fields = ["number", "customer__company_name", "ship_city"]
    list_filter = ["customer", "order_date", "shipped_date", "freight", "ship_country"]
    ordering = ["-order_date", "-number"]
    icon = "receipt"


class LocalOrderLine(OfOwnTerritories):
    model = OrderLine
    territory = "order__customer__territory"
    attributes = ["order", "product", "product__name", "quantity", "unit_price", "discount"]
    list_display = ["product__name", "quantity", "unit_price", "discount"]
    search_fields = ["product__name"]
    ordering = ["order", "product__name"]
    icon = "list"


catalog_app = offline.OfflineApp(
    "catalog",
    title=_("Product catalogue"),
    short_title=_("Catalogue"),
    description=_("All products with prices, stock and pictures, also where there is no network."),
    anonymous=True,
    entities=[LocalProduct, LocalCategory],
    actions=[stock_now],
    contexts={"prices": [LocalProduct]},
    # Prices should be right when somebody looks at them, and many look on their own account.
    sync_defaults=offline.SyncSettings(on_online=True, on_resume=True, on_start=True, retry=True, retry_interval=60),
    screenshots={
        "narrow": "catalog/screenshots/catalog-narrow.png",
        "wide": "catalog/screenshots/catalog-wide.png",
    },
)

sales_app = offline.OfflineApp(
    "sales",
    title=_("Field sales"),
    description=_("Your customers and their orders, wherever you meet them."),
    theme_color="#3b4a8c",
    entities=[LocalCustomer, LocalOrder, LocalOrderLine, LocalProduct, LocalCategory],
    actions=[stock_now],
    screenshots={
        "narrow": "catalog/screenshots/sales-narrow.png",
        "wide": "catalog/screenshots/sales-wide.png",
    },
    # On the road all day: whatever moment there is a network at is used.
    sync_defaults=offline.SyncSettings(
        on_online=True, on_resume=True, on_login=True, on_start=True, every=30, retry=True, retry_interval=30
    ),
    contexts={"customers": [LocalCustomer], "orders": [LocalOrder, LocalOrderLine]},
)
