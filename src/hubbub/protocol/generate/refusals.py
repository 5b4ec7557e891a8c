"""The refusals of each command, besides those that any command may meet."""

from __future__ import annotations

from hubbub.protocol.permissions import PERMISSIONS

ANY = {
    "invalid": "a field is missing, unknown, malformed or beyond a limit; the message names it",
    "rate_limited": "too many requests: retry after `retry_after` seconds",
    "unavailable": "the database is not available: retry after `retry_after` seconds",
    "internal": "a bug of the server, which is in its log",
    "sign_in": "over HTTP: there is no valid session, token or JWT",
}

_ROOM = {"not_found": PERMISSIONS["room.get"].otherwise}
_MESSAGE = {"not_found": "there is no such message, or you may not see its room"}


def _forbidden(command: str, *others: str) -> dict[str, str]:
    """The reasons why a command is forbidden: that of the permission table, and others."""
    return {"forbidden": ", or ".join([PERMISSIONS[command].otherwise, *others])}


OF: dict[str, dict[str, str]] = {
    "snapshot": {},
    "resume": {},
    "message.send": _ROOM | _forbidden("message.send") | {"conflict": "the id belongs to another message"},
    "message.edit": _MESSAGE | _forbidden("message.edit") | {"conflict": "it has changed since `seq`"},
    "message.delete": _MESSAGE | _forbidden("message.delete"),
    "message.get": _MESSAGE,
    "timeline": _ROOM,
    "room.create": _forbidden("room.create") | {"conflict": "the name is taken"},
    "room.direct": {
        "not_found": "one of the members does not exist, is inactive, or you may not see them",
        "forbidden": "you are a guest and share no room with one of them, or one does not let you write to them",
    },
    "room.get": _ROOM,
    "room.directory": {},
    "room.rename": _ROOM | _forbidden("room.rename") | {"conflict": "the name is taken"},
    "room.describe": _ROOM | _forbidden("room.describe"),
    "room.archive": _ROOM | _forbidden("room.archive"),
    "room.join": _ROOM | _forbidden("room.join"),
    "room.leave": _ROOM | _forbidden("room.leave"),
    "room.invite": {"not_found": "there is no such room or member, or you may not see them"}
    | _forbidden("room.invite", "one of the members does not let you add them"),
    "room.remove": {"not_found": "there is no such room, or they are not in it"} | _forbidden("room.remove"),
    "room.roster": _ROOM,
    "room.read": _ROOM | _forbidden("room.read"),
    "room.unread": _ROOM | _forbidden("room.unread"),
    "room.notify": _ROOM | _forbidden("room.notify"),
    "member.list": {},
    "member.directory": {},
    "profile.update": {},
    "presence.set": {},
    "typing": {"invalid": "you are not a member of the room"},
    "beat": {},
}
"""The refusals of every command, with reasons."""
