from django.apps import AppConfig


class MigratedConfig(AppConfig):
    name = "tests.migrated"
    label = "migrated"
    default_auto_field = "django.db.models.BigAutoField"
