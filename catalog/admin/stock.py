"""What was counted in the warehouse."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.models import StockCount


@admin.register(StockCount)
class StockCountAdmin(admin.ModelAdmin):
    list_display = ["product", "place", "counted", "in_books", "counted_at", "counted_by"]
    list_filter = ["place", ("counted_by", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["product", "counted_by"]
    list_per_page = 50
    date_hierarchy = "counted_at"
    search_fields = ["product__name", "product__sku", "place", "note"]
    search_help_text = _("Search by product, SKU or place")
    autocomplete_fields = ["product", "counted_by"]
    fieldsets = [(None, {"fields": ["product", "place", ("counted", "counted_at"), "counted_by", "note"]})]

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who adds a count here has most likely counted."""
        return {"counted_by": request.user.pk, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("units in stock"), ordering="product__units_in_stock")
    def in_books(self, obj: StockCount) -> str:
        """What the catalogue says, marked where it is something else."""
        said = obj.product.units_in_stock
        if said == obj.counted:
            return str(said)
        return format_html('<span class="catalog-badge catalog-badge--warn">{}</span>', said)
