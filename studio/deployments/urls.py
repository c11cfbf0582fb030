"""The pages of this room."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "deployments"
urlpatterns: list[URLPattern] = []
