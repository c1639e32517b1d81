"""What the demo apps carry offline. Found by `syncapi` as `admin.py` is by Django's admin."""

from django.utils.translation import gettext_lazy as _

from catalog.actions import stock_now
from catalog.field_sales import (
    FIRST_NUMBER,
    ByPermission,
    OfOwnTerritories,
    check_stock,
    own_territory,
    ship_to_the_customer,
    signed_in,
)
from catalog.models import Category, Customer, Interest, Order, OrderLine, Product, StockCount, Territory
from syncapi import offline


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


class LocalTerritory(OfOwnTerritories):
    model = Territory
    territory = "pk"
    attributes = ["code", "name", "region"]
    list_display = ["name", "region"]
    search_fields = ["name", "code"]
    ordering = ["name"]
    icon = "pin"


class LocalInterest(offline.LocalEntity):
    model = Interest
    attributes = ["name"]
    pattern = offline.ReadOnlyOptimized
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]
    icon = "tag"


class LocalCustomer(ByPermission, OfOwnTerritories):
    """Several people may look after one: who changes what somebody else changed meanwhile is asked."""

    model = Customer
    pattern = offline.ReadWriteWithConflictDetection
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
        "territory",
        "territory__name",
        "interests",
    ]
    list_display = ["company_name", "contact_name", "city", "phone"]
    search_fields = ["company_name", "contact_name", "city", "code"]
    list_filter = ["territory__name", "interests", "country", "city"]
    ordering = ["company_name"]
    icon = "users"

    def perform_create(self, instance: Customer, change: offline.Change) -> None:
        if instance.territory is None:
            instance.territory = own_territory(change.user)
        super().perform_create(instance, change)


class LocalOrder(ByPermission, OfOwnTerritories):
    """Taken at the customer's, with its lines, and sent as one."""

    model = Order
    pattern = offline.ReadWriteWithConflictDetection
    territory = "customer__territory"
    inlines = ["LocalOrderLine"]
    readonly_attributes = ["number", "shipped_date", "shipper", "freight"]  # the office's
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

    def perform_create(self, instance: Order, change: offline.Change) -> None:
        instance.taken_by = signed_in(change.user)
        ship_to_the_customer(instance)
        super().perform_create(instance, change)
        instance.number = FIRST_NUMBER + instance.pk
        instance.save(update_fields=["number"])


class LocalOrderLine(ByPermission, OfOwnTerritories):
    """At the price that was agreed: the form begins with that of the product."""

    model = OrderLine
    pattern = offline.ReadWriteWithConflictDetection
    territory = "order__customer__territory"
    attributes = ["order", "product", "product__name", "quantity", "unit_price", "discount"]
    list_display = ["product__name", "quantity", "unit_price", "discount"]
    search_fields = ["product__name"]
    ordering = ["order", "product__name"]
    icon = "list"

    def perform_create(self, instance: OrderLine, change: offline.Change) -> None:
        check_stock(instance)
        super().perform_create(instance, change)

    def perform_update(self, instance: OrderLine, change: offline.Change) -> None:
        before = OrderLine.objects.get(pk=instance.pk)
        check_stock(instance, agreed=before.quantity if before.product_id == instance.product_id else 0)
        super().perform_update(instance, change)


class LocalStockCount(ByPermission, offline.LocalEntity):
    """What lies where. Who counts again knows better: the last one wins."""

    model = StockCount
    pattern = offline.ReadWrite
    attributes = ["product", "product__name", "place", "counted", "counted_at", "note"]
    list_display = ["product__name", "counted", "place", "counted_at"]
    search_fields = ["product__name", "place", "note"]
    list_filter = ["place", "counted_at"]
    ordering = ["-counted_at"]
    icon = "clipboard"

    def perform_create(self, instance: StockCount, change: offline.Change) -> None:
        instance.counted_by = signed_in(change.user)
        super().perform_create(instance, change)

    def perform_update(self, instance: StockCount, change: offline.Change) -> None:
        super().perform_update(instance, change)
        instance.counted_by = signed_in(change.user)
        instance.save(update_fields=["counted_by"])


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
    entities=[
        LocalCustomer,
        LocalOrder,
        LocalOrderLine,
        LocalStockCount,
        LocalProduct,
        LocalCategory,
        LocalTerritory,
        LocalInterest,
    ],
    actions=[stock_now],
    screenshots={
        "narrow": "catalog/screenshots/sales-narrow.png",
        "wide": "catalog/screenshots/sales-wide.png",
    },
    # On the road all day: whatever moment there is a network at is used.
    sync_defaults=offline.SyncSettings(
        on_online=True,
        on_resume=True,
        on_login=True,
        on_start=True,
        on_change=True,
        every=30,
        retry=True,
        retry_interval=30,
    ),
    contexts={
        "customers": [LocalCustomer],
        "orders": [LocalOrder, LocalOrderLine],
        "stock": [LocalProduct, LocalStockCount],
    },
)
