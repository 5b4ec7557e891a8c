"""Authorisation: the only place where ids from outside become rows.

The functions that end in `_for` return the row, or raise NotFound if the member may not see it. The others say whether
the permission table (`protocol/permissions.py`) allows something. An inactive member may do nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from hubbub.errors import Forbidden, NotFound
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol.objects import Reach, Role, RoomKind
from hubbub.protocol.permissions import Author, Content, Facts, Relation, allows


def room_for(member: Member, room_id: int) -> Room:
    """The room, if the member may see it. Otherwise NotFound."""
    room = Room.objects.visible_to(member).filter(pk=room_id).first() if member.active else None
    if room is None:
        raise NotFound("There is no such room.")
    return room


def room_named_for(member: Member, name: str) -> Room:
    """The room of that name, if the member may see it. Case and compatibility forms do not count."""
    room = Room.objects.visible_to(member).named(name).first() if member.active else None
    if room is None:
        raise NotFound(f"There is no room “{name}”.")
    return room


def membership_for(member: Member, room_id: int) -> Membership:
    """The member's membership in a room. NotFound if they cannot see it, Forbidden if they have not joined it."""
    membership = Membership.objects.select_related("room").filter(member=member, room=room_id).first()
    if membership is None or not member.active:
        room_for(member, room_id)
        raise Forbidden("Join the room first.")
    return membership


def message_for(member: Member, message_id: UUID) -> Message:
    """The message, if the member may see its room."""
    message = Message.objects.select_related("room", "author").filter(pk=message_id).first()
    if message is None or not can_see(member, message.room):
        raise NotFound("There is no such message.")
    return message


def members_for(member: Member, ids: Iterable[int]) -> list[Member]:
    """The members with these ids. NotFound if one of them is inactive, or this member may not see them."""
    wanted = set(ids)
    found = list(Member.objects.visible_to(member).active().filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise NotFound("One of these members does not exist.")
    return found


def member_in(room: Room, member_id: int) -> Member:
    """The member, if they are in the room (which was fetched by policy). Otherwise NotFound."""
    membership = Membership.objects.select_related("member").filter(room=room, member=member_id).first()
    if membership is None:
        raise NotFound("They are not in this room.")
    return membership.member


def can_see(member: Member, room: Room) -> bool:
    return member.active and Room.objects.visible_to(member).filter(pk=room.pk).exists()


def allows_in_room(command: str, member: Member, room: Room, membership: Membership | None) -> bool:
    """Whether the permission table allows a command about a room."""
    return member.active and allows(command, **_facts(member, room, membership))


def allows_for_message(command: str, member: Member, message: Message, membership: Membership | None) -> bool:
    """Whether the permission table allows a command about a message. `message.room` is read."""
    facts = _facts(member, message.room, membership)
    facts["author"] = Author.SELF if message.author_id == member.pk else Author.OTHER
    facts["content"] = _content_of(message)
    return member.active and allows(command, **facts)


def can_create_rooms(member: Member) -> bool:
    return member.active and allows("room.create", role=Role(member.role))


def can_join(member: Member, room: Room) -> bool:
    return allows_in_room("room.join", member, room, None)


def can_leave(room: Room) -> bool:
    """Members can leave every room but a direct one."""
    return allows("room.leave", kind=RoomKind(room.kind))


@cache
def can_post(*, archived: bool) -> bool:
    """Whether members may post in a room. For the bulk send, which has no rows of members and rooms."""
    return allows("message.send", relation=Relation.MEMBER, archived=archived)


def can_manage(member: Member, room: Room, membership: Membership | None) -> bool:
    """Rename, archive, remove others: for the room's admins and the site's, never in a direct room or by guests.

    The role is checked each time: a room's admin who becomes a guest loses this right with the same transaction.
    """
    return allows_in_room("room.rename", member, room, membership)


def can_describe(member: Member, room: Room, membership: Membership | None) -> bool:
    return allows_in_room("room.describe", member, room, membership)


def can_invite(member: Member, room: Room, membership: Membership | None) -> bool:
    return allows_in_room("room.invite", member, room, membership)


def refusing(by: Member, members: Iterable[Member]) -> list[Member]:
    """The members who do not let this one add them to a room. Owners and admins may add everybody.

    Members know each other if they share a private or direct room. Public rooms do not count, because anybody may join.
    """
    if by.is_admin:
        return []
    restricted = [other for other in members if other.pk != by.pk and other.reach != Reach.EVERYBODY]
    if not restricted:
        return []
    shared = by.rooms(RoomKind.PRIVATE, RoomKind.DIRECT).values("pk")
    known = set(
        Membership.objects.filter(room__in=shared, member__in=restricted).values_list("member", flat=True)
    )
    return [other for other in restricted if other.reach == Reach.NOBODY or other.pk not in known]


def can_edit(member: Member, message: Message, membership: Membership | None) -> bool:
    """Members edit only their own messages."""
    return allows_for_message("message.edit", member, message, membership)


def can_delete(member: Member, message: Message, membership: Membership | None) -> bool:
    """Members delete their own messages, and those of others in rooms that they manage."""
    return allows_for_message("message.delete", member, message, membership)


def can_change_role(member: Member, other: Member, role: Role) -> bool:
    """Owners give every role, admins only member and guest. Bots stay bots, and people never become bots."""
    if Role.BOT in (other.role, role) or not member.active:
        return False
    if member.role == Role.OWNER:
        return True
    return member.role == Role.ADMIN and not other.is_admin and role in (Role.MEMBER, Role.GUEST)


def can_deactivate(member: Member, other: Member) -> bool:
    if not member.active or member.pk == other.pk:
        return False
    return member.role == Role.OWNER or (member.role == Role.ADMIN and not other.is_admin)


def _relation_of(membership: Membership | None) -> Relation:
    """A member's relation to a room, as the permission table names it."""
    return Relation.OUTSIDE if membership is None else Relation(membership.role)


def _facts(member: Member, room: Room, membership: Membership | None) -> Facts:
    return {
        "role": Role(member.role),
        "relation": _relation_of(membership),
        "kind": RoomKind(room.kind),
        "archived": room.archived,
    }


def _content_of(message: Message) -> Content:
    if message.system is not None:
        return Content.SYSTEM
    return Content.DELETED if message.deleted else Content.TEXT
