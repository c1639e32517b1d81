"""The table of the ledger."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One thing that a device had done, under the id that the device gave it.

    Written in the transaction of its effect, so that there is both or neither.
    """

    replica = models.UUIDField(_("device id"), editable=False)
    app = models.CharField(_("app"), max_length=100)
    user_key = models.CharField(_("user key"), max_length=36)  # of `UserKey`, or "anonymous"
    item = models.UUIDField(_("id"), editable=False)
    digest = models.CharField(_("digest"), max_length=64)  # of what was asked for: an id stands for one thing
    outcome = models.TextField(_("outcome"))  # JSON; text, since PostgreSQL's own type has no "\u0000"
    made = models.DateTimeField(_("made"), db_index=True)
    confirmed = models.DateTimeField(_("confirmed"), null=True, db_index=True)  # since when the device has it

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["replica", "app", "user_key", "item"], name="syncapi_ledger_unique")
        ]

    def __str__(self) -> str:
        return str(self.item)
