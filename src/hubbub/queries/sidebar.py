"""A member's rooms and memberships, in a constant number of queries.

Rooms are read before memberships, so a room's head is never later than the membership that comes with it: a feed that
starts at that head delivers a removal that happens after the membership was read (contract G9). For the same reason a
read position that one's own post has moved is never older than the counters next to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hubbub.models import Member, Membership, Room
from hubbub.protocol import objects
from hubbub.protocol.objects import RoomKind
from hubbub.protocol.replies import RoomState


class Sidebar(NamedTuple):
    rooms: list[objects.Room]
    memberships: list[objects.Membership]

    @property
    def people(self) -> set[int]:
        """All members of its direct rooms."""
        return {member for room in self.rooms for member in room.participants or ()}


def sidebar(member: Member) -> Sidebar:
    """Every room of the member. Three queries, however many rooms there are."""
    return sidebars([member.pk])[member.pk]


def sidebars(members: Iterable[int]) -> dict[int, Sidebar]:
    """The sidebars of many members, in as many queries as that of one. They share the rooms."""
    mine = Membership.objects.filter(member__in=list(members))
    rooms = _rooms(Room.objects.filter(pk__in=mine.values("room")))
    columns = ("member", "room", "role", "level", "read_number", "read_posts", "version")
    by_member: dict[int, list[objects.Membership]] = {member: [] for member in members}
    for member, room, role, level, number, posts, version in mine.order_by("room").values_list(*columns):
        if room in rooms:  # else joined after the rooms were read, which has moved the member's version
            place = objects.Membership(
                room=room, role=role, level=level, read_number=number, read_posts=posts, version=version
            )
            by_member[member].append(place)
    return {
        member: Sidebar([rooms[place.room] for place in places], places)
        for member, places in by_member.items()
    }


def _rooms(rooms: Iterable[Room]) -> dict[int, objects.Room]:
    found = list(rooms)
    participants = participants_of(room.pk for room in found if room.is_direct)
    return {room.pk: room.as_object(participants.get(room.pk)) for room in found}


def room_ids(member: Member) -> list[int]:
    """The rooms whose frames a member receives."""
    return list(Membership.objects.filter(member=member).values_list("room", flat=True))


def room_state(member: Member, room: Room) -> RoomState:
    """One room as it is now, and the member's membership in it."""
    version = Member.objects.version_of(member.pk) or 0
    fresh = Room.objects.get(pk=room.pk)
    place = Membership.objects.filter(member=member, room=room).first()
    return RoomState(room=fresh.as_object(), membership=place.as_object() if place else None, version=version)


def participants_of(rooms: Iterable[int]) -> dict[int, list[int]]:
    """The members of each of these direct rooms."""
    rooms = list(rooms)
    found: dict[int, list[int]] = {}
    if not rooms:
        return found
    places = Membership.objects.filter(room__in=rooms, room__kind=RoomKind.DIRECT)
    for room, member in places.order_by("member").values_list("room", "member"):
        found.setdefault(room, []).append(member)
    return found
