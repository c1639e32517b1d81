"""What a model fills in by itself when a record of it is saved."""

from __future__ import annotations  # Django's fields take no [] at run time

from typing import Any

from django.db import models
from django.db.models.signals import pre_save


def saves_itself(model: type[models.Model]) -> bool:
    """Whether a model has a way of its own to be saved."""
    return any(getattr(model, name) is not getattr(models.Model, name) for name in ("save", "save_base"))


def fills_in(model: type[models.Model]) -> bool:
    """Whether saving a record may change fields of it that nobody named."""
    return saves_itself(model) or pre_save.has_listeners(model)


def fills_itself(field: models.Field[Any, Any]) -> bool:
    """Whether a field gets a value of its own whenever its record is saved: `auto_now`, or a class of the project's."""
    own = not (type(field).pre_save.__module__ or "").startswith("django.")
    return own or bool(getattr(field, "auto_now", False))
