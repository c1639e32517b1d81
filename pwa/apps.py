from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PwaConfig(AppConfig):
    name = "pwa"
    verbose_name = _("Offline apps")

    def ready(self) -> None:
        from pwa import checks  # noqa: F401 (registers itself)
