"""The pages of a run's report and model; they stand under /runs/."""

from __future__ import annotations

from django.urls import path

from studio.deployments import views

app_name = "deployments"
urlpatterns = [
    path("<int:pk>/report/", views.report, name="report"),
    path("<int:pk>/model/", views.model, name="model"),
    path("<int:pk>/model/again/", views.again, name="again"),
    path("<int:pk>/model/download/", views.download, name="download"),
    path("<int:pk>/model/try/", views.try_row, name="try"),
    path("<int:pk>/model/score/", views.score, name="score"),
]
