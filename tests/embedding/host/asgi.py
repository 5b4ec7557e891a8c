"""HTTP as before, and the chat's sockets inside AuthMiddlewareStack, as in any Channels project."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "host.settings")
http = get_asgi_application()

import hubbub.routing  # noqa: E402

sockets = URLRouter([*hubbub.routing.websocket_urlpatterns, hubbub.routing.nowhere])
application = ProtocolTypeRouter({"http": http, "websocket": AuthMiddlewareStack(sockets)})
