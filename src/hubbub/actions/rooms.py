"""Creating rooms, and changing their name, description and archive."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from hubbub import policy
from hubbub.actions.announcements import announce_membership, announce_room_changed, post_system
from hubbub.actions.checking import checked, require, require_consent
from hubbub.actions.quotas import CHANGES, DIRECTS, ROOMS, require_places, spend
from hubbub.errors import Conflict, Forbidden, Invalid
from hubbub.models import Member, Membership, Room
from hubbub.models.room import direct_key
from hubbub.protocol import limits
from hubbub.protocol.fields import RoomName, ShortText
from hubbub.protocol.objects import Role, RoomKind, RoomRole, System, SystemKind
from hubbub.protocol.text import name_key
from hubbub.unit import unit


def create_room(*, by: Member, name: str, description: str = "", private: bool = False) -> Room:
    """Create a room; its creator is its first member and admin. Raises Conflict if the name is taken."""
    require(policy.can_create_rooms(by), "Guests cannot create rooms.")
    name, description = checked(RoomName, name), checked(ShortText, description)
    kind = RoomKind.PRIVATE if private else RoomKind.PUBLIC
    with unit() as work:
        spend(by, ROOMS)
        require_places([by], by=by)
        room = _insert(
            Room(kind=kind, name=name, name_key=name_key(name), description=description, created_by=by)
        )
        membership = Membership.objects.create(room=room, member=by, role=RoomRole.ADMIN)
        post_system(work, room=room, author=by, system=System(kind=SystemKind.CREATED))
        announce_membership(work, membership, joined=True)
    room.refresh_from_db()
    return room


def open_direct(*, by: Member, members: Sequence[Member]) -> Room:
    """The direct room between `by` and these members; the same people always get the same room."""
    people = {by.pk: by} | {member.pk: member for member in members}
    if len(people) > limits.DIRECT_MEMBERS:
        raise Invalid(
            f"A direct room has at most {limits.DIRECT_MEMBERS} people; create a private room instead."
        )
    if by.role == Role.GUEST and not all(by.shares_a_room_with(m) for m in people.values() if m.pk != by.pk):
        raise Forbidden("Guests can write to people they share a room with.")
    key = direct_key(people)
    if existing := Room.objects.filter(direct_key=key).first():
        return existing
    require_consent(by, people.values())
    with unit() as work:
        room, made = Room.objects.get_or_create(
            direct_key=key, defaults={"kind": RoomKind.DIRECT, "created_by": by, "member_count": len(people)}
        )
        if made:
            spend(by, DIRECTS)
            require_places(people.values(), by=by)
            places = [Membership(room=room, member=member) for member in people.values()]
            for membership in Membership.objects.bulk_create(places):
                announce_membership(work, membership, joined=True)
    return room


def rename_room(*, by: Member, room: Room, name: str) -> Room:
    """Rename a room. Raises Conflict if the name is taken."""
    _require_manager(by, room)
    name = checked(RoomName, name)
    if name == room.name:
        return room
    with unit() as work:
        spend(by, CHANGES)
        room.name, room.name_key = name, name_key(name)
        _save_named(room)
        post_system(work, room=room, author=by, system=System(kind=SystemKind.RENAMED, text=name))
        announce_room_changed(work, room)
    return room


def describe_room(*, by: Member, room: Room, description: str) -> Room:
    """Change the description of a room."""
    require(
        policy.can_describe(by, room, _membership(by, room)),
        "You cannot change the description of this room.",
    )
    description = checked(ShortText, description)
    if description == room.description:
        return room
    with unit() as work:
        spend(by, CHANGES)
        room.description = description
        room.save(update_fields=["description"])
        post_system(work, room=room, author=by, system=System(kind=SystemKind.DESCRIBED, text=description))
        announce_room_changed(work, room)
    return room


def archive_room(*, by: Member, room: Room, archived: bool = True) -> Room:
    """Archive a room, which closes it for new messages, or open it again."""
    _require_manager(by, room)
    if archived == room.archived:
        return room
    kind = SystemKind.ARCHIVED if archived else SystemKind.UNARCHIVED
    with unit() as work:
        spend(by, CHANGES)
        room.archived = archived
        room.save(update_fields=["archived"])
        post_system(work, room=room, author=by, system=System(kind=kind))
        announce_room_changed(work, room)
    return room


def _require_manager(member: Member, room: Room) -> None:
    require(policy.can_manage(member, room, _membership(member, room)), "Only the room's admins can do this.")


def _membership(member: Member, room: Room) -> Membership | None:
    return Membership.objects.filter(member=member, room=room).first()


def _insert(room: Room) -> Room:
    room.member_count = 1
    try:
        with transaction.atomic():
            room.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"The name “{room.name}” is taken.") from None
    return room


def _save_named(room: Room) -> None:
    try:
        with transaction.atomic():
            room.save(update_fields=["name", "name_key"])
    except IntegrityError:
        raise Conflict(f"The name “{room.name}” is taken.") from None
