"""The secret key of an installation: made once, kept beside its data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def key(path: Path) -> str:
    """The key in ``path``; made there with mode 0600 when there is none yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text().strip()
