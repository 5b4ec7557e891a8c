"""HTTP and WebSocket under one ASGI application; any ASGI server can run it."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub_site.settings")
http = get_asgi_application()

from hubbub.routing import websocket_urlpatterns  # noqa: E402  needs Django's apps, which the line above loads

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns)),
    }
)
