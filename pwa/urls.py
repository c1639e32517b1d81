"""Addresses of the generated apps."""

from django.urls import URLPattern, URLResolver

app_name = "pwa"
urlpatterns: list[URLPattern | URLResolver] = []
