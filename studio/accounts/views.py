"""The pages of sign-in links, projects and API keys."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio.accounts import services, tokens
from studio.accounts.models import ApiKey


@login_not_required
@never_cache
@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Opening the link shows a button and burns nothing; pressing it signs in."""
    if request.method != "POST":
        return render(request, "accounts/signin.html")
    user = tokens.redeem_signin_link(request.POST.get("token", ""))
    if user is None:
        return render(request, "accounts/signin.html", {"refused": True}, status=403)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("home")


@require_POST
def create_project(request: HttpRequest) -> HttpResponse:
    project = services.create_project(user=request.user, name=request.POST.get("name", ""))
    services.switch(request, project)
    return redirect("home")


@require_POST
def switch_project(request: HttpRequest, pk: int) -> HttpResponse:
    services.switch(request, services.visible_project(request.user, pk))
    return redirect("home")


@require_POST
def rename_project(request: HttpRequest, pk: int) -> HttpResponse:
    services.rename_project(services.visible_project(request.user, pk), request.POST.get("name", ""))
    return redirect("home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list, and below a new key's form its text, once."""
    made = text = None
    if request.method == "POST":
        made, text = tokens.make_key(request.user, request.POST.get("name", ""))
    context = {"keys": request.user.api_keys.all(), "made": made, "text": text}
    return render(request, "accounts/keys.html", context, status=201 if made else 200)


@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    tokens.revoke_key(get_object_or_404(ApiKey, pk=pk, user=request.user))
    return redirect("accounts:keys")
