"""The pages of this room."""

from __future__ import annotations

from django.urls import path

from studio.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.listing, name="list"),
    path("start/<int:network_id>/", views.start, name="start"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/epochs/", views.epochs, name="epochs"),
    path("<int:pk>/epochs.csv", views.epochs_csv, name="epochs_csv"),
    path("<int:pk>/stop/", views.stop, name="stop"),
    path("<int:pk>/pause/", views.pause, name="pause"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("<int:pk>/delete/", views.delete, name="delete"),
]
