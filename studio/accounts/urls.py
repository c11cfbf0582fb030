"""Sign-in, projects and keys."""

from __future__ import annotations

from allauth.account import views as allauth
from django.conf import settings
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

from studio.accounts import views

app_name = "accounts"
urlpatterns = [
    path("signin/", views.signin, name="signin"),
    path("projects/", views.create_project, name="project_create"),
    path("projects/<int:pk>/switch/", views.switch_project, name="project_switch"),
    path("projects/<int:pk>/rename/", views.rename_project, name="project_rename"),
    path("keys/", views.keys, name="keys"),
    path("keys/<int:pk>/revoke/", views.revoke_key, name="key_revoke"),
]

page = require_http_methods(["GET", "HEAD", "POST"])
# allauth's views under the names that allauth itself looks for; only those that we serve.
entrance = [
    path("login/", page(allauth.login), name="account_login"),
    path("logout/", page(allauth.logout), name="account_logout"),
    path("inactive/", page(allauth.account_inactive), name="account_inactive"),
    path("signup/", page(allauth.signup), name="account_signup"),
    path("password/change/", page(allauth.password_change), name="account_change_password"),
    path("password/set/", page(allauth.password_set), name="account_set_password"),
]
if settings.EMAIL_CONFIGURED:
    entrance += [
        path("password/reset/", page(allauth.password_reset), name="account_reset_password"),
        path("password/reset/done/", page(allauth.password_reset_done), name="account_reset_password_done"),
        re_path(  # the key has a "-" of its own: the user's part ends at the first
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
            page(allauth.password_reset_from_key),
            name="account_reset_password_from_key",
        ),
        path(
            "password/reset/key/done/",
            page(allauth.password_reset_from_key_done),
            name="account_reset_password_from_key_done",
        ),
    ]
