from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncApiConfig(AppConfig):
    name = "syncapi"
    verbose_name = _("Offline data sync")
