"""Secrets that are shown once and kept only as their SHA-256: sign-in links and API keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import ApiKey, SigninLink, User
from studio.accounts.services import printable
from training.errors import SettingError

LINK_LIFE = timedelta(minutes=15)
LINK_BYTES = 16  # 128 random bits
KEY_BYTES = 32
KEY_MARK = "strata_"
USED_EVERY = timedelta(minutes=1)  # how exact "last used" is; a write per request would cost more


def make_signin_link(user: User) -> str:
    """The address of a new sign-in link for ``user``.

    The token stands in the fragment: browsers do not send that, so it reaches no access log,
    no proxy and no preview; the page's script puts it into the form.
    """
    token = secrets.token_urlsafe(LINK_BYTES)
    SigninLink.objects.filter(expires_at__lt=timezone.now()).delete()
    SigninLink.objects.create(user=user, token_hash=_hash(token), expires_at=timezone.now() + LINK_LIFE)
    scheme = "https" if settings.HTTPS else "http"
    return f"{scheme}://{_host()}/signin/#{token}"


def redeem_signin_link(token: str) -> User | None:
    """The user of an unused link of the last 15 minutes, which is used up by this; else None."""
    now = timezone.now()
    link = SigninLink.objects.filter(token_hash=_hash(token)).select_related("user").first()
    if link is None or not link.user.is_active:
        return None
    # One conditional UPDATE of one row: of two clicks at once one signs in. Without a join, which
    # PostgreSQL would judge by a snapshot from before the other click.
    taken = SigninLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now)
    return link.user if taken else None


def make_key(user: User, name: str) -> tuple[ApiKey, str]:
    """A new API key and its text, which cannot be seen again. Raises SettingError for a bad name."""
    name = " ".join(printable(name).split())
    if not 1 <= len(name) <= 80:
        raise SettingError(
            _("A key needs a name of 1 to 80 characters."),
            where="name",
            hint=_("Say where it will be used, such as the program's name."),
        )
    text = KEY_MARK + secrets.token_urlsafe(KEY_BYTES)
    key = ApiKey.objects.create(user=user, name=name, prefix=text[:12], key_hash=_hash(text))
    return key, text


def user_of_key(text: str) -> User | None:
    """The active user of a key that is not revoked; notes when it was used."""
    # Found by the hash: what an attacker could time is not the key's text.
    key = ApiKey.objects.filter(key_hash=_hash(text), revoked_at=None, user__is_active=True)
    key = key.select_related("user").first()
    if key is None:
        return None
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key.user


def revoke_key(key: ApiKey) -> None:
    """The key opens nothing from now on; its row stays, so that the list tells."""
    key.revoked_at = key.revoked_at or timezone.now()
    key.save(update_fields=["revoked_at"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _host() -> str:
    """Where a browser finds us: the bind address, or the first allowed host when bound to all."""
    host = settings.BIND if settings.IS_LOOPBACK else settings.ALLOWED_HOSTS[0]
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return host if settings.HTTPS else f"{host}:{settings.PORT}"
