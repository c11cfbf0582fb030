"""A password reset from asking to signing in, in a process that has e-mail configured; prints JSON."""

from __future__ import annotations

import json
import re
import sys

import django

django.setup()

from django.core import mail  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from studio.accounts.models import User  # noqa: E402

NEW = {"password1": "another-long-pass-9", "password2": "another-long-pass-9"}


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    setup_test_environment()  # mail goes to mail.outbox
    User.objects.create_user("ana", "ana@example.org", "some-long-pass-1")
    client = Client(headers={"host": "localhost"})
    client.post("/accounts/password/reset/", {"email": "ana@example.org"})
    link = re.search(r"http://localhost(\S+)", mail.outbox[0].body)[1]
    form = client.get(link).url
    client.post(form, NEW)
    used = Client(headers={"host": "localhost"}).get(link).content.decode()
    signed_in = client.login(username="ana", password=NEW["password1"])
    told = {"mails": len(mail.outbox), "to": mail.outbox[0].to, "signed_in": signed_in}
    told |= {"used_says": "used up or too old" in used, "used_has_form": "<form" in used}
    asked = [client.post("/accounts/password/reset/", {"email": "ana@example.org"}) for _ in range(10)]
    told |= {"last_status": asked[-1].status_code, "mails_in_the_end": len(mail.outbox)}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
