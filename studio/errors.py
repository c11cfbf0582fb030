"""Errors as answers: problem+json for programs, a page or a fragment in our design for people."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from training.errors import StrataError, UserError

API = "/api/"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Forbidden",
    404: "Not found",
    409: "Conflict",
    422: "Cannot be done as asked",
    500: "Server error",
}


def status_of(error: StrataError) -> int:
    """The HTTP status of an error; an error class may name its own as ``status``."""
    return getattr(error, "status", 422 if isinstance(error, UserError) else 500)


def problem(status: int, detail: str, **more: Any) -> JsonResponse:
    """An RFC 9457 answer: title, status, detail, and what else there is to say."""
    body = {"title": TITLES.get(status, TITLES[400]), "status": status, "detail": detail} | more
    return JsonResponse(body, status=status, content_type="application/problem+json")


def problem_of(error: StrataError, **more: Any) -> JsonResponse:
    """A StrataError as problem+json: kind, where and hint beside the sentence."""
    return problem(
        status_of(error), error.message, kind=type(error).__name__, where=error.where, hint=error.hint, **more
    )


def add_problem_handlers(api: NinjaAPI) -> None:
    """Make every refusal of ``api`` an application/problem+json answer."""

    @api.exception_handler(StrataError)
    def strata(request: HttpRequest, error: StrataError) -> HttpResponse:
        return problem_of(error)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, _("There is nothing here that you may see."))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, error.message)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [
            {"where": ".".join(str(part) for part in found["loc"][1:]), "message": found["msg"]}
            for found in error.errors
        ]
        detail = "; ".join(f"{field['where']}: {field['message']}" for field in fields)
        return problem(422, detail, errors=fields)


def user_error(request: HttpRequest, error: UserError) -> HttpResponse:
    """The sentence for the person at the screen: a note for htmx, else a page."""
    context = {"error": error, "message": error.message, "hint": error.hint}
    if request.headers.get("HX-Request") == "true":
        return render(request, "errors/note.html", context, status=status_of(error))
    return _page(request, status_of(error), _("That did not work"), error.message, error.hint)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 400, _("This request makes no sense"), _("The address or form is not one of ours.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, _("Not allowed"), _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request,
        404,
        _("Nothing here"),
        _("There is nothing at this address that you may see. It may have been deleted."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(
        request,
        500,
        _("Something broke on our side"),
        _("Nothing that was saved is lost. Try again; if it stays, the server's log says why."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        _("This form is too old"),
        _("You signed in or out since the page was loaded. Go back, reload it and send it again."),
    )


def _answer(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if request.path.startswith(API):
        return problem(status, sentence)
    return _page(request, status, title, sentence)


def _page(request: HttpRequest, status: int, title: str, sentence: str, hint: str = "") -> HttpResponse:
    # No request goes in: an error page must not need the session, the database or a user.
    context = {"title": title, "sentence": sentence, "hint": hint, "status": status}
    return HttpResponse(render_to_string("errors/page.html", context), status=status)
