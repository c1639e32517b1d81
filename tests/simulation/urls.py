"""Addresses of the simulator's server. `simulation/` is in no other settings."""

from django.urls import include, path

from tests.simulation.views import office

urlpatterns = [path("simulation/<slug:what>/", office), path("", include("settings.urls"))]
