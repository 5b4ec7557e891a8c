"""The table of contents: what each command does. Command → action or query → reply, about a line each.

Handlers get rows only through `policy`. They return a Wire, or rows that `dispatch` turns into the command's reply
once everything is placed. Commands in `READS` change nothing and run beside the writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hubbub import actions, policy, queries
from hubbub.models import Member, Membership, Message, Room
from hubbub.protocol import commands as c
from hubbub.protocol import replies
from hubbub.protocol.wire import Command, Wire

Result = Wire | Message | Membership | Member | Room | None
Handler = Callable[[Member, Any], Result]
H = TypeVar("H", bound=Handler)

HANDLERS: dict[type[Command], Handler] = {}
READS: set[type[Command]] = set()


def handles(command: type[Command], *, reads: bool = False) -> Callable[[H], H]:
    """Enter a handler into the table."""

    def enter(handler: H) -> H:
        HANDLERS[command] = handler
        if reads:
            READS.add(command)
        return handler

    return enter


@handles(c.TakeSnapshot, reads=True)
def take_snapshot(member: Member, command: c.TakeSnapshot) -> replies.Snapshot:
    return queries.snapshot(member)


@handles(c.Resume, reads=True)
def resume(member: Member, command: c.Resume) -> replies.Resumed:
    return queries.resume(member, epoch=command.epoch, seqs=command.rooms, directory=command.directory)


@handles(c.EditMessage)
def edit_message(member: Member, command: c.EditMessage) -> Message:
    message = policy.message_for(member, command.message)
    return actions.edit_message(by=member, message=message, text=command.text, seq=command.seq)


@handles(c.DeleteMessage)
def delete_message(member: Member, command: c.DeleteMessage) -> Message:
    return actions.delete_message(by=member, message=policy.message_for(member, command.message))


@handles(c.GetMessage, reads=True)
def get_message(member: Member, command: c.GetMessage) -> Message:
    return policy.message_for(member, command.message)


@handles(c.ReadTimeline, reads=True)
def read_timeline(member: Member, command: c.ReadTimeline) -> replies.Timeline:
    room = policy.room_for(member, command.room)
    anchors = {"before": command.before, "after": command.after, "around": command.around}
    return queries.timeline(room, **anchors, limit=command.limit)


@handles(c.CreateRoom)
def create_room(member: Member, command: c.CreateRoom) -> Room:
    return actions.create_room(
        by=member, name=command.name, description=command.description, private=command.private
    )


@handles(c.OpenDirect)
def open_direct(member: Member, command: c.OpenDirect) -> Room:
    return actions.open_direct(by=member, members=policy.members_for(member, command.members))


@handles(c.GetRoom, reads=True)
def get_room(member: Member, command: c.GetRoom) -> Room:
    if command.room is not None:
        return policy.room_for(member, command.room)
    return policy.room_named_for(member, command.name or "")


@handles(c.BrowseRooms, reads=True)
def browse_rooms(member: Member, command: c.BrowseRooms) -> replies.RoomPage:
    return queries.browse_rooms(
        member, query=command.query, after=command.after, archived=command.archived, limit=command.limit
    )


@handles(c.RenameRoom)
def rename_room(member: Member, command: c.RenameRoom) -> Room:
    return actions.rename_room(by=member, room=policy.room_for(member, command.room), name=command.name)


@handles(c.DescribeRoom)
def describe_room(member: Member, command: c.DescribeRoom) -> Room:
    room = policy.room_for(member, command.room)
    return actions.describe_room(by=member, room=room, description=command.description)


@handles(c.ArchiveRoom)
def archive_room(member: Member, command: c.ArchiveRoom) -> Room:
    room = policy.room_for(member, command.room)
    return actions.archive_room(by=member, room=room, archived=command.archived)


@handles(c.JoinRoom)
def join_room(member: Member, command: c.JoinRoom) -> Room:
    return actions.join_room(member=member, room=policy.room_for(member, command.room)).room


@handles(c.LeaveRoom)
def leave_room(member: Member, command: c.LeaveRoom) -> replies.Done:
    actions.leave_room(member=member, room=policy.room_for(member, command.room))
    return replies.Done()


@handles(c.InviteMembers)
def invite_members(member: Member, command: c.InviteMembers) -> Room:
    room = policy.room_for(member, command.room)
    return actions.invite_members(by=member, room=room, members=policy.members_for(member, command.members))


@handles(c.RemoveMember)
def remove_member(member: Member, command: c.RemoveMember) -> Room:
    room = policy.room_for(member, command.room)
    actions.remove_member(by=member, room=room, member=policy.member_in(room, command.member))
    return room


@handles(c.ReadRoster, reads=True)
def read_roster(member: Member, command: c.ReadRoster) -> replies.Roster:
    room = policy.room_for(member, command.room)
    return queries.roster(room, query=command.query, after=command.after, limit=command.limit)


@handles(c.MarkRead)
def mark_read(member: Member, command: c.MarkRead) -> Membership:
    return actions.mark_read(membership=policy.membership_for(member, command.room), number=command.number)


@handles(c.MarkUnread)
def mark_unread(member: Member, command: c.MarkUnread) -> Membership:
    return actions.mark_unread(membership=policy.membership_for(member, command.room), number=command.number)


@handles(c.SetLevel)
def set_level(member: Member, command: c.SetLevel) -> Membership:
    return actions.set_level(membership=policy.membership_for(member, command.room), level=command.level)


@handles(c.ListMembers, reads=True)
def list_members(member: Member, command: c.ListMembers) -> replies.MemberPage:
    return queries.list_members(member, command.members)


@handles(c.BrowseMembers, reads=True)
def browse_members(member: Member, command: c.BrowseMembers) -> replies.MemberPage:
    return queries.browse_members(member, query=command.query, after=command.after, limit=command.limit)


@handles(c.UpdateProfile)
def update_profile(member: Member, command: c.UpdateProfile) -> Member:
    return actions.update_profile(
        member=member, name=command.name, about=command.about, hue=command.hue, reach=command.reach
    )
