"""Who calls the REST interface: a bearer key or a session with its CSRF token, never a query string."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from studio.accounts import tokens
from studio.accounts.models import User


def user_of_header(request: HttpRequest) -> User | AnonymousUser | None:
    """The user of the key in the Authorization header, nobody for a wrong one, None without one."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, text = header.partition(" ")
    user = tokens.user_of_key(text.strip()) if scheme.lower() == "bearer" else None
    return user or AnonymousUser()


class Key(HttpBearer):
    """A key that SigninRequired has already looked up."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return request.user if request.user.is_authenticated else None


class Session(SessionAuth):
    """The cookie of a signed-in browser: ninja checks the CSRF token. Not beside a key."""

    def __call__(self, request: HttpRequest) -> User | None:
        return None if "Authorization" in request.headers else super().__call__(request)
