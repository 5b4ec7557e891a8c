"""The tutorial's project: settings, routing and application."""

from __future__ import annotations

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
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
