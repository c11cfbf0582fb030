"""``manage.py apikey NAME [--user USER]``: a new key for the REST interface."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.accounts.management import user_named
from studio.accounts.tokens import make_key
from training.errors import SettingError


class Command(BaseCommand):
    help = "Makes an API key and prints it; it cannot be seen again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="where it will be used")
        parser.add_argument("--user", help="user name; the first user when left out")

    def handle(self, *args: Any, name: str, user: str | None, **options: Any) -> None:
        try:
            _, text = make_key(user_named(user), name)
        except SettingError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(text)
