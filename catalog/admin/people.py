"""Suppliers, customers, territories, and who works which."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.models import Contact, Customer, Interest, Order, Product, Supplier, Territory, TerritoryAssignment
from syncapi.admin import ShowsDeviceChanges

User = get_user_model()

CONTACT: Any = (
    _("Contact"),
    {"fields": [("contact_name", "contact_title"), ("phone", "fax")]},
)
ADDRESS: Any = (
    _("Address"),
    {"fields": ["address", ("postal_code", "city"), ("region", "country")]},
)


def _linked_count(model: type[Any], lookup: str, obj: Any, count: int) -> str:
    """A number that leads to the rows it counts."""
    options = model._meta
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return format_html('<a href="{}?{}__id__exact={}">{}</a>', url, lookup, obj.pk, count) if count else "0"


class ContactAdmin(admin.ModelAdmin):
    """What suppliers and customers have in common."""

    list_filter = ["country"]
    search_fields = ["company_name", "code", "contact_name", "city"]
    counted: str  # the related name whose rows the list counts

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        rows: QuerySet[Contact] = super().get_queryset(request)
        return rows.annotate(related_total=Count(self.counted))


@admin.register(Supplier)
class SupplierAdmin(ContactAdmin):
    list_display = ["company_name", "code", "contact_name", "city", "country", "phone", "product_count"]
    prepopulated_fields = {"code": ["company_name"]}
    counted = "products"
    fieldsets = [
        (None, {"fields": ["company_name", "code", "home_page"]}),
        CONTACT,
        ADDRESS,
    ]

    @admin.display(description=_("products"), ordering="related_total")
    def product_count(self, obj: Any) -> str:
        """How many products come from this supplier."""
        return _linked_count(Product, "supplier", obj, obj.related_total)


@admin.register(Customer)
class CustomerAdmin(ContactAdmin):
    list_display = ["company_name", "code", "contact_name", "city", "country", "territory", "order_count"]
    list_filter = ["country", ("territory", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["territory"]
    autocomplete_fields = ["territory", "interests"]
    counted = "orders"
    fieldsets = [
        (None, {"fields": ["company_name", "code", "territory", "interests"]}),
        CONTACT,
        ADDRESS,
    ]

    @admin.display(description=_("orders"), ordering="related_total")
    def order_count(self, obj: Any) -> str:
        """How many orders the customer has given."""
        return _linked_count(Order, "customer", obj, obj.related_total)


@admin.register(Interest)
class InterestAdmin(admin.ModelAdmin):
    list_display = ["name", "customer_count"]
    search_fields = ["name"]

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interest]:
        rows: QuerySet[Interest] = super().get_queryset(request)
        return rows.annotate(customer_total=Count("customers"))

    @admin.display(description=_("customers"), ordering="customer_total")
    def customer_count(self, obj: Any) -> str:
        """How many customers like to hear about it."""
        return _linked_count(Customer, "interests", obj, obj.customer_total)


class TerritoryUsersInline(admin.TabularInline):
    model = TerritoryAssignment
    autocomplete_fields = ["user"]
    extra = 0
    verbose_name = _("user")
    verbose_name_plural = _("worked by")


class UserTerritoriesInline(admin.TabularInline):
    model = TerritoryAssignment
    autocomplete_fields = ["territory"]
    extra = 0
    verbose_name = _("territory")
    verbose_name_plural = _("territories")


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "region", "worked_by", "customer_count"]
    list_filter = ["region", ("users", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "code", "region"]
    inlines = [TerritoryUsersInline]

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Territory]:
        counted: QuerySet[Territory] = (
            super().get_queryset(request).annotate(customer_total=Count("customers", distinct=True))
        )
        return counted.prefetch_related("users")

    @admin.display(description=_("worked by"))
    def worked_by(self, obj: Territory) -> str:
        """Names of the users."""
        return ", ".join(user.get_full_name() or user.get_username() for user in obj.users.all())

    @admin.display(description=_("customers"), ordering="customer_total")
    def customer_count(self, obj: Any) -> str:
        """How many customers belong here."""
        return _linked_count(Customer, "territory", obj, obj.customer_total)


admin.site.unregister(User)


@admin.register(User)
class WorkingUserAdmin(ShowsDeviceChanges, UserAdmin):
    """Django's own page for users, with the territories they work, and what they changed on the road."""

    inlines = [UserTerritoriesInline]

    class Media:
        css = {"all": ["syncapi/admin.css"]}

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # The page that adds a user asks for name and password only.
        return self.inlines if obj else []
