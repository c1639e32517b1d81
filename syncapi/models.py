"""What the framework itself keeps in the project's database."""

import uuid

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapi.appsettings.model import AppSettings as AppSettings
from syncapi.ledger.model import LedgerEntry as LedgerEntry
from syncapi.push.model import LocalKey as LocalKey
from syncapi.push.model import PushedChange as PushedChange


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


class Replica(models.Model):
    """A device's database of one app and user, as far as its pulls tell: what administrators see of a device.

    Nothing depends on these rows: without one, a device syncs all the same.
    """

    replica = models.UUIDField(_("device id"), editable=False)
    app = models.CharField(_("app"), max_length=100)
    user_key = models.CharField(_("user key"), max_length=36)  # of `UserKey`, or "anonymous"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"), db_index=True)
    last_complete = models.DateTimeField(_("last complete sync"), null=True)
    last_outcome = models.CharField(_("last outcome"), max_length=40)
    definition = models.CharField(_("definition"), max_length=64)  # the version it works with
    language = models.CharField(_("language"), max_length=20)  # labels are part of the definition

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        default_permissions = ("view", "delete")
        constraints = [
            # The user is part of it: a made-up id must not lead to somebody else's device.
            models.UniqueConstraint(fields=["replica", "app", "user_key"], name="syncapi_replica_unique")
        ]
        indexes = [models.Index(fields=["app", "user_key", "first_seen"], name="syncapi_replica_newcomers")]

    def __str__(self) -> str:
        return f"{self.app} {str(self.replica)[:8]}"


class Pull(models.Model):
    """One sync of a device, written down after its answer was sent."""

    COMPLETE = "complete"
    UNCHANGED = "unchanged"
    RESET = "reset"
    CUT = "cut"

    replica = models.ForeignKey(Replica, on_delete=models.CASCADE, related_name="pulls", verbose_name=_("device"))
    user = models.ForeignKey(  # of the session; another than the device's where the outcome is `wrong_user`
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    context = models.CharField(_("context"), max_length=100)
    trigger = models.CharField(_("trigger"), max_length=20)
    started = models.DateTimeField(_("started"), db_index=True)
    duration = models.PositiveIntegerField(_("duration"))  # milliseconds, until the last byte was handed over
    rows = models.PositiveIntegerField(_("rows"), default=0)  # of the answer, cut or not
    bytes = models.PositiveBigIntegerField(_("bytes sent"), default=0)  # as they went over the network, so compressed
    outcome = models.CharField(_("outcome"), max_length=40)  # one of the above, or the code of an error
    modes = models.JSONField(_("by entity"), default=dict)  # {"LocalProduct": {"mode": "delta", "rows": 12}}

    class Meta:
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.outcome} {self.started:%Y-%m-%d %H:%M:%S}"


class Snapshot(models.Model):
    """The rows of an entity in a scope at some moment, in parts (decision 0015). What is missing here is made anew.

    `parts` is JSON of `syncapi.segments.manifest`; the numbers below it are its sums. Before the first content is
    there, `cursor` is empty: the row is then only a place for the lease of the process that makes it.
    """

    app = models.CharField(_("app"), max_length=100)
    entity = models.CharField(_("entity"), max_length=100)
    scope = models.CharField(_("scope"), max_length=32)  # hash
    form = models.CharField(_("form"), max_length=32)  # hash of the columns, their types, and the query's SQL
    scope_text = models.TextField(_("scope"))  # canonical (decision 0005), for people
    user = models.ForeignKey(  # who asked last, for the background: their scope should still be this one
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    cursor = models.TextField(_("cursor"), blank=True)
    parts = models.TextField(_("parts"), default="[]")
    rows = models.PositiveIntegerField(_("rows"), default=0)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    packed = models.PositiveBigIntegerField(_("bytes, compressed"), default=0)
    pruned = models.CharField(_("pruned"), max_length=32, blank=True)  # hash of the gaps that were taken out of it
    revision = models.PositiveBigIntegerField(_("revision"), default=0)  # counts how often it was made or pruned
    made = models.DateTimeField(_("made"), null=True)
    asked = models.DateTimeField(_("last asked for"), db_index=True)
    lease = models.CharField(_("lease"), max_length=32, blank=True)  # of the process that makes it
    leased_until = models.DateTimeField(_("leased until"), null=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["app", "entity", "scope", "form"], name="syncapi_snapshot_unique")
        ]

    def __str__(self) -> str:
        return f"{self.app}.{self.entity}"


class Part(models.Model):
    """Rows of a snapshot, at most 1,000, under the SHA-256 of their lines. Never changed."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="bodies")
    sum = models.CharField(_("sum"), max_length=64)
    fallen = models.DateTimeField(  # since when it is no part of the snapshot; before it is one, too
        _("fallen out"), null=True, db_index=True
    )
    body = models.BinaryField(_("body"))  # the lines, compressed with gzip

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["snapshot", "sum"], name="syncapi_part_unique")]
        indexes = [models.Index(fields=["snapshot"], condition=models.Q(fallen=None), name="syncapi_part_current")]

    def __str__(self) -> str:
        return self.sum[:8]


class ChangeTracking(Replica):
    """No rows of its own: gives the page about change tracking a permission, and a place in the admin's lists.

    A proxy, not an unmanaged model: `dumpdata` would look for the table of that.
    """

    class Meta:
        proxy = True
        verbose_name = _("change tracking")
        verbose_name_plural = _("change tracking")
        default_permissions = ("view",)
