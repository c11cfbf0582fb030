"""Where every page, the REST interface and the health check stand."""

from __future__ import annotations

from django.urls import include, path

from studio import views
from studio.accounts.urls import entrance
from studio.api import api

handler400 = "studio.errors.bad_request"
handler403 = "studio.errors.forbidden"
handler404 = "studio.errors.not_found"
handler500 = "studio.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("evaluate/", views.newest_report, name="evaluate"),
    path("deploy/", views.newest_model, name="deploy"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include(entrance)),
    path("", include("studio.accounts.urls")),
    path("datasets/", include("studio.datasets.urls")),
    path("networks/", include("studio.networks.urls")),
    path("runs/", include("studio.runs.urls")),
    path("runs/", include("studio.deployments.urls")),
    path("api/v1/", api.urls),
]
