"""The tutorial's project: settings, routing, application. BENCH_LAYER and BENCH_REDIS (a port) choose the layer."""

from __future__ import annotations

import os

import django
from django.conf import settings

LAYER: dict[str, object] = {"BACKEND": os.environ.get("BENCH_LAYER", "channels.layers.InMemoryChannelLayer")}
if port := os.environ.get("BENCH_REDIS"):
    # By default redis-py 8 times out after five seconds, which is how long the layer waits for a message,
    # and allows a hundred connections, which five hundred rooms exceed: clients would lose their sockets.
    redis = {"address": f"redis://127.0.0.1:{port}/0", "socket_timeout": None, "max_connections": 20_000}
    LAYER["CONFIG"] = {"hosts": [redis]}

settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": LAYER},
    ROOT_URLCONF=__name__,
)
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  needs the settings
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import re_path  # noqa: E402

from bench.peers.tutorial.consumers import ChatConsumer  # noqa: E402

urlpatterns: list[object] = []
websocket_urlpatterns = [re_path(r"ws/chat/(?P<room>\w+)/$", ChatConsumer.as_asgi())]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter(websocket_urlpatterns)}
)
