"""The state a client starts from, and what it missed since."""

from __future__ import annotations

from typing import Any

from hubbub import policy
from hubbub.models import Member, Message, Workspace
from hubbub.protocol import limits, objects
from hubbub.protocol.objects import Changes
from hubbub.protocol.replies import Resumed, Snapshot
from hubbub.protocol.replies import Workspace as WorkspaceObject
from hubbub.queries.presence import presence_for
from hubbub.queries.sidebar import sidebar


def snapshot(member: Member) -> Snapshot:
    """All that a client starts from. The number of queries does not depend on the number of rooms."""
    return Snapshot(**_private_state(member))


def resume(member: Member, *, epoch: str, seqs: dict[int, int]) -> Resumed:
    """What only the member knows, whole, and all changes of each room since the given seq, or `reset`.

    Another epoch means another history: everything is reset. A room that is not the member's (any more) is left out.
    """
    state = _private_state(member)
    if state["epoch"] != epoch:
        return Resumed(**state, changes=[], reset=True)
    heads = {room.id: room.seq for room in state["rooms"]}
    changes = [changes_since(member, room, seq, heads[room]) for room, seq in seqs.items() if room in heads]
    return Resumed(**state, changes=changes)


def changes_since(member: Member, room: int, seq: int, head: int) -> Changes:
    """Every state of one room after `seq`: all of them, or `reset` (contract G8). `head` was read before."""
    if seq == head:
        return Changes(room=room, seq=head)
    if seq > head:
        # The client has seen what this database has not: a restored backup that kept its epoch. Start anew.
        return Changes(room=room, seq=head, reset=True)
    # Membership is asked again in this very query: it may have ended since the sidebar was read.
    mine = Message.objects.filter(room=room, room__memberships__member=member)
    found = [m.as_object() for m in mine.changed_after(seq)[: limits.RESUME_MESSAGES + 1]]
    if (
        len(found) > limits.RESUME_MESSAGES
        or sum(len(m.text.encode()) + 300 for m in found) > limits.RESUME_BYTES
    ):
        return Changes(room=room, seq=head, reset=True)
    return Changes(room=room, seq=max(head, found[-1].seq) if found else head, messages=found)


def _private_state(member: Member) -> dict[str, Any]:
    workspace = Workspace.objects.the_one()
    rooms, memberships = mine = sidebar(member)
    return {
        "epoch": workspace.epoch,
        "me": member.as_object(),
        "workspace": WorkspaceObject(name=workspace.name, open_rooms=policy.can_create_rooms(member)),
        "rooms": rooms,
        "memberships": memberships,
        "members": _acquaintances(member, mine.people),
        "presence": presence_for(member),
    }


def _acquaintances(member: Member, people: set[int]) -> list[objects.Member]:
    """Everybody on a small site; else those of one's direct rooms first. The rest are asked for when they speak."""
    visible = Member.objects.visible_to(member).order_by("pk")[: limits.SNAPSHOT_MEMBERS]
    found = {other.pk: other for other in visible}
    if missing := people - found.keys():
        found |= Member.objects.in_bulk(list(missing))
    return [found[pk].as_object() for pk in sorted(found)]
