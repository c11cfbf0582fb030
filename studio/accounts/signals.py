"""Whoever signs in has a project to work in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from studio.accounts import services
from studio.accounts.models import User


@receiver(user_logged_in)
def give_first_project(sender: type, user: User, **rest: Any) -> None:
    services.first_project(user)
