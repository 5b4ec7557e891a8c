"""Snapshots for clients that start, and the changes for clients that resume."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from hubbub import policy
from hubbub.message_states import states_of
from hubbub.models import Member, Message, Workspace
from hubbub.protocol import limits
from hubbub.protocol.encoded_once import EncodedOnce
from hubbub.protocol.objects import Changes, Reach
from hubbub.protocol.replies import Resumed, Snapshot
from hubbub.protocol.replies import Workspace as WorkspaceObject
from hubbub.queries.presence import presence_for
from hubbub.queries.sidebar import sidebars
from hubbub.queries.snapshot_members import SnapshotMembers


class SnapshotRequest(NamedTuple):
    """A request for a snapshot: the member, and the directory they know, to get only members changed since."""

    member: int
    directory: int | None = None


def snapshot(member: Member, *, directory: int | None = None) -> Snapshot:
    """The complete state of a client. The number of queries does not depend on the number of rooms."""
    _, state = snapshots([SnapshotRequest(member.pk, directory)])[SnapshotRequest(member.pk, directory)]
    return state


def snapshots(asked: Collection[SnapshotRequest]) -> dict[SnapshotRequest, tuple[Member, Snapshot]]:
    """The snapshots of many members, in as many queries as that of one, and the members' rows, which are read first.

    A change between the reads of the member and of their rooms shows in the member's version later on.
    """
    members = Member.objects.in_bulk({a.member for a in asked})
    workspace = Workspace.objects.with_history()
    mine = sidebars(members)
    members_for = SnapshotMembers(workspace)
    found = {}
    for a in asked:
        if (member := members.get(a.member)) is None:
            continue
        side = mine[a.member]
        people, directory = members_for.of(member, side.people, since=a.directory)
        state = Snapshot.model_construct(
            epoch=workspace.history,
            me=member.as_object(),
            workspace=WorkspaceObject(
                name=workspace.name,
                open_rooms=policy.can_create_rooms(member),
                version=workspace.version,
            ),
            version=member.version,
            reach=Reach(member.reach),
            rooms=side.rooms,
            memberships=side.memberships,
            directory=directory,
            members=people,
            presence=presence_for(member, first=side.people),
        )
        found[a] = member, state
    return found


def resume(member: Member, *, epoch: str, seqs: dict[int, int], directory: int | None = None) -> Resumed:
    """A snapshot, and for each room all changes since the given seq, or `reset`.

    Another epoch means another history: everything is reset. A room is left out if the member is not in it.
    """
    state = snapshot(member, directory=directory)
    if state.epoch != epoch:
        return resumed(snapshot(member), epoch, [])
    heads = {room.id: room.seq for room in state.rooms}
    changes, left = [], int(limits.RESUME_TOTAL_BYTES)
    for room, seq in seqs.items():
        if room not in heads:
            continue
        found = (
            changes_since(room, seq, heads[room], listener=member) if left >= 0 else reset(room, heads[room])
        )
        left -= bytes_of(found)
        changes.append(found if left >= 0 else reset(room, heads[room]))
    return resumed(state, epoch, changes)


def bytes_of(changes: Changes) -> int:
    """The size of one room's changes as JSON, which RESUME_BYTES and RESUME_TOTAL_BYTES limit; 0 for a reset.

    Answers that share the list share its JSON too, so measuring it costs nothing more.
    """
    messages = changes.messages
    return len(messages.encoded) if isinstance(messages, EncodedOnce) else 0


def reset(room: int, head: int) -> Changes:
    """Too many changes to send: the client drops the room's messages and loads them again."""
    return Changes(room=room, seq=head, reset=True)


def resumed(state: Snapshot, epoch: str, changes: list[Changes]) -> Resumed:
    """The answer to a client that knows `epoch`, from a snapshot and changes."""
    if state.epoch != epoch:
        return Resumed.model_construct(**dict(state), changes=[], reset=True)
    return Resumed.model_construct(**dict(state), changes=EncodedOnce(changes))


def changes_since(room: int, seq: int, head: int, *, listener: Member | None = None) -> Changes:
    """Every state of one room after `seq`: all of them, or `reset` (contract G8). `head` was read before.

    With a `listener`, the query also checks their membership, which may have ended since the sidebar was read. Callers
    without one check the membership afterwards.
    """
    if seq == head:
        return Changes(room=room, seq=head)
    if seq > head:
        # The client has seen changes that this database does not have: a restored backup that kept its epoch.
        return reset(room, head)
    messages = Message.objects.filter(room=room)
    if listener is not None:
        messages = messages.filter(room__memberships__member=listener)
    states = states_of(messages.changed_after(seq)[: limits.RESUME_MESSAGES + 1])
    if len(states) > limits.RESUME_MESSAGES:
        return reset(room, head)
    seen = max(head, states[-1].seq) if states else head
    found = Changes.model_construct(room=room, seq=seen, messages=EncodedOnce(states))
    return found if bytes_of(found) <= limits.RESUME_BYTES else reset(room, head)
