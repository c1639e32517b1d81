from django.apps import AppConfig


class OrchardConfig(AppConfig):
    name = "tests.browser.upgraded.before"
    label = "orchard"
    default_auto_field = "django.db.models.BigAutoField"
