"""Everything asks for a signed-in user, except the views marked ``login_not_required``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from studio import errors
from studio.accounts.auth import user_of_header


class SigninRequired(LoginRequiredMiddleware):
    """Django's middleware, with keys and 401 for the REST interface and whole-page redirects for htmx."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.path.startswith(errors.API):
            request.user = user_of_header(request) or request.user
        return super().process_view(request, view, args, kwargs)

    def handle_no_permission(self, request: HttpRequest, view: Callable) -> HttpResponse:
        if request.path.startswith(errors.API):
            sentence = _("Send a key that is not revoked as “Authorization: Bearer …”, or sign in.")
            answer = errors.problem(401, sentence)
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        answer = super().handle_no_permission(request, view)
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(answer["Location"])
        return answer
