"""What the shell around every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from studio.accounts import services

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """theme, projects and current_project (both asked for only when a template shows them)."""
    theme = request.COOKIES.get("theme", "")
    signed_in = hasattr(request, "user") and request.user.is_authenticated
    return {
        "theme": theme if theme in THEMES else "",
        "signup_open": settings.SIGNUP_OPEN,
        "email_configured": settings.EMAIL_CONFIGURED,
        "projects": SimpleLazyObject(lambda: services.projects(request)) if signed_in else [],
        "current_project": SimpleLazyObject(lambda: services.current_project(request)) if signed_in else None,
    }
