"""HTTP to Django, websockets to Channels: same sign-in, and only from our own pages."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from studio import streaming
from studio.origin import SameOrigin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django_application = streaming.application()

# Routes import models, which need the application above.
from studio.runs.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": AllowedHostsOriginValidator(
            SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
        ),
    }
)
