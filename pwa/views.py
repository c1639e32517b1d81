"""Pages of the generated apps: the same for everybody, so that a service worker may keep them.

Those of an app are open also where a project wants everybody signed in (`LoginRequiredMiddleware`): the app itself asks
people to sign in, and what a service worker fetches must never be a redirect to another page.
"""

import json
from typing import Any

import segno
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.views.decorators.http import require_safe

from pwa.build import NotBuilt, current_build, revision
from pwa.icons import drawn_icon, initials, uploaded_icon
from pwa.manifest import ICON_SIZES, app_base, icon_url
from pwa.manifest import manifest as app_manifest
from pwa.policy import secured
from pwa.scripts import imported_scripts, on_sync_script, own_screens, own_scripts
from pwa.texts import in_language_of_screens, screen_language, texts
from syncapi.applications import OfflineApp
from syncapi.appsettings.current import CurrentSettings, icon_of, settings_of, settings_of_all
from syncapi.errors import UnknownApp
from syncapi.registry import registry


@require_safe
@in_language_of_screens
def home(request: HttpRequest) -> HttpResponse:
    """All offline apps of the project, each with a QR code to open it on a phone."""
    apps = []
    settings = settings_of_all(registry.apps.values())
    for app in registry.apps.values():
        current = settings[app.name]
        address = request.build_absolute_uri(app_base(app))
        apps.append(
            {
                "app": app,
                "title": current.title,
                "address": address,
                "icon": icon_url(app, current, "any", 192),
                "qr": segno.make(address, micro=False).svg_inline(border=2, omitsize=True, svgclass="qr"),
            }
        )
    return secured(render(request, "pwa/home.html", {"apps": apps, "secure": request.is_secure()}))


@login_not_required
@require_safe
@in_language_of_screens
def shell(request: HttpRequest, app: str, rest: str = "") -> HttpResponse:
    """The page of an app, at every address below it (decision 0008)."""
    declared = _app(app)
    try:
        return secured(HttpResponse(_shell(declared, settings_of(declared))))
    except NotBuilt as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@in_language_of_screens
def manifest(request: HttpRequest, app: str) -> HttpResponse:
    declared = _app(app)
    response = JsonResponse(app_manifest(declared, settings_of(declared)), content_type="application/manifest+json")
    return secured(response)


@login_not_required
@require_safe
def icon(request: HttpRequest, app: str, purpose: str, size: int) -> HttpResponse:
    declared = _app(app)
    if purpose not in {"any", "maskable"} or size not in ICON_SIZES:
        raise Http404
    current = settings_of(declared)
    response = HttpResponse(_icon(declared, current, purpose, size), content_type="image/png")
    named = request.GET.get("v") == current.icon_version  # its address says what is in it
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if named else "public, max-age=3600"
    return secured(response)


@login_not_required
@require_safe
@in_language_of_screens
def service_worker(request: HttpRequest, app: str) -> HttpResponse:
    """The built service worker behind a first line that names this app's files.

    Any change of shell, manifest, icons or assets changes that line, so the browser sees a new version.
    """
    declared = _app(app)
    try:
        build = current_build()
        current = settings_of(declared)
        page = _shell(declared, current)
    except NotBuilt as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
    base = app_base(declared)
    manifest_text = json.dumps(app_manifest(declared, current))
    facts = {
        "shell": base,
        "scope": base,
        "precache": [
            {"url": base, "revision": revision(page.encode())},
            {"url": _address(declared, "manifest"), "revision": revision(manifest_text.encode())},
            {"url": icon_url(declared, current, "any", 192), "revision": None},
            *({"url": address, "revision": None} for address in [*build.assets, *own_scripts(declared)]),
            *({"url": address, "revision": found} for address, found in imported_scripts(declared).items()),
        ],
    }
    text = f"self.__HAVERSACK__ = {json.dumps(facts)};\n{build.service_worker}"
    return secured(HttpResponse(text, content_type="text/javascript; charset=utf-8"))


@login_not_required
@require_safe
def engine(request: HttpRequest, app: str, digest: str) -> HttpResponse:
    """The script of the engine's worker, at an address of the app itself.

    A browser starts workers only from the page's own origin, where static files need not be, and asks a service worker
    only for addresses in its scope, where they are not.

    :param digest: of the build that the page belongs to, as in the script's name.
    :raises Http404: there is no such app, or the build here is another one.
    """
    _app(app)
    try:
        script = current_build().worker(f"worker-{digest}.js")
    except NotBuilt as error:
        return HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
    if script is None:
        raise Http404
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"  # its name says what is in it
    return secured(response)


def _app(name: str) -> OfflineApp:
    try:
        return registry.get(name)
    except UnknownApp as error:
        raise Http404(error.message) from None


def _address(app: OfflineApp, view: str) -> str:
    return reverse(f"pwa:{view}", kwargs={"app": app.name})


def _icon(app: OfflineApp, current: CurrentSettings, purpose: str, size: int) -> bytes:
    picture = icon_of(app) if current.icon_uploaded else None
    if picture is None:
        return drawn_icon(initials(current.title), current.theme_color, purpose, size)
    return uploaded_icon(picture, current.background_color, purpose, size)


def _shell(app: OfflineApp, current: CurrentSettings) -> str:
    """The page as text. Depends on the app, its settings, the build and the language; never on who asks."""
    language = screen_language()
    config: dict[str, Any] = {
        "app": app.name,
        "title": current.title,
        "description": str(app.description),
        "anonymous": app.anonymous,
        "base": app_base(app),
        "api": reverse("syncapi:sync", kwargs={"app": app.name}),
        "on_sync": on_sync_script(app),
        "screens": own_screens(app),
        "language": language,
        "texts": texts(language),
    }
    return render_to_string(
        "pwa/shell.html",
        {
            "app": app,
            "current": current,
            "build": current_build(),
            "config": config,
            "icon": icon_url(app, current, "any", 192),
            "touch_icon": icon_url(app, current, "maskable", 192),
            "manifest": _address(app, "manifest"),
            "language": language,
            "direction": "rtl" if get_language_bidi() else "ltr",
        },
    )
