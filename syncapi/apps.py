from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncApiConfig(AppConfig):
    name = "syncapi"
    verbose_name = _("Offline data sync")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from syncapi import checks, tasks  # noqa: F401 (checks register themselves)
        from syncapi.registry import registry
        from syncapi.tracking import checks as tracking_checks  # noqa: F401
        from syncapi.tracking import migrating

        registry.discover()
        migrating.connect(self)
        tasks.connect(self)
