"""A database in memory: the rows, and their wire objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hubbub.models import Member
from hubbub.protocol import objects
from hubbub.protocol.objects import Level, Role, RoomKind, RoomRole

BEGINNING = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class PersonRow:
    id: int
    name: str
    role: Role = Role.MEMBER
    version: int = 0
    changed: int = 0

    def row(self) -> Member:
        return Member(
            pk=self.id,
            handle=f"m{self.id}",
            name=self.name,
            role=self.role,
            version=self.version,
            changed=self.changed,
        )

    def as_object(self) -> objects.Member:
        return objects.Member(
            id=self.id,
            handle=f"m{self.id}",
            name=self.name,
            role=self.role,
            about="",
            hue=0,
            active=True,
            version=self.changed,
        )


@dataclass
class RoomRow:
    id: int
    name: str
    seq: int = 0
    last_number: int = 0
    posts: int = 0
    last_at: datetime = BEGINNING
    members: int = 0
    messages: dict[int, objects.Message] = field(default_factory=dict)
    """number → present state"""
    placed: dict[int, int] = field(default_factory=dict)
    """number → the seq that the message had first"""

    def as_object(self) -> objects.Room:
        return objects.Room(
            id=self.id,
            kind=RoomKind.PUBLIC,
            name=self.name,
            description="",
            archived=False,
            seq=self.seq,
            last_number=self.last_number,
            last_at=self.last_at,
            posts=self.posts,
            floor=0,
            members=self.members,
        )

    def changed_after(self, seq: int) -> list[objects.Message]:
        return sorted((m for m in self.messages.values() if m.seq > seq), key=lambda m: m.seq)


@dataclass(eq=False)
class Place:
    """A membership. A member who leaves and rejoins has a new one."""

    room: int
    member: int
    role: RoomRole = RoomRole.MEMBER
    level: Level = Level.ALL
    read_number: int = 0
    read_posts: int = 0
    version: int = 0

    def as_object(self, *, as_of: int | None = None) -> objects.Membership:
        return objects.Membership(
            room=self.room,
            role=self.role,
            level=self.level,
            read_number=self.read_number,
            read_posts=self.read_posts,
            version=self.version,
            as_of=as_of,
        )


class Database:
    """The committed state. Only a `Transaction` changes it."""

    def __init__(self) -> None:
        self.epoch, self.name, self.version, self.directory = "epoch 1", "Harbour", 0, 0
        self.people: dict[int, PersonRow] = {}
        self.rooms: dict[int, RoomRow] = {}
        self.places: dict[tuple[int, int], Place] = {}
        """(room, member) → membership, in the order of joining"""
        self.ended: dict[tuple[int, int], int] = {}
        """(room, member) → seq of the message that last ended a membership"""
        self.guests: set[int] = set()
        """Everybody who has been one: they are told of others when it is known whom they see, and not in order"""
        self.logins: dict[str, tuple[int, bool]] = {}
        """secret → member, and whether it holds"""
        self._count = 0

    def person(self, id: int, name: str) -> PersonRow:  # noqa: A002
        self.people[id] = found = PersonRow(id, name)
        return found

    def room(self, id: int, name: str) -> RoomRow:  # noqa: A002
        self.rooms[id] = found = RoomRow(id, name)
        return found

    def rooms_of(self, member: int) -> list[int]:
        return sorted(room for room, of in self.places if of == member)

    def visible_to(self, viewer: PersonRow) -> list[PersonRow]:
        if viewer.role != Role.GUEST:
            return list(self.people.values())
        mine = set(self.rooms_of(viewer.id))
        seen = {member for room, member in self.places if room in mine} | {viewer.id}
        return [self.people[member] for member in sorted(seen)]

    def next_id(self) -> UUID:
        self._count += 1
        return UUID(int=self._count)

    def next_moment(self) -> datetime:
        self._count += 1
        return BEGINNING + timedelta(microseconds=self._count)
