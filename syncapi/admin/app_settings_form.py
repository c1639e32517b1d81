"""The form of an app's settings: what may be typed, and what the page shows where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from syncapi.appsettings.icon import read_icon, version_of
from syncapi.appsettings.model import AppSettings
from syncapi.registry import registry

if TYPE_CHECKING:
    from syncapi.applications import OfflineApp

HELP: dict[str, Any] = {
    "orientation": _("Adaptive follows the device. Phones hold an installed app in the other two."),
    "title": _("On the start page, in the install dialog and in the app. Left empty, it is as declared in code."),
    "short_title": _("Below the icon, where a phone has room for about 12 letters."),
    "theme_color": _("Of the installed app’s frame, and of the drawn icon."),
    "background_color": _("Of the screen while the app starts, and around an uploaded icon."),
    "sync_on_online": _("When the network is back."),
    "sync_on_resume": _("When somebody comes back to the app."),
    "sync_on_login": _("After signing in."),
    "retry_syncs": _("Try a failed sync again, where that can help: no network, a busy server."),
    "retry_interval": _("Seconds, from 5 to 86,400 (a day). After repeated failure devices wait longer."),
    "sync_on_start": _("When the app is opened."),
    "sync_on_change": _("When somebody changed something on the device, as soon as it can be sent."),
    "sync_every": _("Minutes, while the app is open, up to 10,080 (a week). 0 is never."),
    "not_on_metered": _("Do none of this by itself where the browser says that the network is paid by volume."),
}


class AppSettingsForm(forms.ModelForm):
    """Beyond the model's fields: an icon to upload, and a way back to the drawn one."""

    upload = forms.FileField(
        label=_("Icon"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_(
            "PNG, JPEG or WebP, best square, at least 512 pixels. Phones cut icons into shapes of their own: a logo on "
            "one colour, or on nothing, is brought into what remains; a picture up to its edges loses its corners."
        ),
    )
    drawn = forms.BooleanField(label=_("Draw the icon again"), required=False)

    class Meta:
        model = AppSettings
        fields = list(HELP)
        help_texts = HELP
        error_messages = {
            "retry_interval": {
                "required": _("Write a number of seconds, from 5 to 86,400."),
                "min_value": _("A device tries again after 5 seconds at the earliest."),
                "max_value": _("A day (86,400 seconds) at the most: switch retrying off instead."),
                "invalid": _("Write a whole number of seconds."),
            },
            "sync_every": {
                "required": _("Write a number of minutes; 0 is never."),
                "min_value": _("Write 0 for never, or a number of minutes."),
                "max_value": _("A week (10,080 minutes) at the most."),
                "invalid": _("Write a whole number of minutes; 0 is never."),
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = registry.apps.get(self.instance.pk or "")
        if app is not None:
            self._show_what_is_declared(app)
        for name in ("theme_color", "background_color"):
            if name in self.fields:
                self.fields[name].widget.attrs.update({"class": "syncapi-color", "size": 9, "spellcheck": "false"})
        if not self.instance.icon_version:
            self.fields.pop("drawn", None)

    def clean_theme_color(self) -> str:
        return str(self.cleaned_data["theme_color"]).lower()

    def clean_background_color(self) -> str:
        return str(self.cleaned_data["background_color"]).lower()

    def clean_upload(self) -> bytes | None:
        """The icon as it is kept.

        :raises ValidationError: the file is no picture that can serve.
        """
        file: UploadedFile | None = self.cleaned_data["upload"]
        return None if file is None else read_icon(file, file.size or 0)

    def save(self, commit: bool = True) -> AppSettings:
        icon: bytes | None = self.cleaned_data.get("upload")
        if icon is not None:
            self.instance.icon, self.instance.icon_version = icon, version_of(icon)
        elif self.cleaned_data.get("drawn"):
            self.instance.icon, self.instance.icon_version = None, ""
        saved: AppSettings = super().save(commit)
        return saved

    def _show_what_is_declared(self, app: OfflineApp) -> None:
        declared = {
            "title": app.title,
            "short_title": self.instance.title or app.short_title,
            "theme_color": app.theme_color,
            "background_color": app.background_color,
        }
        for name, value in declared.items():
            if name in self.fields:
                self.fields[name].widget.attrs["placeholder"] = str(value)
