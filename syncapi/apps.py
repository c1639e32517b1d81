from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncApiConfig(AppConfig):
    name = "syncapi"
    verbose_name = _("Offline data sync")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from syncapi import checks, tasks  # noqa: F401 (checks register themselves)
        from syncapi.registry import registry

        registry.discover()
        tasks.connect(self)
