"""System checks of the front-end half."""

from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.core import checks
from django.urls import NoReverseMatch, reverse

from pwa.build import NotBuilt, current_build
from pwa.scripts import SCREENS, find_script, is_script
from syncapi.registry import registry


@checks.register("haversack")
def check_pwa(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    return [
        *_check_requirements(),
        *_check_addresses(),
        *_check_build(),
        *_check_screenshots(),
        *_check_on_sync(),
        *_check_screens(),
    ]


@checks.register("haversack", deploy=True)
def check_static_files(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """With `check --deploy`: without DEBUG, Django itself serves no static files, and apps are made of them."""
    from_their_sources = getattr(settings, "WHITENOISE_USE_FINDERS", False)
    if settings.DEBUG or from_their_sources or not isinstance(staticfiles_storage, StaticFilesStorage):
        return []
    if staticfiles_storage.base_location:
        return []
    return [
        checks.Warning(
            "The static files of apps are not collected anywhere, so pages stay empty where DEBUG is off.",
            hint="Set STATIC_ROOT, run manage.py collectstatic, and have a web server or WhiteNoise serve it.",
            id="pwa.W004",
        )
    ]


def _check_requirements() -> list[checks.CheckMessage]:
    return [
        checks.Error(f"pwa needs '{name}'.", hint=f"Add '{name}' to INSTALLED_APPS.", id="pwa.E001")
        for name in ("syncapi", "django.contrib.staticfiles")
        if not installed.is_installed(name)
    ]


def _check_addresses() -> list[checks.CheckMessage]:
    """A page of an app names both; without the first there is none at all."""
    missing = [
        f'path("{route}", include("{urls}"))'
        for view, urls, route in (("pwa:shell", "pwa.urls", ""), ("syncapi:sync", "syncapi.urls", "api/sync/"))
        if not _has_address(view)
    ]
    if not missing:
        return []
    return [
        checks.Warning(
            "The apps have no addresses, so they cannot be opened.",
            hint=f"Add to the urlpatterns of {settings.ROOT_URLCONF}: {', '.join(missing)}.",
            id="pwa.W003",
        )
    ]


def _has_address(view: str) -> bool:
    try:
        reverse(view, kwargs={"app": "app"})
    except NoReverseMatch:
        return False
    return True


def _check_build() -> list[checks.CheckMessage]:
    try:
        current_build()
    except NotBuilt as error:
        return [
            checks.Warning("The client is not built, so the apps cannot be opened.", hint=str(error), id="pwa.W001")
        ]
    return []


def _check_screenshots() -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            f"The {form_factor} screenshot of '{app.name}' is not among the static files: {path}.",
            hint="Correct the path, or take it out; the install dialog then shows none.",
            obj=app,
            id="pwa.W002",
        )
        for app in registry.declared
        for form_factor, path in app.screenshots.items()
        if find_script(path) is None
    ]


def _check_on_sync() -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"on_sync of '{app.name}' is not a JavaScript file among the static files: {app.on_sync}.",
            hint="Name it as in {% static %}: a path below a 'static' folder that ends in .js.",
            obj=app,
            id="pwa.E002",
        )
        for app in registry.declared
        if app.on_sync and not is_script(app.on_sync)
    ]


def _check_screens() -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{option} of {cls.__name__} is not a JavaScript file among the static files: {path}.",
            hint="Name it as in {% static %}: a path below a 'static' folder that ends in .js.",
            obj=cls,
            id="pwa.E003",
        )
        for cls in {cls: None for app in registry.declared for cls in app.entity_classes}
        for option in SCREENS.values()
        if (path := getattr(cls, option)) and not is_script(path)
    ]
