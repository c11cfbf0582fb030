"""Commands about users."""

from __future__ import annotations

from django.core.management.base import CommandError


def user_named(name: str | None) -> object:
    """The active user of that name, or the first one. Raises CommandError when there is none."""
    from studio.accounts.models import User

    users = User.objects.filter(is_active=True).order_by("pk")
    user = users.filter(username=name).first() if name else users.first()
    if user is None:
        raise CommandError(
            f"There is no active user {name}." if name else "There is no user yet: run make up."
        )
    return user
