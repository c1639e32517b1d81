"""Addresses of the sync API. Include them under `api/sync/`."""

from django.urls import path

from syncapi.api.actions import ActionView, routes
from syncapi.api.fallback import not_found
from syncapi.api.files import FileView
from syncapi.api.segments import SegmentView
from syncapi.api.session import SessionView
from syncapi.api.sync import SyncView

app_name = "syncapi"
urlpatterns = [
    path("<str:app>/", SyncView.as_view(), name="sync"),
    path("<str:app>/session/", SessionView.as_view(), name="session"),
    path("<str:app>/files/<str:entity>/<str:attribute>/", FileView.as_view(), name="file"),
    path("<str:app>/segments/<str:entity>/<str:sum>/", SegmentView.as_view(), name="segment"),
    *routes(),
    path("<str:app>/actions/<str:action>/", ActionView.as_view(), name="action"),
    path("", not_found),
    path("<path:rest>", not_found),
]
