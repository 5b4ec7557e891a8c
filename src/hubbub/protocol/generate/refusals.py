"""The refusals of each command, besides those that any command may meet.

The permission table gives the reasons for `forbidden`, and a command's fields those for `not_found`. `OTHERS` has what
neither of them says.
"""

from __future__ import annotations

from hubbub.protocol import commands
from hubbub.protocol.permissions import PERMISSIONS
from hubbub.protocol.wire import Command

ANY = {
    "invalid": "a field is missing, unknown, malformed or beyond a limit; the message names it",
    "rate_limited": "too many requests: retry after `retry_after` seconds",
    "unavailable": "the database is not available: retry after `retry_after` seconds",
    "internal": "a bug of the server, which is in its log",
    "sign_in": "over HTTP: there is no valid session, token or JWT",
}

OTHERS: dict[str, dict[str, str]] = {
    "message.send": {"conflict": "the id belongs to another message"},
    "message.edit": {"conflict": "it has changed since `seq`"},
    "room.create": {"conflict": "the name is taken"},
    "room.direct": {
        "not_found": "one of the members does not exist, is inactive, or you may not see them",
        "forbidden": "you are a guest and share no room with one of them, or one does not let you write to them",
    },
    "room.rename": {"conflict": "the name is taken"},
    "room.invite": {
        "not_found": "there is no such room or member, or you may not see them",
        "forbidden": f"{PERMISSIONS['room.invite'].otherwise}, or one of the members does not let you add them",
    },
    "room.remove": {"not_found": "there is no such room, or they are not in it"},
    "typing": {"invalid": "you are not a member of the room"},
}


def _refusals(kind: type[Command]) -> dict[str, str]:
    name = commands.type_of(kind)
    found: dict[str, str] = {}
    if name in PERMISSIONS:
        if "room" in kind.model_fields:
            found["not_found"] = PERMISSIONS["room.get"].otherwise
        elif "message" in kind.model_fields:
            found["not_found"] = "there is no such message, or you may not see its room"
        if PERMISSIONS[name] is not PERMISSIONS["room.get"]:
            found["forbidden"] = PERMISSIONS[name].otherwise
    return found | OTHERS.get(name, {})


OF: dict[str, dict[str, str]] = {commands.type_of(kind): _refusals(kind) for kind in commands.ALL}
"""The refusals of every command, with reasons."""
