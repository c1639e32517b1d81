"""Tables of what devices changed: the map of their local ids, and what administrators see of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LocalKey(models.Model):
    """What a record that a device made offline is called on the server (W5). Written with the record itself."""

    replica = models.UUIDField(_("device id"), editable=False)
    app = models.CharField(_("app"), max_length=100)
    user_key = models.CharField(_("user key"), max_length=36)  # of `UserKey`, or "anonymous"
    local = models.UUIDField(_("local id"), editable=False)
    entity = models.CharField(_("entity"), max_length=100)
    key = models.TextField(_("key"))  # JSON, as it travels
    made = models.DateTimeField(_("made"), db_index=True)

    class Meta:
        verbose_name = _("local id")
        verbose_name_plural = _("local ids")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["replica", "app", "user_key", "local"], name="syncapi_localkey_unique")
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.key}"


class PushedChange(models.Model):
    """What one mutation came to: who wanted to change what, when, from which device, and what was before and after.

    Written in the transaction of its effect. Texts are JSON: PostgreSQL's own type has no "\\u0000".
    """

    APPLIED = "applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    GONE = "gone"
    STATUSES = [
        (APPLIED, _("applied")),
        (CONFLICT, _("conflict")),
        (REJECTED, _("rejected")),
        (GONE, _("gone")),
    ]
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    OPS = [(CREATE, _("created")), (UPDATE, _("changed")), (DELETE, _("deleted"))]

    replica = models.UUIDField(_("device id"), editable=False, db_index=True)
    app = models.CharField(_("app"), max_length=100)
    user_key = models.CharField(_("user key"), max_length=36)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    item = models.UUIDField(_("id"), editable=False)  # of the mutation
    entity = models.CharField(_("entity"), max_length=100)
    op = models.CharField(_("what"), max_length=10, choices=OPS)
    key = models.TextField(_("key"), blank=True)  # JSON, as it travels; of a create that failed, empty
    title = models.CharField(_("record"), max_length=200, blank=True)
    status = models.CharField(_("outcome"), max_length=10, choices=STATUSES, db_index=True)
    code = models.CharField(_("reason"), max_length=40, blank=True)  # of the error
    error = models.TextField(_("error"), blank=True)  # JSON, as told to the device
    values = models.TextField(_("values"))  # JSON: what the device wants the attributes to be
    before = models.TextField(_("before"), blank=True)  # JSON: of the same attributes; of a delete all
    after = models.TextField(_("after"), blank=True)  # JSON: as they came to be
    made_at = models.DateTimeField(_("made on the device"), null=True)  # by its clock
    at = models.DateTimeField(_("arrived"), db_index=True)

    class Meta:
        verbose_name = _("change from a device")
        verbose_name_plural = _("changes from devices")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["app", "entity", "key"], name="syncapi_pushed_record")]

    def __str__(self) -> str:
        return self.title or f"{self.entity} {self.key}"
