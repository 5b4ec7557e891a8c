"""The permission table: which command a member may run, by role, room and message.

`policy.py` decides by this table, the reference prints it, and the web client gets a copy (bin/generate), so that it
offers nothing that the server refuses. A command that is not in the table needs no permission beyond signing in.

Two questions are not in the table, because only the database knows the answer: whether a member is active (else
everything is refused), and whether people let themselves be added (`policy.refusing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypedDict, Unpack

from hubbub.protocol.objects import Role, RoomKind


class Relation(StrEnum):
    """A member's relation to a room."""

    OUTSIDE = "outside"
    MEMBER = "member"
    ADMIN = "admin"


class Author(StrEnum):
    """The author of a message, seen by the member who asks."""

    SELF = "self"
    OTHER = "other"


class Content(StrEnum):
    """The content of a message: text, a system message, or none after a deletion."""

    TEXT = "text"
    DELETED = "deleted"
    SYSTEM = "system"


class Facts(TypedDict, total=False):
    """The facts that a rule may test: the member's role and relation to the room, the message's author, …"""

    role: Role
    relation: Relation
    kind: RoomKind
    archived: bool
    author: Author
    content: Content


Rule = Mapping[str, tuple[StrEnum | bool, ...]]
"""Fact → the values that it may have. A rule allows a command if every fact that it names has one of its values."""


class Permission(NamedTuple):
    """The rules of a command, of which one must allow it, and the reason for a refusal, as the reference gives it."""

    rules: tuple[Rule, ...]
    otherwise: str


def allows(command: str, **facts: Unpack[Facts]) -> bool:
    """Whether the table allows a command. KeyError if a rule asks for a fact that is not given."""
    given: Mapping[str, object] = dict(facts)
    rules = PERMISSIONS[command].rules
    return any(all(given[fact] in values for fact, values in rule.items()) for rule in rules)


def refusal(command: str, **facts: Unpack[Facts]) -> str | None:
    """The code that refuses a command: `not_found` in a room that one may not see. None if it is allowed."""
    if not allows("room.get", **facts):
        return "not_found"
    return None if allows(command, **facts) else "forbidden"


_ADMINS = (Role.OWNER, Role.ADMIN)
_NO_GUESTS = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.BOT)
_INSIDE = (Relation.MEMBER, Relation.ADMIN)
_NOT_DIRECT = (RoomKind.PUBLIC, RoomKind.PRIVATE, RoomKind.THREAD)
_PEOPLE_WROTE = (Content.TEXT, Content.DELETED)

_SEE = Permission(
    ({"relation": _INSIDE}, {"kind": (RoomKind.PUBLIC,), "role": _NO_GUESTS}),
    "there is no such room, or you may not see it",
)
_JOINED = Permission(({"relation": _INSIDE},), "you are not a member of the room")
_MANAGE_INSIDE: tuple[Rule, ...] = (
    {"relation": (Relation.ADMIN,), "role": _NO_GUESTS, "kind": _NOT_DIRECT},
    {"relation": _INSIDE, "role": _ADMINS, "kind": _NOT_DIRECT},
)
_MANAGE = Permission(
    (*_MANAGE_INSIDE, {"relation": (Relation.OUTSIDE,), "role": _ADMINS, "kind": (RoomKind.PUBLIC,)}),
    "you manage neither the room nor the site, or it is a direct room",
)

PERMISSIONS: dict[str, Permission] = {
    "message.send": Permission(
        ({"relation": _INSIDE, "archived": (False,)},),
        "you are not a member of the room, or it is archived",
    ),
    "message.edit": Permission(
        ({"relation": _INSIDE, "archived": (False,), "author": (Author.SELF,), "content": (Content.TEXT,)},),
        "you did not write it, it is deleted, you are not a member of the room any more, or the room is archived",
    ),
    "message.delete": Permission(
        (
            {"relation": _INSIDE, "author": (Author.SELF,), "content": _PEOPLE_WROTE},
            *({**rule, "content": _PEOPLE_WROTE} for rule in _MANAGE_INSIDE),
        ),
        "you did not write it and do not manage the room, or you are not a member of the room",
    ),
    "message.get": _SEE,
    "timeline": _SEE,
    "room.create": Permission(({"role": _NO_GUESTS},), "you are a guest"),
    "room.get": _SEE,
    "room.rename": _MANAGE,
    "room.describe": Permission(
        (
            *_MANAGE.rules,
            {"relation": _INSIDE, "role": _NO_GUESTS, "kind": _NOT_DIRECT, "archived": (False,)},
        ),
        "you are not a member of the room, you are a guest, it is a direct room, or it is archived and you do not "
        "manage it",
    ),
    "room.archive": _MANAGE,
    "room.join": Permission(
        ({"kind": (RoomKind.PUBLIC,), "role": _NO_GUESTS, "archived": (False,)},),
        "the room is not public or is archived, or you are a guest",
    ),
    "room.leave": Permission(
        ({"kind": (RoomKind.PUBLIC, RoomKind.PRIVATE)},), "a direct room cannot be left"
    ),
    "room.invite": Permission(
        ({"relation": _INSIDE, "role": _NO_GUESTS, "kind": _NOT_DIRECT, "archived": (False,)},),
        "you are not a member of the room, you are a guest, or it is direct or archived",
    ),
    "room.remove": _MANAGE,
    "room.roster": _SEE,
    "room.read": _JOINED,
    "room.unread": _JOINED,
    "room.notify": _JOINED,
}
