"""The state a client starts from, and what it missed since."""

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


class Asked(NamedTuple):
    """Who asks for a snapshot, and the directory they know: then only those members come that changed since."""

    member: int
    directory: int | None = None


def snapshot(member: Member, *, directory: int | None = None) -> Snapshot:
    """All that a client starts from. The number of queries does not depend on the number of rooms."""
    _, state = snapshots([Asked(member.pk, directory)])[Asked(member.pk, directory)]
    return state


def snapshots(asked: Collection[Asked]) -> dict[Asked, tuple[Member, Snapshot]]:
    """The snapshots of many members, in as many queries as that of one, and their rows as they were before.

    The member is read first and their rooms after: what changes in between shows in the member's version later on.
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
    """What only the member knows, whole, and all changes of each room since the given seq, or `reset`.

    Another epoch means another history: everything is reset. A room that is not the member's (any more) is left out.
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
    """Too much to be told: the client drops what it has of the room and pages it anew."""
    return Changes(room=room, seq=head, reset=True)


def resumed(state: Snapshot, epoch: str, changes: list[Changes]) -> Resumed:
    """A state and changes as the answer to a client that knows `epoch`."""
    if state.epoch != epoch:
        return Resumed.model_construct(**dict(state), changes=[], reset=True)
    return Resumed.model_construct(**dict(state), changes=EncodedOnce(changes))


def changes_since(room: int, seq: int, head: int, *, listener: Member | None = None) -> Changes:
    """Every state of one room after `seq`: all of them, or `reset` (contract G8). `head` was read before.

    With a `listener`, membership is asked again in the very query that reads: it may have ended since the sidebar was
    read. Who asks without one looks at the membership afterwards.
    """
    if seq == head:
        return Changes(room=room, seq=head)
    if seq > head:
        # The client has seen what this database has not: a restored backup that kept its epoch. Start anew.
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
