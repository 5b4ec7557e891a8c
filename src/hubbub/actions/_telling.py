"""What actions tell: a room's members of the room, a member of what only they know, everybody of a member."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from hubbub import policy, signals
from hubbub.models import Member, Membership, Message, Room, Workspace
from hubbub.protocol.events import (
    MemberChanged,
    MembershipChanged,
    RoomChanged,
    RoomLeft,
    WorkspaceChanged,
)
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import System
from hubbub.publish import EVERYONE, Notice, login_topic, member_topic, room_topic
from hubbub.unit import Posting, Unit


def post_system(unit: Unit, *, room: Room, author: Member, system: System) -> Posting:
    """Put what happened into the room, as a message that nobody typed."""
    message = Message(
        pk=make_message_id(),
        room=room,
        author=author,
        system=system.model_dump(mode="json", exclude_none=True),
    )
    return unit.post(message, author_name=author.name)


def tell_room_changed(unit: Unit, room: Room) -> None:
    """To everybody in the room, with the counters as they are once all is placed."""

    def notice() -> Notice:
        fresh = Room.objects.get(pk=room.pk)
        return Notice(room_topic(room.pk), RoomChanged(room=fresh.as_object()).encode())

    unit.tell(notice)


def tell_membership(unit: Unit, membership: Membership, *, joined: bool = False) -> None:
    """To the member, in all their tabs. `joined`: from now on they hear the room."""

    def notice() -> Notice | None:
        fresh = Membership.objects.select_related("room").filter(pk=membership.pk).first()
        if fresh is None:  # ended in the same transaction
            return None
        room = fresh.room.as_object() if joined else None
        event = MembershipChanged(membership=fresh.as_object(), room=room)
        return Notice(
            member_topic(fresh.member_id),
            event.encode(),
            version=_next_version(fresh.member_id),
            attach=(fresh.room_id, fresh.room.seq) if joined else None,
        )

    unit.tell(notice)
    if joined:
        _signal(signals.member_joined, room=membership.room_id, member=membership.member_id)


def tell_left(unit: Unit, *, room: int, member: int) -> None:
    """To the member: the room is no longer theirs."""
    unit.tell(
        lambda: Notice(
            member_topic(member), RoomLeft(room=room).encode(), version=_next_version(member), detach=room
        )
    )
    _signal(signals.member_left, room=room, member=member)


def tell_member_changed(unit: Unit, member: Member) -> None:
    """To everybody who may see them; who is away asks later for what changed.

    The row is read anew: the one in the caller's hands may be older than what others changed.
    """

    def notice() -> Notice:
        Member.objects.filter(pk=member.pk).update(changed=Workspace.objects.count_directory_change())
        fresh = Member.objects.get(pk=member.pk)
        return Notice(EVERYONE, MemberChanged(member=fresh.as_object()).encode(), about=fresh.pk)

    unit.tell(notice)


def tell_workspace_named(unit: Unit, workspace: Workspace) -> None:
    """To everybody."""
    unit.tell(lambda: Notice(EVERYONE, WorkspaceChanged(name=workspace.name).encode()))


def tell_permissions(unit: Unit, member: Member) -> None:
    """To the member, in all their tabs: what they may do in the workspace."""

    def notice() -> Notice:
        fresh = Member.objects.get(pk=member.pk)
        event = WorkspaceChanged(open_rooms=policy.can_create_rooms(fresh))
        return Notice(member_topic(member.pk), event.encode())

    unit.tell(notice)


def tell_login_ended(unit: Unit, login: str) -> None:
    """To the connections of that login: they are closed."""
    unit.tell(lambda: Notice(login_topic(login)))


def tell_account_changed(unit: Unit, member: int) -> None:
    """To whoever holds connections of the member: look whether their logins still hold."""
    tell_login_ended(unit, f"recheck:{member}")


def _signal(signal: Signal, **about: int) -> None:
    transaction.on_commit(lambda: signal.send_robust(Membership, **about))


def _next_version(member: int) -> int:
    Member.objects.touch([member])
    return Member.objects.values_list("version", flat=True).get(pk=member)
