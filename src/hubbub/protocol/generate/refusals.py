"""Which commands may be refused, and why: beside the refusals that any command may meet."""

from __future__ import annotations

ANY = {
    "invalid": "a field is missing, unknown, malformed or beyond a limit; the message names it",
    "rate_limited": "too much, too fast: again after `retry_after` seconds",
    "unavailable": "the database cannot take it now, nothing happened: again after `retry_after` seconds",
    "internal": "a bug of the server; it is in its log",
    "sign_in": "over HTTP: there is no valid session, token or JWT",
}

_ROOM = {"not_found": "there is no such room, or you may not see it"}
_MEMBER_OF = _ROOM | {"forbidden": "you are not a member of the room"}
_MANAGER_OF = _ROOM | {"forbidden": "you manage neither the room nor the site, or it is a direct room"}
_MESSAGE = {"not_found": "there is no such message, or you may not see its room"}

OF: dict[str, dict[str, str]] = {
    "snapshot": {},
    "resume": {},
    "message.send": _ROOM
    | {
        "forbidden": "you are not a member of the room, or it is archived",
        "conflict": "the id belongs to another message",
    },
    "message.edit": _MESSAGE
    | {
        "forbidden": "it is not yours, it is deleted, or the room is archived or no longer yours",
        "conflict": "it has changed since `seq`",
    },
    "message.delete": _MESSAGE | {"forbidden": "it is neither yours nor in a room that you manage"},
    "message.get": _MESSAGE,
    "timeline": _ROOM,
    "room.create": {"forbidden": "you are a guest", "conflict": "the name is taken"},
    "room.direct": {
        "not_found": "one of the members does not exist, is inactive, or you may not see them",
        "forbidden": "you are a guest and share no room with one of them, or one does not let you write to them",
    },
    "room.get": _ROOM,
    "room.directory": {},
    "room.rename": _MANAGER_OF | {"conflict": "the name is taken"},
    "room.describe": _ROOM | {"forbidden": "you are not a member of the room, or a guest, or it is archived"},
    "room.archive": _MANAGER_OF,
    "room.join": _ROOM | {"forbidden": "the room is not public or is archived, or you are a guest"},
    "room.leave": _ROOM | {"forbidden": "a direct room cannot be left"},
    "room.invite": _ROOM
    | {
        "not_found": "there is no such room or member, or you may not see them",
        "forbidden": "you are not a member of the room, or a guest, it is direct or archived, or one of the "
        "members does not let you add them",
    },
    "room.remove": _MANAGER_OF | {"not_found": "there is no such room, or they are not in it"},
    "room.roster": _ROOM,
    "room.read": _MEMBER_OF,
    "room.unread": _MEMBER_OF,
    "room.notify": _MEMBER_OF,
    "member.list": {},
    "member.directory": {},
    "profile.update": {},
    "presence.set": {},
    "typing": {"invalid": "you are not a member of the room"},
    "beat": {},
}
"""Every command: what it may be refused with, and why."""
