"""A member's rooms and their own place in each, in a fixed number of queries."""

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
        """Everybody in its direct rooms."""
        return {member for room in self.rooms for member in room.participants or ()}


def sidebar(member: Member) -> Sidebar:
    """Every room of the member. Two queries, however many rooms there are."""
    places = list(Membership.objects.filter(member=member).select_related("room").order_by("room"))
    participants = participants_of(place.room_id for place in places if place.room.is_direct)
    return Sidebar(
        [place.room.as_object(participants.get(place.room_id)) for place in places],
        [place.as_object() for place in places],
    )


def room_ids(member: Member) -> list[int]:
    """The rooms whose frames a member hears."""
    return list(Membership.objects.filter(member=member).values_list("room", flat=True))


def room_state(member: Member, room: Room) -> RoomState:
    """One room as it is now, and the member's place in it."""
    fresh = Room.objects.get(pk=room.pk)
    place = Membership.objects.filter(member=member, room=room).first()
    return RoomState(room=fresh.as_object(), membership=place.as_object() if place else None)


def participants_of(rooms: Iterable[int]) -> dict[int, list[int]]:
    """Who is in each of these direct rooms."""
    found: dict[int, list[int]] = {}
    places = Membership.objects.filter(room__in=list(rooms), room__kind=RoomKind.DIRECT)
    for room, member in places.order_by("member").values_list("room", "member"):
        found.setdefault(room, []).append(member)
    return found
