"""The state a client starts from, and what it missed since."""

from __future__ import annotations

from typing import NamedTuple

from hubbub import policy
from hubbub.models import Member, Message, Workspace
from hubbub.protocol import limits, objects
from hubbub.protocol.objects import Changes, Role
from hubbub.protocol.replies import Resumed, Snapshot
from hubbub.protocol.replies import Workspace as WorkspaceObject
from hubbub.queries.presence import presence_for
from hubbub.queries.sidebar import sidebar


def snapshot(member: Member, *, directory: int | None = None) -> Snapshot:
    """All that a client starts from. The number of queries does not depend on the number of rooms.

    `directory`: what the client knows of members already; then only those come that changed since.
    """
    workspace = Workspace.objects.the_one()
    rooms, memberships = mine = sidebar(member)
    known = _acquaintances(member, mine.people, workspace.directory, since=directory)
    return Snapshot(
        epoch=workspace.epoch,
        me=member.as_object(),
        workspace=WorkspaceObject(name=workspace.name, open_rooms=policy.can_create_rooms(member)),
        rooms=rooms,
        memberships=memberships,
        directory=known.directory,
        members=known.members,
        presence=presence_for(member),
    )


def resume(member: Member, *, epoch: str, seqs: dict[int, int], directory: int | None = None) -> Resumed:
    """What only the member knows, whole, and all changes of each room since the given seq, or `reset`.

    Another epoch means another history: everything is reset. A room that is not the member's (any more) is left out.
    """
    state = snapshot(member, directory=directory)
    if state.epoch != epoch:
        return resumed(snapshot(member), epoch, [])
    heads = {room.id: room.seq for room in state.rooms}
    return resumed(
        state,
        epoch,
        [
            changes_since(room, seq, heads[room], listener=member)
            for room, seq in seqs.items()
            if room in heads
        ],
    )


def resumed(state: Snapshot, epoch: str, changes: list[Changes]) -> Resumed:
    """A state and changes as the answer to a client that knows `epoch`."""
    other = True if state.epoch != epoch else None
    return Resumed(**dict(state), changes=[] if other else changes, reset=other)


def changes_since(room: int, seq: int, head: int, *, listener: Member | None = None) -> Changes:
    """Every state of one room after `seq`: all of them, or `reset` (contract G8). `head` was read before.

    With a `listener`, membership is asked again in the very query that reads: it may have ended since the sidebar was
    read. Who asks without one looks at the membership afterwards.
    """
    if seq == head:
        return Changes(room=room, seq=head)
    if seq > head:
        # The client has seen what this database has not: a restored backup that kept its epoch. Start anew.
        return Changes(room=room, seq=head, reset=True)
    messages = Message.objects.filter(room=room)
    if listener is not None:
        messages = messages.filter(room__memberships__member=listener)
    found = [m.as_object() for m in messages.changed_after(seq)[: limits.RESUME_MESSAGES + 1]]
    if (
        len(found) > limits.RESUME_MESSAGES
        or sum(len(m.text.encode()) + 300 for m in found) > limits.RESUME_BYTES
    ):
        return Changes(room=room, seq=head, reset=True)
    return Changes(room=room, seq=max(head, found[-1].seq) if found else head, messages=found)


class _Acquaintances(NamedTuple):
    members: list[objects.Member]
    directory: int


def _acquaintances(member: Member, people: set[int], directory: int, *, since: int | None) -> _Acquaintances:
    """Everybody on a small site; else those of one's direct rooms first. The rest are asked for when they speak.

    `since`: only who has changed since then; if they are too many, as many as fit, and a directory that says so.
    """
    if since is None or member.role == Role.GUEST:  # whom guests see depends on their rooms, not on changes
        visible = Member.objects.visible_to(member).order_by("pk")
        found = {other.pk: other for other in visible[: limits.SNAPSHOT_MEMBERS]}
        if missing := people - found.keys():
            found |= Member.objects.in_bulk(list(missing))
        return _Acquaintances([found[pk].as_object() for pk in sorted(found)], directory)
    if since == directory:
        return _Acquaintances([], directory)
    changed = list(Member.objects.filter(changed__gt=since).order_by("changed")[: limits.SNAPSHOT_MEMBERS])
    if len(changed) == limits.SNAPSHOT_MEMBERS:
        directory = changed[-1].changed
    return _Acquaintances([other.as_object() for other in changed], directory)
