"""What is in the database."""

from typing import Any

from django.contrib.auth import get_user_model

from catalog.models import Category, Customer, Order, OrderLine, Product, Supplier, Territory, TerritoryAssignment

User = get_user_model()


def snapshot() -> dict[str, list[Any]]:
    """Every row an import may write."""
    models = (Category, Supplier, Product, Territory, User, TerritoryAssignment, Customer, Order, OrderLine)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
