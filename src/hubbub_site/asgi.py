"""HTTP and WebSocket under one ASGI application; any ASGI server can run it."""

from __future__ import annotations

import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub_site.settings")
http = get_asgi_application()

from hubbub.routing import websocket_urlpatterns  # noqa: E402  needs Django's apps, which the line above loads

_sockets = URLRouter(websocket_urlpatterns)
_sockets_with_cookies = AuthMiddlewareStack(_sockets)


async def websocket(scope: Any, receive: Any, send: Any) -> None:
    """Who brings a token needs no session looked up: a thread less for each of a thousand devices that come at once."""
    brings_token = any(name == b"authorization" for name, _ in scope["headers"])
    await (_sockets if brings_token else _sockets_with_cookies)(scope, receive, send)


application = ProtocolTypeRouter({"http": http, "websocket": websocket})
