"""The members of a room: joining, leaving, inviting, removing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from hubbub import policy
from hubbub.actions.announcements import (
    announce_left,
    announce_membership,
    announce_room_changed,
    post_system,
)
from hubbub.actions.checking import require, require_consent
from hubbub.actions.quotas import ADDITIONS, CHANGES, require_places, spend
from hubbub.errors import NotFound
from hubbub.models import Member, Membership, Room
from hubbub.protocol.objects import Role, RoomRole, System, SystemKind
from hubbub.unit import Unit, unit

CANNOT_INHERIT = (Role.GUEST, Role.BOT)
"""Roles that never become admin of a room automatically: guests manage nothing, bots do not act on their own."""


def join_room(*, member: Member, room: Room) -> Membership:
    """Become a member of a public room. Idempotent."""
    if present := room.memberships.filter(member=member).first():
        return present
    require(policy.can_join(member, room), _why_not_join(room))
    with unit() as work:
        spend(member, CHANGES)
        require_places([member], by=member)
        return _add(work, room, member, by=member, what=System(kind=SystemKind.JOINED))


def invite_members(*, by: Member, room: Room, members: Sequence[Member]) -> Room:
    """Add members to a room. Members who are in it already stay as they are."""
    own = room.memberships.filter(member=by).first()
    require(policy.can_invite(by, room, own), "You cannot bring people into this room.")
    inside = set(room.memberships.values_list("member", flat=True))
    newcomers = [member for member in members if member.pk not in inside]
    if newcomers:
        require_consent(by, newcomers)
        with unit() as work:
            spend(by, ADDITIONS, len(newcomers))
            require_places(newcomers, by=by)
            for member in newcomers:
                _add(work, room, member, by=by, what=System(kind=SystemKind.ADDED, member=member.pk))
    room.refresh_from_db()
    return room


def leave_room(*, member: Member, room: Room) -> None:
    """Leave a room. The member receives nothing that is posted afterwards. Idempotent."""
    require(policy.can_leave(room), "A direct room cannot be left; mute it instead.")
    with unit() as work:
        _remove(work, room, member, by=member, what=System(kind=SystemKind.LEFT))


def remove_member(*, by: Member, room: Room, member: Member) -> None:
    """Remove a member from a room. NotFound if they are not in it."""
    own = room.memberships.filter(member=by).first()
    require(policy.can_manage(by, room, own), "Only the room's admins can remove people.")
    with unit() as work:
        if not _remove(work, room, member, by=by, what=System(kind=SystemKind.REMOVED, member=member.pk)):
            raise NotFound("They are not in this room.")


def _add(work: Unit, room: Room, member: Member, *, by: Member, what: System) -> Membership:
    # Earlier messages count as read for a new member.
    head = Room.objects.lock_heads([room.pk])[room.pk]
    # The first new member who may manage rooms becomes admin of a room that has none.
    inherits = member.role not in CANNOT_INHERIT and not room.memberships.managing().exists()
    membership, made = Membership.objects.get_or_create(
        room=room,
        member=member,
        defaults={
            "role": RoomRole.ADMIN if inherits else RoomRole.MEMBER,
            "read_number": head.last_number,
            "read_posts": head.posts,
        },
    )
    if made:
        Room.objects.filter(pk=room.pk).update(member_count=F("member_count") + 1)
        post_system(work, room=room, author=by, system=what)
        announce_membership(work, membership, joined=True)
        announce_room_changed(work, room)
    return membership


def _remove(work: Unit, room: Room, member: Member, *, by: Member, what: System) -> bool:
    # Under the room's lock: if two remove the same member at once, the second finds nothing to do.
    Room.objects.lock([room.pk])
    membership = room.memberships.filter(member=member).first()
    if membership is None:
        return False
    membership.delete()
    Room.objects.filter(pk=room.pk).update(member_count=F("member_count") - 1)
    if membership.is_admin:
        hand_over(work, room)
    post_system(work, room=room, author=by, system=what)
    announce_left(work, room=room.pk, member=member.pk)
    announce_room_changed(work, room)
    return True


def hand_over(work: Unit, room: Room) -> None:
    """Make the longest-standing member admin of a room that has lost its last admin. Guests and bots do not inherit."""
    if not room.memberships.managing().exists():
        heirs = room.memberships.filter(member__active=True).exclude(member__role__in=CANNOT_INHERIT)
        successor = heirs.order_by("joined_at", "pk").first()
        if successor:
            successor.role = RoomRole.ADMIN
            successor.save(update_fields=["role"])
            announce_membership(work, successor)


def _why_not_join(room: Room) -> str:
    return "This room is archived." if room.archived else "You cannot join this room; ask to be invited."
