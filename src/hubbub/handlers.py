"""The table of contents: what each command does. Command → action or query → reply, about a line each.

Every command has one entry. Handlers get rows only through `policy`. They return a Wire, or rows that `dispatch` turns
into the command's reply once everything is placed. Commands in `READS` change nothing and run outside the writer.
`message.send` has a table of its own, because `dispatch` sends all messages of a batch together; so have the commands
that concern only the open socket they came through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

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


class Socket(Protocol):
    """The part of an open socket that a command may change if it concerns only that socket."""

    def set_presence(self, state: Literal["active", "away"]) -> None: ...
    def start_typing(self, room: int) -> None:
        """Raises Invalid if the socket does not receive this room."""


BULK_HANDLERS: dict[type[Command], Callable[[Member, Any], actions.Post]] = {}
"""Handlers that prepare one item of a bulk action."""
SOCKET_HANDLERS: dict[type[Command], Callable[[Socket, Any], None]] = {}
"""Handlers of commands that concern only the socket they came through. Over HTTP these commands are refused."""
S = TypeVar("S", bound=Callable[[Socket, Any], None])


def handles(command: type[Command], *, reads: bool = False) -> Callable[[H], H]:
    """Enter a handler into the table."""

    def enter(handler: H) -> H:
        HANDLERS[command] = handler
        if reads:
            READS.add(command)
        return handler

    return enter


def handles_on_socket(command: type[Command]) -> Callable[[S], S]:
    """Enter a handler for a command that concerns only the socket it came through."""

    def enter(handler: S) -> S:
        SOCKET_HANDLERS[command] = handler
        return handler

    return enter


@handles(c.TakeSnapshot, reads=True)
def take_snapshot(member: Member, command: c.TakeSnapshot) -> replies.Snapshot:
    return queries.snapshot(member)


@handles(c.Resume, reads=True)
def resume(member: Member, command: c.Resume) -> replies.Resumed:
    return queries.resume(member, epoch=command.epoch, seqs=command.rooms, directory=command.directory)


def send_message(member: Member, command: c.SendMessage) -> actions.Post:
    """One message of a batch; `dispatch` hands all of them to `actions.send_messages` at once."""
    return actions.Post(member, command.room, command.message, command.text)


BULK_HANDLERS[c.SendMessage] = send_message


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


@handles_on_socket(c.SetPresence)
def set_presence(socket: Socket, command: c.SetPresence) -> None:
    socket.set_presence(command.state)


@handles_on_socket(c.StartTyping)
def start_typing(socket: Socket, command: c.StartTyping) -> None:
    socket.start_typing(command.room)


@handles_on_socket(c.Beat)
def beat(socket: Socket, command: c.Beat) -> None:
    """Nothing to do: receiving it has already marked the connection as alive."""
