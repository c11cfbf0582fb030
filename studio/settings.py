"""Every setting of the studio, in one file. Each knob is an environment variable with a safe default.

Nothing set: SQLite, a private broker on a Unix socket (studio.broker), files in ``data/``.
DATABASE_URL, REDIS_URL, STUDIO_BROKER_URL: the same code on servers.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from studio import broker, machine, secret

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str, default: bool) -> bool:
    text = os.environ.get(name, str(default))
    if text not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {text!r}.")
    return text == "True"


def env_whole(name: str, default: int, low: int, high: int) -> int:
    text = os.environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low:,} to {high:,}, not {text!r}.")
    return int(text)


def env_list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def env_folder(name: str, default: Path) -> Path:
    folder = Path(os.environ.get(name) or default).resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # sessions and data: for this user alone
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {folder} cannot be written to ({error.strerror}). Set {name} to one that can."
        ) from None


# --- Where it runs ---------------------------------------------------------------------------

DATA_DIR = env_folder("STUDIO_DATA_DIR", BASE_DIR / "data")
BIND = os.environ.get("STUDIO_BIND", "127.0.0.1")
PORT = env_whole("STUDIO_PORT", 8000, 1, 65_535)
DEBUG = env_flag("STUDIO_DEBUG", False)
IS_LOOPBACK = BIND in ("127.0.0.1", "::1", "localhost")
HTTPS = env_flag("STUDIO_HTTPS", False)
if DEBUG and not IS_LOOPBACK:
    raise ImproperlyConfigured("STUDIO_DEBUG shows secrets: it works with a loopback STUDIO_BIND only.")

SECRET_KEY = os.environ.get("STUDIO_SECRET_KEY") or secret.key(DATA_DIR / "secret_key")
ALLOWED_HOSTS_SET = bool(env_list("ALLOWED_HOSTS"))
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

# --- What it is made of ----------------------------------------------------------------------

INSTALLED_APPS = [
    "studio",
    "studio.accounts",
    "studio.datasets",
    "studio.networks",
    "studio.runs",
    "studio.deployments",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "channels",
    "ninja",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "studio.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studio.accounts.middleware.SigninRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "studio.middleware.user_errors",
]
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "studio.context.shell",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Rows, files, messages -------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{DATA_DIR / 'studio.sqlite3'}"),
        # Under ASGI every request has a thread of its own: kept connections would pile up.
        conn_max_age=0,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE and WAL: otherwise a transaction that reads and then writes fails at once.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    machine.hold(DATABASES["default"]["NAME"])

CACHES = {
    # In the database: shared by all web processes and there even when the broker is not.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "studio_cache"},
}

MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["studio.datasets.intake.Intake"]  # straight into the storage's disk
UPLOAD_LIMIT_BYTES = env_whole("STUDIO_UPLOAD_LIMIT_MB", 6_000, 1, 1_000_000) * 1_000_000
UNPACKED_LIMIT_BYTES = env_whole("STUDIO_UNPACKED_LIMIT_MB", 20_000, 1, 1_000_000) * 1_000_000
PROJECT_LIMIT_BYTES = env_whole("STUDIO_PROJECT_LIMIT_MB", 100_000, 1, 1_000_000_000) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

BROKER = broker.address(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py 8 reads time out after 5 s by default, which kills quiet websockets.
        "CONFIG": {
            "hosts": [{"address": BROKER.channels, "socket_timeout": None}],
            "prefix": "strata",
            "capacity": 1000,
        },
    },
}
CELERY_BROKER_URL = BROKER.celery
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = False  # the database's lease decides what runs again, not the queue
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker outlives any outage: it may be training
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"unacked_restore_interval": 10, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False  # a lost doorbell is rung again by the reaper
# Trainings at a time on one machine's processor (each GPU takes one), and jobs of all kinds
# (0: three more than it can train).
CPU_RUNS = env_whole("STUDIO_CPU_RUNS", 1, 0, 64)
WORKER_JOBS = env_whole("STUDIO_WORKER_JOBS", 0, 0, 256)
ARRAY_CACHE_BYTES = env_whole("STUDIO_ARRAY_CACHE_MB", 20_000, 0, 10_000_000) * 1_000_000

# --- Who may come in -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "studio.errors.csrf_failure"
SIGNUP_OPEN = os.environ.get("STUDIO_SIGNUP", "closed") == "open"
EMAIL_CONFIGURED = bool(os.environ.get("EMAIL_HOST"))
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_CONFIGURED
    else "django.core.mail.backends.locmem.EmailBackend"
)
ACCOUNT_ADAPTER = "studio.accounts.adapter.Adapter"
ACCOUNT_FORMS = {"login": "studio.accounts.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reset_password": "5/h/ip,3/h/key"}

# --- What browsers are told ------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# --- Words and files -------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = False
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # served from where they lie: nothing to collect

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"studio": {"level": "INFO"}},
}
