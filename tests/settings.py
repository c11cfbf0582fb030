"""The studio's settings for tests: a data folder of their own, made before Django reads any setting."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MARK = "STUDIO_TEST_DIR"  # set for the processes that a test starts: they share its folder
if MARK not in os.environ:
    os.environ[MARK] = tempfile.mkdtemp(prefix="strata-tests-")
    os.environ["STUDIO_DATA_DIR"] = str(Path(os.environ[MARK], "data"))
    for name in ("STUDIO_PORT", "STUDIO_BIND", "STUDIO_DEBUG", "STUDIO_HTTPS", "STUDIO_SIGNUP", "EMAIL_HOST"):
        os.environ.pop(name, None)

from studio.settings import *  # noqa: E402, F403
from studio.settings import DATA_DIR, DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: worker and web processes of the tests open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nobody's real password
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
