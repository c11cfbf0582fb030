"""The pages of this room."""

from __future__ import annotations

from django.urls import path

from studio.networks import views
from studio.networks.views import building, searching, snapshots, training

app_name = "networks"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.create, name="create"),
    path("import/", views.import_file, name="import"),
    path("<int:pk>/", building.builder, name="builder"),
    path("<int:pk>/edit/", building.edit, name="edit"),
    path("<int:pk>/undo/", building.undo, name="undo"),
    path("<int:pk>/redo/", building.redo, name="redo"),
    path("<int:pk>/data/", building.data, name="data"),
    path("<int:pk>/training/", training.page, name="training"),
    path("<int:pk>/training/edit/", training.edit, name="training_edit"),
    path("<int:pk>/training/undo/", training.undo, name="training_undo"),
    path("<int:pk>/training/redo/", training.redo, name="training_redo"),
    path("<int:pk>/find/<slug:kind>/", searching.shown, name="search"),
    path("<int:pk>/find/<slug:kind>/begin/", searching.begin, name="search_begin"),
    path("<int:pk>/find/<slug:kind>/drop/", searching.drop, name="search_drop"),
    path("<int:pk>/snapshots/", snapshots.take, name="snapshot"),
    path("<int:pk>/snapshots/<int:number>/restore/", snapshots.restore, name="snapshot_restore"),
    path("<int:pk>/snapshots/<int:number>/delete/", snapshots.delete, name="snapshot_delete"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/duplicate/", views.duplicate, name="duplicate"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/network.json", views.export, name="export"),
]
