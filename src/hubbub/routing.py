"""WebSocket routes, for `URLRouter([*websocket_urlpatterns, nowhere])` inside `AuthMiddlewareStack`.

`nowhere` comes last, after the host's own routes: it refuses all other paths. Without it, Channels raises for each.
"""

from __future__ import annotations

from typing import Any

from django.urls import re_path

from hubbub.realtime.sockets import handshake
from hubbub.realtime.sockets.member_socket import socket
from hubbub.realtime.sockets.room_socket import room_socket

# Typed Any: Django's `re_path` is typed for views, Channels routes any ASGI application with it.
_socket: Any = socket
_room_socket: Any = room_socket
_nowhere: Any = handshake.nowhere

websocket_urlpatterns = [
    re_path(r"^ws/$", _socket),
    re_path(r"^ws/chat/(?P<room>[^/]+)/$", _room_socket),
]

nowhere = re_path(r"", _nowhere)
