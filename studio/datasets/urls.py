"""The pages of this room."""

from __future__ import annotations

from django.urls import path

from studio.datasets import edits, views

app_name = "datasets"
urlpatterns = [
    path("", views.dataset_list, name="list"),
    path("upload/", edits.upload, name="upload"),
    path("samples/<slug:key>/", edits.use_sample, name="use_sample"),
    path("<int:pk>/", views.dataset, name="detail"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/look/<int:at>/", views.look, name="look"),
    path("<int:pk>/picture/<int:at>/<int:row>/", views.picture, name="picture"),
    path("<int:pk>/raw/", views.raw, name="raw"),
    path("<int:pk>/versions/", edits.add_version, name="add_version"),
    path("<int:pk>/reread/", edits.reread, name="reread"),
    path("<int:pk>/preview/", edits.preview, name="preview"),
    path("<int:pk>/read-again/", edits.read_again, name="read_again"),
    path("<int:pk>/role/", edits.role, name="role"),
    path("<int:pk>/target/", edits.target, name="target"),
    path("<int:pk>/task/", edits.task, name="task"),
    path("<int:pk>/remedy/", edits.remedy, name="remedy"),
    path("<int:pk>/drop-step/", edits.drop_step, name="drop_step"),
    path("<int:pk>/delete-raw/", edits.delete_raw, name="delete_raw"),
    path("<int:pk>/rename/", edits.rename, name="rename"),
    path("<int:pk>/delete/", edits.delete, name="delete"),
]
