"""What holds for people in the field: whose rows are theirs, what they may do, and what orders must keep to."""

from collections.abc import Hashable
from typing import Any

from django.contrib.auth import get_permission_codename
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Customer, Order, OrderLine, Territory
from syncapi import offline
from syncapi.entities import User

FIRST_NUMBER = 1_000_000
"""Orders from devices are numbered by their keys from here on: no two are alike, and none is like those on paper."""


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


class ByPermission(offline.LocalEntity):
    """Who may change what on a device is who may in the admin: the permissions of the model."""

    def has_add_permission(self, user: User) -> bool:
        return self._has(user, "add")

    def has_change_permission(self, user: User, instance: Any = None) -> bool:
        return self._has(user, "change")

    def has_delete_permission(self, user: User, instance: Any = None) -> bool:
        return self._has(user, "delete")

    def _has(self, user: User, action: str) -> bool:
        app, codename = self.model._meta.app_label, get_permission_codename(action, self.model._meta)
        return isinstance(user, PermissionsMixin) and user.has_perm(f"{app}.{codename}")


def signed_in(user: User) -> Any:
    """The user as a row; None for nobody."""
    return user if isinstance(user, AbstractBaseUser) else None


def own_territory(user: User) -> Territory | None:
    """The first of the territories that a user works."""
    return Territory.objects.filter(assignments__user=user.pk).order_by("code").first()


def ship_to_the_customer(order: Order) -> None:
    """Fills in where the order goes, if nobody said so."""
    customer: Customer = order.customer
    if order.ship_name or order.ship_address or order.ship_city:
        return
    order.ship_name = customer.company_name
    order.ship_address = customer.address
    order.ship_city = customer.city
    order.ship_region = customer.region
    order.ship_postal_code = customer.postal_code
    order.ship_country = customer.country


def check_stock(line: OrderLine, *, agreed: int = 0) -> None:
    """Refuses more than there is. What was agreed before stays agreed, though stock fell meanwhile.

    Args:
        agreed: how much of this product the line asked for until now.

    Raises:
        ValidationError: for the field `quantity`.
    """
    there = line.product.units_in_stock
    if line.quantity <= max(there, agreed):
        return
    message = (
        ngettext("Only %(there)d of %(product)s is in stock.", "Only %(there)d of %(product)s are in stock.", there)
        if there
        else _("%(product)s is out of stock.")
    )
    raise ValidationError(
        {"quantity": ValidationError(message % {"there": there, "product": line.product}, code="stock")}
    )
