"""What the framework itself keeps in the project's database."""

import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserKey(models.Model):
    """The name under which devices keep a user's data (decision 0001): random, so never taken by somebody else."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("user key")
        verbose_name_plural = _("user keys")

    def __str__(self) -> str:
        return str(self.key)

    @classmethod
    def of(cls, user: AbstractBaseUser) -> str:
        """The key of `user`, made at the first call."""
        return str(cls.objects.get_or_create(user=user)[0].key)
