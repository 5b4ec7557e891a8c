"""Every setting of the `HUBBUB` dict in Django's settings: its default and its meaning."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings


class Setting(NamedTuple):
    default: Any
    meaning: str


SETTINGS: dict[str, Setting] = {
    "WORKSPACE": Setting("Chat", "name of the workspace, until its owner gives it another"),
    "ADMIT": Setting(
        "hubbub.admission.every_active_user",
        "dotted path of `user -> Admission | None`: who of the host's users may chat, under which name and role",
    ),
    "BEARER": Setting(
        (),
        "dotted paths of `token -> user | None`: what else counts as `Authorization: Bearer …`, such as your JWTs",
    ),
    "FIRST_ROOM": Setting("general", "public room that is made first and that everybody but guests joins"),
    "RATE_LIMITS": Setting(
        True, "False lifts rates, daily quotas and connection counts (not sizes), for load tests"
    ),
    "CHANNEL_LAYER": Setting("default", "which of CHANNEL_LAYERS carries frames between processes"),
    "SOCKET_PATH": Setting(
        "/ws/", "where the host's routing mounts `hubbub.routing`; the page tells the client"
    ),
    "FETCH_INTERNAL": Setting(
        (),
        "hosts of your own network, as `host` or `host:port`, that the server may fetch from although their addresses "
        "are private; all others must be on the public internet",
    ),
    "LINKS": Setting(
        {},
        "where the client's menu leads: URL names or paths for sign_in, sign_out, account, invite, admin; or the "
        "dotted path of `request -> such a dict`, where it depends on who asks",
    ),
}


def get(name: str) -> Any:
    """The value of one setting. KeyError for a name that is not in the table."""
    default = SETTINGS[name].default
    return getattr(settings, "HUBBUB", {}).get(name, default)
