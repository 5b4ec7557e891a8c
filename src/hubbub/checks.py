"""System checks that find a wrong configuration when the server starts. Each has an id and a hint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from hubbub import conf


@register()
def check_settings(**_: Any) -> list[CheckMessage]:
    """hubbub.E001: HUBBUB has an unknown key, most likely a typing mistake."""
    unknown = sorted(set(getattr(settings, "HUBBUB", {})) - set(conf.SETTINGS))
    known = ", ".join(sorted(conf.SETTINGS))
    return [
        Error(f"HUBBUB has no setting {name!r}.", hint=f"It knows: {known}.", id="hubbub.E001")
        for name in unknown
    ]


@register()
def check_channels(**_: Any) -> list[CheckMessage]:
    """hubbub.E002: Channels' app is missing. hubbub.W001: ASGI_APPLICATION is missing. Sockets need both."""
    found: list[CheckMessage] = []
    if "channels" not in settings.INSTALLED_APPS:
        found.append(
            Error("channels is not installed.", hint='INSTALLED_APPS += ["channels"]', id="hubbub.E002")
        )
    if not getattr(settings, "ASGI_APPLICATION", None):
        hint = 'ASGI_APPLICATION = "yourproject.asgi.application"; see docs/embedding.md.'
        found.append(
            Warning("No ASGI_APPLICATION: the chat's socket is not served.", hint=hint, id="hubbub.W001")
        )
    return found


@register()
def check_channel_layer(**_: Any) -> list[CheckMessage]:
    """hubbub.E003: HUBBUB names a channel layer that is not configured."""
    name = conf.get("CHANNEL_LAYER")
    layers = getattr(settings, "CHANNEL_LAYERS", {})
    if not layers or name in layers:
        return []
    hint = f"Add {name!r} to CHANNEL_LAYERS or name another in HUBBUB['CHANNEL_LAYER']."
    return [Error(f"CHANNEL_LAYERS has no {name!r}.", hint=hint, id="hubbub.E003")]
