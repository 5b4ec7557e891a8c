"""The notices of actions: to a room's members, to one member, or to everybody. They are sent after the commit."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from hubbub import policy, signals
from hubbub.models import Member, Membership, Message, Room, Workspace
from hubbub.protocol.events import MembershipChanged, PermissionsChanged, RoomLeft
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.objects import Reach, System
from hubbub.publish import (
    EndLogin,
    EndLogins,
    Notice,
    PrivateNotice,
    RecheckLogins,
    member_changed,
    room_changed,
    workspace_named,
)
from hubbub.unit import Posting, Unit


def post_system(unit: Unit, *, room: Room, author: Member, system: System) -> Posting:
    """Post a system message, which records what happened in the room."""
    message = Message(
        pk=make_message_id(),
        room=room,
        author=author,
        system=system.model_dump(mode="json", exclude_none=True),
    )
    return unit.post(message, author_name=author.name)


def announce_room_changed(unit: Unit, room: Room) -> None:
    """Send the room's state to its members, with the counters as they are after placing.

    The caller also posts a system message, so the room's seq rises with every change of the room. Processes and clients
    use it as the version: it tells a newer state from an older one, and shows that one was missed.
    """
    unit.announce(lambda: room_changed(Room.objects.get(pk=room.pk).as_object()))


def announce_membership(unit: Unit, membership: Membership, *, joined: bool = False) -> None:
    """Send a membership to its member, in all their tabs. `joined`: from now on they receive the room."""

    def notice() -> Notice | None:
        fresh = Membership.objects.select_related("room").filter(pk=membership.pk).first()
        if fresh is None:  # ended in the same transaction
            return None
        fresh.version = Member.objects.count_private_change(fresh.member_id)
        fresh.save(update_fields=["version"])
        room = fresh.room.as_object() if joined else None
        as_of = None if joined else fresh.room.last_number
        event = MembershipChanged(membership=fresh.as_object(as_of=as_of), room=room)
        return PrivateNotice(
            fresh.member_id,
            event.encode(),
            fresh.version,
            room=fresh.room_id,
            attach=fresh.room.seq if joined else None,
        )

    unit.announce(notice)
    if joined:
        _signal(signals.member_joined, room=membership.room_id, member=membership.member_id)


def announce_left(unit: Unit, *, room: int, member: int) -> None:
    """Tell the member that they have lost the room."""

    def notice() -> Notice:
        version = Member.objects.count_private_change(member)
        event = RoomLeft(room=room, version=version)
        return PrivateNotice(member, event.encode(), version, room=room, detach=True)

    unit.announce(notice)
    _signal(signals.member_left, room=room, member=member)


def announce_member_changed(unit: Unit, member: Member) -> None:
    """Send a member to everybody who may see them. Disconnected clients ask later which members changed.

    Reads the row again: others may have changed it since the caller read it.
    """

    def notice() -> Notice:
        Member.objects.filter(pk=member.pk).update(changed=Workspace.objects.count_directory_change())
        return member_changed(Member.objects.get(pk=member.pk).as_object())

    unit.announce(notice)


def announce_workspace_named(unit: Unit, workspace: Workspace) -> None:
    """Send the workspace's name to everybody."""
    unit.announce(lambda: workspace_named(workspace.name, workspace.version))


def announce_permissions(unit: Unit, member: Member) -> None:
    """Send a member what they may do in the workspace and who may add them to rooms, in all their tabs."""

    def notice() -> Notice:
        version = Member.objects.count_private_change(member.pk)
        fresh = Member.objects.get(pk=member.pk)
        event = PermissionsChanged(
            open_rooms=policy.can_create_rooms(fresh), reach=Reach(fresh.reach), version=version
        )
        return PrivateNotice(member.pk, event.encode(), version)

    unit.announce(notice)


def announce_login_ended(unit: Unit, login: str) -> None:
    """Close the connections of a login. A login that has ended never becomes valid again."""
    unit.announce(lambda: EndLogin(login))


def announce_logins_ended(unit: Unit, member: int, *, spared: str) -> None:
    """Close the present connections of a member except those of one login.

    The version spares logins that begin later, if this arrives late.
    """
    unit.announce(lambda: EndLogins(member, Member.objects.count_private_change(member), spared))


def announce_account_changed(unit: Unit, member: int) -> None:
    """Let every process check whether the member's logins are still valid."""
    unit.announce(lambda: RecheckLogins(member))


def _signal(signal: Signal, **about: int) -> None:
    transaction.on_commit(lambda: signal.send_robust(Membership, **about))
