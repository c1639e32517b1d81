"""The wholesale trade: what is sold, who buys it, who looks after whom, and what was ordered.

Every table that can be imported has a natural key (`code`, `sku`, `number`), so that importing again updates. Primary
keys are numbers the database gives: a device that works offline must be able to live with keys it learns later.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")


class Category(models.Model):
    """A shelf of the catalogue; shelves nest to any depth."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Short and lasting: imports find the category by it."))
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent category"),
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    picture = models.ImageField(_("picture"), upload_to="catalog/categories", max_length=200, blank=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="category_not_own_parent",
                violation_error_message=_("A category cannot be its own parent."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent that lies below this category.

        Raises:
            ValidationError: for the field `parent`.
        """
        super().clean()
        seen: set[int] = set()
        ancestor_id = self.parent_id
        while ancestor_id is not None and ancestor_id not in seen:
            if ancestor_id == self.pk:
                raise ValidationError({"parent": _("A category cannot lie inside itself.")}, code="cycle")
            seen.add(ancestor_id)
            ancestor_id = type(self).objects.values_list("parent_id", flat=True).filter(pk=ancestor_id).first()


class Contact(models.Model):
    """Whom to speak to at a company, and where it is."""

    company_name = models.CharField(_("company name"), max_length=100)
    contact_name = models.CharField(_("contact name"), max_length=100, blank=True)
    contact_title = models.CharField(_("contact title"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    region = models.CharField(_("region"), max_length=60, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    fax = models.CharField(_("fax"), max_length=40, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.company_name


class Supplier(Contact):
    """Who we buy from."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Short and lasting: imports find the supplier by it."))
    home_page = models.CharField(_("home page"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["company_name", "id"]


class Product(models.Model):
    """Something we sell."""

    sku = models.CharField(_("SKU"), max_length=40, unique=True, help_text=_("Stock keeping unit."))
    name = models.CharField(_("name"), max_length=120)
    supplier = models.ForeignKey(
        Supplier,
        verbose_name=_("supplier"),
        on_delete=models.SET_NULL,
        related_name="products",
        null=True,
        blank=True,
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.SET_NULL,
        related_name="products",
        null=True,
        blank=True,
    )
    quantity_per_unit = models.CharField(_("quantity per unit"), max_length=60, blank=True)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    units_in_stock = models.PositiveIntegerField(_("units in stock"), default=0)
    units_on_order = models.PositiveIntegerField(_("units on order"), default=0)
    reorder_level = models.PositiveIntegerField(_("reorder level"), default=0)
    discontinued = models.BooleanField(_("discontinued"), default=False)
    picture = models.ImageField(_("picture"), upload_to="catalog/products", max_length=200, blank=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="product_by_name")]
        constraints = [
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="product_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_reorder(self) -> bool:
        """Whether what is in stock and on its way has fallen to the reorder level."""
        return not self.discontinued and self.units_in_stock + self.units_on_order <= self.reorder_level


class Territory(models.Model):
    """An area that sales people work; its customers are theirs."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    region = models.CharField(_("region"), max_length=60, blank=True)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("users"),
        through="TerritoryAssignment",
        related_name="territories",
        blank=True,
    )

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class TerritoryAssignment(models.Model):
    """A user works a territory; several may share one."""

    territory = models.ForeignKey(
        Territory, verbose_name=_("territory"), on_delete=models.CASCADE, related_name="assignments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="territory_assignments",
    )

    class Meta:
        verbose_name = _("territory assignment")
        verbose_name_plural = _("territory assignments")
        ordering = ["territory", "user"]
        constraints = [models.UniqueConstraint(fields=["territory", "user"], name="territory_user_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.territory}"


class Interest(models.Model):
    """What customers like to hear about."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Customer(Contact):
    """Who buys from us."""

    code = models.CharField(_("code"), max_length=20, unique=True, help_text=_("Short and lasting, such as ALFKI."))
    territory = models.ForeignKey(
        Territory,
        verbose_name=_("territory"),
        on_delete=models.SET_NULL,
        related_name="customers",
        null=True,
        blank=True,
    )
    interests = models.ManyToManyField(Interest, verbose_name=_("interests"), related_name="customers", blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["company_name", "id"]
        indexes = [models.Index(fields=["company_name", "id"], name="customer_by_name")]


class Order(models.Model):
    """A customer's order. Its key comes from the database; `number` is the one printed on imported papers."""

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField(_("number"), unique=True, null=True, blank=True)
    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="orders")
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        on_delete=models.SET_NULL,
        related_name="orders_taken",
        null=True,
        blank=True,
    )
    order_date = models.DateField(_("order date"), default=timezone.localdate)
    required_date = models.DateField(_("required date"), null=True, blank=True)
    shipped_date = models.DateField(_("shipped date"), null=True, blank=True)
    shipper = models.CharField(_("shipper"), max_length=60, blank=True)
    freight = models.DecimalField(
        _("freight"), max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    ship_name = models.CharField(_("ship to"), max_length=100, blank=True)
    ship_address = models.CharField(_("address"), max_length=200, blank=True)
    ship_city = models.CharField(_("city"), max_length=60, blank=True)
    ship_region = models.CharField(_("region"), max_length=60, blank=True)
    ship_postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    ship_country = models.CharField(_("country"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-order_date", "-id"]
        indexes = [models.Index(fields=["-order_date", "-id"], name="order_newest_first")]
        constraints = [models.CheckConstraint(condition=models.Q(freight__gte=0), name="order_freight_not_negative")]

    def __str__(self) -> str:
        return str(self.number if self.number is not None else _("Order #%(id)s") % {"id": self.pk})

    def clean(self) -> None:
        """Refuse dates that lie before the order itself.

        Raises:
            ValidationError: for `required_date` and `shipped_date`.
        """
        super().clean()
        errors: dict[str, Any] = {}
        for name in ("required_date", "shipped_date"):
            value = getattr(self, name)
            if value is not None and self.order_date is not None and value < self.order_date:
                errors[name] = ValidationError(_("This lies before the order date."), code="before_order_date")
        if errors:
            raise ValidationError(errors)

    @property
    def lines_total(self) -> Decimal:
        """What the lines come to, without freight. Reads all lines: prefetch them for lists."""
        return sum((line.total for line in self.lines.all()), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What the customer pays: lines and freight."""
        return self.lines_total + self.freight


class OrderLine(models.Model):
    """One product of an order, at the price and discount agreed then."""

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="order_lines"
    )
    unit_price = models.DecimalField(
        _("unit price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    discount = models.DecimalField(
        _("discount"),
        max_digits=4,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("A share between 0 and 1: 0.15 takes 15 % off."),
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "product"], name="order_product_once"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="line_price_not_negative"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0) & models.Q(discount__lte=1), name="line_discount_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def total(self) -> Decimal:
        """Price times quantity less discount, rounded to the cent, halves up."""
        return (self.unit_price * self.quantity * (1 - self.discount)).quantize(CENT, ROUND_HALF_UP)


class StockCount(models.Model):
    """What somebody counted of a product, in one place. The newest of a place is what lies there."""

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="stock_counts"
    )
    place = models.CharField(_("place"), max_length=60, blank=True, help_text=_("Where it lies: aisle, shelf, van."))
    counted = models.PositiveIntegerField(_("counted"), help_text=_("Whole units, as they are sold."))
    counted_at = models.DateTimeField(_("counted at"), default=timezone.now)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("counted by"),
        on_delete=models.SET_NULL,
        related_name="stock_counts",
        null=True,
        blank=True,
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        ordering = ["-counted_at", "-id"]
        indexes = [models.Index(fields=["-counted_at", "-id"], name="stock_count_newest_first")]

    def __str__(self) -> str:
        return f"{self.counted} × {self.product}"
