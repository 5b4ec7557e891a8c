"""One ASGI application for HTTP and WebSocket; any ASGI server can run it."""

from __future__ import annotations

import os
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.db import InterfaceError, OperationalError

from hubbub_site.request_deadline import has_deadline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub_site.settings")
_http = get_asgi_application()

# These imports need Django's apps, which the line above loads.
from hubbub.errors import Unavailable  # noqa: E402
from hubbub.http.body_limit import LimitBodies  # noqa: E402
from hubbub.protocol.closing import Close  # noqa: E402
from hubbub.realtime.sockets import handshake  # noqa: E402
from hubbub.routing import nowhere, websocket_urlpatterns  # noqa: E402

BODY_BYTES_AT: dict[str, int] = {}
"""Path prefix → longest body in bytes, for routes that accept more than the usual limit."""

_sockets = URLRouter([*websocket_urlpatterns, nowhere])
_sockets_with_cookies = AuthMiddlewareStack(_sockets)


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Django's views, with a deadline for a database that does not answer."""
    has_deadline.set(True)
    await _http(scope, receive, send)


async def websocket(scope: Any, receive: Any, send: Any) -> None:
    """Refuse addresses with too many handshakes before any query.

    A device with a token needs no session, which saves a thread for each of a thousand that connect at once.
    """
    if wait := handshake.admit(scope):
        await handshake.refuse(receive, send, wait)
        return
    if any(name == b"authorization" for name, _ in scope["headers"]):
        await _sockets(scope, receive, send)
        return
    has_deadline.set(True)
    try:
        await _sockets_with_cookies(scope, receive, send)
    except (OperationalError, InterfaceError):  # the session cannot be read now; our sockets raise neither
        await send({"type": "websocket.accept"})
        reason = f"retry_after={Unavailable.retry_after}"
        await send({"type": "websocket.close", "code": int(Close.GOING_AWAY), "reason": reason})


application = ProtocolTypeRouter({"http": LimitBodies(http, BODY_BYTES_AT), "websocket": websocket})
