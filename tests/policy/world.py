"""A room of each kind for each role, and the fields of each command in the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Role, RoomKind, RoomRole
from tests.policy.table import PLACES, ROLES

KINDS = {"P": RoomKind.PUBLIC, "p": RoomKind.PRIVATE, "d": RoomKind.DIRECT, "z": RoomKind.PUBLIC}


@dataclass
class Cell:
    """One letter of the table: a member, a room, and its messages and people."""

    who: Member
    room: int
    name: str
    own: UUID
    others: UUID
    system: UUID
    host: int
    newcomer: int
    stranger: int
    archived: bool

    def nowhere(self) -> Cell:
        """The same command about things that do not exist."""
        gone = {"room": 2**53, "name": self.name and "nowhere", "own": UUID(int=1), "others": UUID(int=1)}
        return Cell(**{**vars(self), **gone, "system": UUID(int=1)})


COMMAND_FIELDS: dict[str, Callable[[Cell], dict[str, Any]]] = {
    "message.get": lambda c: {"message": c.others},
    "timeline": lambda c: {"room": c.room},
    "room.get": lambda c: {"room": c.room},
    "room.get, by name": lambda c: {"name": c.name} if c.name else {"room": c.room},
    "room.roster": lambda c: {"room": c.room},
    "room.read": lambda c: {"room": c.room, "number": 1},
    "room.unread": lambda c: {"room": c.room, "number": 1},
    "room.notify": lambda c: {"room": c.room, "level": "nothing"},
    "message.send": lambda c: {"room": c.room, "message": make_message_id(), "text": "hello"},
    "message.edit, one's own": lambda c: {"message": c.own, "text": "better", "seq": 2},
    "message.edit, another's": lambda c: {"message": c.others, "text": "forged", "seq": 1},
    "message.edit, a system line": lambda c: {"message": c.system, "text": "forged", "seq": 3},
    "message.delete, one's own": lambda c: {"message": c.own},
    "message.delete, another's": lambda c: {"message": c.others},
    "message.delete, a system line": lambda c: {"message": c.system},
    "room.rename": lambda c: {"room": c.room, "name": "another name"},
    "room.describe": lambda c: {"room": c.room, "description": "what it is for"},
    "room.archive": lambda c: {"room": c.room, "archived": not c.archived},
    "room.join": lambda c: {"room": c.room},
    "room.leave": lambda c: {"room": c.room},
    "room.invite": lambda c: {"room": c.room, "members": [c.newcomer]},
    "room.remove": lambda c: {"room": c.room, "member": c.host},
    "snapshot": lambda c: {},
    "resume": lambda c: {"epoch": "", "rooms": {c.room: 0}},
    "room.directory": lambda c: {},
    "room.create": lambda c: {"name": "new"},
    "room.direct": lambda c: {"members": [c.newcomer]},
    "room.direct, with somebody one shares no room with": lambda c: {"members": [c.stranger]},
    "member.list": lambda c: {"members": [c.newcomer]},
    "member.directory": lambda c: {},
    "profile.update": lambda c: {"name": "New Name"},
}


def make_world() -> dict[tuple[Role, str], Cell]:
    """All cells. Rows are written directly, because `tests/actions` tests how rooms are created."""
    host, newcomer, stranger = (
        Member.objects.create(handle=name, name=name) for name in ("host", "newcomer", "stranger")
    )
    lobby = Room.objects.create(kind=RoomKind.PRIVATE, name="lobby", name_key="lobby")
    Membership.objects.create(room=lobby, member=newcomer)
    cells = {}
    for role in ROLES:
        who = Member.objects.create(handle=role.value, name=role.value, role=role)
        Membership.objects.create(room=lobby, member=who)
        for place in PLACES:
            room = _make_room(f"{role} {PLACES.index(place)}", place, who, host)
            own, others, system = (message.pk for message in _make_messages(room, who, host))
            ids = {"own": own, "others": others, "system": system}
            people = {"host": host.pk, "newcomer": newcomer.pk, "stranger": stranger.pk}
            cells[role, place] = Cell(
                who=who, room=room.pk, name=room.name, archived=room.archived, **ids, **people
            )
    return cells


def _make_room(name: str, place: str, who: Member, host: Member) -> Room:
    kind = KINDS[place[0]]
    named = kind != RoomKind.DIRECT
    room = Room.objects.create(
        kind=kind,
        name=name if named else "",
        name_key=name if named else None,
        direct_key=None if named else f"{who.pk},{host.pk},{place}",
        archived=place[0] == "z",
        seq=3,
        last_number=3,
        posts=2,
        member_count=1 + (place[1] != "-"),
    )
    Membership.objects.create(room=room, member=host, role=RoomRole.ADMIN if named else RoomRole.MEMBER)
    if place[1] != "-":
        role = RoomRole.ADMIN if place[1] == "a" else RoomRole.MEMBER
        Membership.objects.create(room=room, member=who, role=role)
    return room


def _make_messages(room: Room, who: Member, host: Member) -> tuple[Message, Message, Message]:
    def message(author: Member, place: int, **more: Any) -> Message:
        now = datetime.now(UTC)
        fields = {"number": place, "seq": place, "post": min(place, 2), "created_at": now}
        return Message.objects.create(id=make_message_id(), room=room, author=author, **fields, **more)

    others = message(host, 1, text="what the host said")
    own = message(who, 2, text="what they said")
    return own, others, message(who, 3, system={"kind": "created"})
