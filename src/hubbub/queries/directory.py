"""Lists to browse: public rooms, members, and the members of a room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.db.models.functions import Lower

from hubbub.models import Member, Room
from hubbub.protocol.objects import PresenceState, RoomKind, RoomRole, RosterEntry
from hubbub.protocol.replies import MemberPage, RoomPage, Roster
from hubbub.protocol.text import name_key
from hubbub.queries.presence import states


def browse_rooms(member: Member, *, query: str, after: str, archived: bool, limit: int) -> RoomPage:
    """Public rooms whose name contains the query, by name, and which of them the member has joined."""
    rooms = Room.objects.visible_to(member).filter(kind=RoomKind.PUBLIC, archived=archived)
    rooms = rooms.filter(name_key__contains=name_key(query), name_key__gt=name_key(after)).order_by(
        "name_key"
    )
    found = list(rooms[: limit + 1])
    joined = member.memberships.filter(room__in=found[:limit]).values_list("room", flat=True)
    return RoomPage(
        rooms=[room.as_object() for room in found[:limit]], joined=sorted(joined), more=len(found) > limit
    )


def browse_members(viewer: Member, *, query: str, after: int, limit: int) -> MemberPage:
    """Active members that the viewer may see, by name. `after`: how many to skip."""
    found = list(
        Member.objects.visible_to(viewer).active().named_like(query).by_name()[after : after + limit + 1]
    )
    return MemberPage(members=[member.as_object() for member in found[:limit]], more=len(found) > limit)


def list_members(viewer: Member, ids: Iterable[int]) -> MemberPage:
    """Members by id. Members that the viewer may not see are left out, as if they did not exist."""
    found = Member.objects.visible_to(viewer).filter(pk__in=list(ids)).order_by("pk")
    return MemberPage(members=[member.as_object() for member in found])


def roster(room: Room, *, query: str, after: int, limit: int) -> Roster:
    """The members of a room: connected ones first, then by name. `after`: how many to skip."""
    connected = states()
    order: list[Any] = [Lower("name"), "pk"]
    if connected:  # PostgreSQL would read an empty case, the number 1, as the first column
        here = When(pk__in=list(connected), then=Value(0))
        order.insert(0, Case(here, default=Value(1), output_field=IntegerField()))
    people = Member.objects.filter(memberships__room=room).active().named_like(query)
    found = list(people.order_by(*order)[after : after + limit + 1])
    roles = dict(room.memberships.filter(member__in=found).values_list("member", "role"))
    entries = [
        RosterEntry(
            member=member.pk,
            role=RoomRole(roles[member.pk]),
            state=connected.get(member.pk, PresenceState.OFFLINE),
        )
        for member in found[:limit]
        if member.pk in roles
    ]
    return Roster(
        room=room.pk,
        entries=entries,
        members=[member.as_object() for member in found[:limit]],
        more=len(found) > limit,
    )
