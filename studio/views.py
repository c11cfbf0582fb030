"""Home, the two shortcuts of the sidebar, and the health check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {"step": "home"})


def newest_report(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {"step": "evaluate"})


def newest_model(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html", {"step": "deploy"})


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({})
