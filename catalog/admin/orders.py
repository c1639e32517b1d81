"""Orders with their lines."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.models import Order, OrderLine


def _money(amount: Decimal) -> str:
    return number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)


class ShippingFilter(admin.SimpleListFilter):
    """Orders by what is still to be done."""

    title = _("shipping")
    parameter_name = "shipping"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("open", _("Not shipped yet")), ("late", _("Shipped late")), ("shipped", _("Shipped"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(shipped_date=None)
        if self.value() == "late":
            return queryset.filter(shipped_date__gt=F("required_date"))
        if self.value() == "shipped":
            return queryset.exclude(shipped_date=None)
        return queryset


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    autocomplete_fields = ["product"]
    fields = ["product", "unit_price", "quantity", "discount", "line_total"]
    readonly_fields = ["line_total"]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Leave out the signs for editing the product itself: a line has no room for them."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_extra(self, request: HttpRequest, obj: Order | None = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        return super().get_queryset(request).select_related("product")

    @admin.display(description=_("total"))
    def line_total(self, obj: OrderLine) -> str:
        """What the line comes to."""
        return _money(obj.total) if obj.pk else "–"


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["__str__", "customer", "taken_by", "order_date", "total_shown", "shipping"]
    list_filter = [ShippingFilter, ("taken_by", admin.RelatedOnlyFieldListFilter), "shipper"]
    list_select_related = ["customer", "taken_by"]
    list_per_page = 50
    date_hierarchy = "order_date"
    search_fields = ["=number", "customer__company_name", "customer__code", "ship_city"]
    search_help_text = _("Search by number, customer or city")
    autocomplete_fields = ["customer", "taken_by"]
    readonly_fields = ["lines_total_shown", "total_shown"]
    inlines = [OrderLineInline]
    fieldsets = [
        (None, {"fields": [("customer", "number"), "taken_by", ("order_date", "required_date", "shipped_date")]}),
        (_("Amount"), {"fields": [("lines_total_shown", "freight", "total_shown")]}),
        (
            _("Shipping"),
            {
                "fields": [
                    ("shipper", "ship_name"),
                    "ship_address",
                    ("ship_postal_code", "ship_city"),
                    ("ship_region", "ship_country"),
                ]
            },
        ),
    ]

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        # Totals are added up in Python, to the cent: SQLite has no exact decimals.
        return super().get_queryset(request).prefetch_related("lines")

    @admin.display(description=_("lines"))
    def lines_total_shown(self, obj: Order) -> str:
        """What the lines come to."""
        return _money(obj.lines_total) if obj.pk else "–"

    @admin.display(description=_("total"))
    def total_shown(self, obj: Order) -> str:
        """Lines and freight."""
        return _money(obj.total) if obj.pk else "–"

    @admin.display(description=_("shipping"), ordering="shipped_date")
    def shipping(self, obj: Order) -> str:
        """When it went out, or that it has not."""
        if obj.shipped_date is None:
            return format_html('<span class="catalog-badge catalog-badge--warn">{}</span>', _("open"))
        if obj.required_date and obj.shipped_date > obj.required_date:
            return format_html('<span class="catalog-badge catalog-badge--quiet">{}</span>', _("late"))
        return format_html('<span class="catalog-badge catalog-badge--quiet">{}</span>', _("shipped"))
