"""Addresses of the generated apps. Include them at the root."""

from django.urls import path, register_converter
from django.urls.converters import PathConverter

from pwa import views


class AddressConverter(PathConverter):
    """Anything: keys of records may have line feeds."""

    regex = "(?s:.+)"


register_converter(AddressConverter, "address")

app_name = "pwa"
urlpatterns = [
    path("", views.home, name="home"),
    path("apps/<str:app>/", views.shell, name="shell"),
    path("apps/<str:app>/manifest.webmanifest", views.manifest, name="manifest"),
    path("apps/<str:app>/sw.js", views.service_worker, name="service_worker"),
    path("apps/<str:app>/worker-<str:digest>.js", views.engine, name="engine"),
    path("apps/<str:app>/icons/<str:purpose>-<int:size>.png", views.icon, name="icon"),
    path("apps/<str:app>/<address:rest>", views.shell, name="deep"),
]
