"""Products."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.admin.categories import category_tree
from catalog.admin.pictures import PictureAdmin
from catalog.models import Product

NBSP = "\u00a0"


class ShelfFilter(admin.SimpleListFilter):
    """Products of a category and of everything below it."""

    title = _("category")
    parameter_name = "shelf"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        tree = category_tree()
        return [(str(node.pk), f"{NBSP * 4 * tree.depth[node.pk]}{node.name}") for node in tree.order]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        below = category_tree().below(int(value)) if value.isdecimal() else set()
        return queryset.filter(category__in=below)


class StockFilter(admin.SimpleListFilter):
    """What somebody who buys wants to see first."""

    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("reorder", _("To reorder")), ("none", _("Out of stock"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "reorder":
            needed = F("reorder_level") - F("units_on_order")
            return queryset.filter(discontinued=False, units_in_stock__lte=needed)
        if self.value() == "none":
            return queryset.filter(units_in_stock=0)
        return queryset


@admin.register(Product)
class ProductAdmin(PictureAdmin):
    list_display = ["thumbnail", "name", "unit_price", "units_in_stock", "state", "sku", "category", "supplier"]
    list_display_links = ["thumbnail", "name"]
    list_editable = ["unit_price", "units_in_stock"]
    list_filter = [StockFilter, "discontinued", ShelfFilter, ("supplier", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["category", "supplier"]
    list_per_page = 50
    search_fields = ["name", "sku", "supplier__company_name"]
    search_help_text = _("Search by name, SKU or supplier")
    autocomplete_fields = ["category", "supplier"]
    fieldsets = [
        (None, {"fields": ["name", "sku", "category", "supplier", "quantity_per_unit", "picture"]}),
        (_("Price and stock"), {"fields": ["unit_price", "units_in_stock", "units_on_order", "reorder_level"]}),
        (_("Availability"), {"fields": ["discontinued"]}),
    ]

    @admin.display(description=_("state"), empty_value="")
    def state(self, obj: Product) -> str:
        """What stands out about the product, if anything."""
        if obj.discontinued:
            return format_html('<span class="catalog-badge catalog-badge--quiet">{}</span>', _("discontinued"))
        if obj.needs_reorder:
            return format_html('<span class="catalog-badge catalog-badge--warn">{}</span>', _("reorder"))
        return ""
