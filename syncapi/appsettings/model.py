"""`AppSettings`: one row per app, made when administrators first look at it."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapi.appsettings.sync_settings import EVERY, RETRY_INTERVAL, SyncSettings

color_form = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("Write a colour as # and six digits, for example #1f5f5b."))


def bounded(bounds: tuple[int, int]) -> list[Any]:
    return [MinValueValidator(bounds[0]), MaxValueValidator(bounds[1])]


class Orientation(models.TextChoices):
    """How an installed app is held: as in the web app manifest, or as the device does it."""

    ADAPTIVE = "adaptive", _("Adaptive")
    PORTRAIT = "portrait", _("Portrait")
    LANDSCAPE = "landscape", _("Landscape")


class AppSettings(models.Model):
    """What administrators set of the app of this name. Blank texts mean: as declared in code.

    The icon is a PNG in the row itself: every process finds it, and a backup has it.
    """

    app = models.CharField(_("app"), max_length=100, primary_key=True, editable=False)

    orientation = models.CharField(
        _("Screen Orientation"), max_length=10, choices=Orientation, default=Orientation.ADAPTIVE
    )
    title = models.CharField(_("App name"), max_length=60, blank=True)
    short_title = models.CharField(_("Short name"), max_length=24, blank=True)
    theme_color = models.CharField(_("Theme colour"), max_length=7, blank=True, validators=[color_form])
    background_color = models.CharField(_("Background colour"), max_length=7, blank=True, validators=[color_form])
    icon = models.BinaryField(_("Icon"), null=True)
    icon_version = models.CharField(max_length=16, blank=True, editable=False)  # a hash of the icon; blank: drawn

    sync_on_online = models.BooleanField(_("Synchronize On Online"), default=False)
    sync_on_resume = models.BooleanField(_("Synchronize On Resume"), default=False)
    sync_on_login = models.BooleanField(_("Synchronize On Login"), default=False)
    retry_syncs = models.BooleanField(_("Retry Synchronizations"), default=False)
    retry_interval = models.PositiveIntegerField(_("Retry Interval"), default=30, validators=bounded(RETRY_INTERVAL))
    sync_on_start = models.BooleanField(_("Synchronize On Start"), default=False)
    sync_on_change = models.BooleanField(_("Synchronize On Change"), default=False)
    sync_every = models.PositiveIntegerField(_("Synchronize Every"), default=0, validators=bounded(EVERY))
    not_on_metered = models.BooleanField(_("Not On Metered Connections"), default=False)

    class Meta:
        verbose_name = _("app settings")
        verbose_name_plural = _("app settings")
        default_permissions = ("view", "change")

    # Field of the row: field of `SyncSettings`.
    SYNC: ClassVar[dict[str, str]] = {
        "sync_on_online": "on_online",
        "sync_on_resume": "on_resume",
        "sync_on_login": "on_login",
        "retry_syncs": "retry",
        "retry_interval": "retry_interval",
        "sync_on_start": "on_start",
        "sync_on_change": "on_change",
        "sync_every": "every",
        "not_on_metered": "not_on_metered",
    }

    def __str__(self) -> str:
        return self.app

    @classmethod
    def first(cls, app: str, defaults: SyncSettings) -> AppSettings:
        """The row, not saved, that an app of this name begins with."""
        given = dataclasses.asdict(defaults)
        return cls(app=app, **{field: given[name] for field, name in cls.SYNC.items()})

    @property
    def sync(self) -> SyncSettings:
        return SyncSettings(**{name: getattr(self, field) for field, name in self.SYNC.items()})
