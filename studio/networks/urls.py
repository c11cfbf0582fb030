"""The pages of this room."""

from __future__ import annotations

from django.http import Http404
from django.urls import path


def missing(request):
    raise Http404


app_name = "networks"
urlpatterns = [path("", missing, name="list")]
