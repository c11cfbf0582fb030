"""``manage.py signin_link [user]``: another sign-in link, single use, for 15 minutes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio.accounts.management import user_named
from studio.accounts.tokens import make_signin_link


class Command(BaseCommand):
    help = "Prints a link that signs a user in once, within 15 minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", nargs="?", help="user name; the first user when left out")

    def handle(self, *args: Any, user: str | None, **options: Any) -> None:
        self.stdout.write(make_signin_link(user_named(user)))
