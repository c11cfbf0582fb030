#!/usr/bin/env python
"""Django's command line for the studio."""

from __future__ import annotations

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("Strata needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + ".")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(2)


if __name__ == "__main__":
    main()
