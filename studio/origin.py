"""Which pages may open a websocket: browsers ask nobody, and send the cookie along."""

from __future__ import annotations

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


class SameOrigin:
    """Pages of the host and port that the socket is opened at, or of a trusted origin.

    Channels' AllowedHostsOriginValidator, which stands before this, looks at the host alone: every
    other program on the same machine would do.
    """

    def __init__(self, application) -> None:
        self.application = application

    async def __call__(self, scope, receive, send):
        sent = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin, host = sent.get(b"origin", ""), sent.get(b"host", "")
        ours = urlsplit(origin).netloc.lower() == host.lower() or origin in settings.CSRF_TRUSTED_ORIGINS
        return await (self.application if ours else WebsocketDenier())(scope, receive, send)
