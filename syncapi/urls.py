"""Addresses of the sync API."""

from django.urls import URLPattern, URLResolver

app_name = "syncapi"
urlpatterns: list[URLPattern | URLResolver] = []
