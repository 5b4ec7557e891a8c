"""Snapshot and resume on a socket: no gap, no lock, and nothing that is no longer the member's.

1. Events are held back. 2. The state is read: which rooms, where each stands. 3. The connection is attached to the
rooms' feeds where the state stands; what a room missed since the client's seq comes from the feed's ring, or from one
read that all who miss the same share. 4. It is looked at once more: has the member's version moved, or a room whose
feed has only just begun? Then a membership may have ended in between, and all is done anew; nothing has left the
house yet. 5. Answered; the held events go, and the client drops those whose seq it has.

Every commit before the read is in it; every commit after the attaching is heard; one in between has moved a version or
a head, and is found in step 4.
"""

from __future__ import annotations

import asyncio

from hubbub import queries
from hubbub.dispatch import Job, refusal_of
from hubbub.errors import SignInRequired, Unavailable
from hubbub.protocol import limits
from hubbub.protocol.commands import Resume
from hubbub.protocol.objects import Changes, Role
from hubbub.protocol.replies import Resumed, Snapshot
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.feed import Feed
from hubbub.realtime.delivery.versions import Versions
from hubbub.realtime.recovery.repair import chunks
from hubbub.realtime.runtime import Runtime

ROOMS_AT_ONCE = 16
"""Rooms that one resume reads together: clients name those whose messages they show, which are fewer."""

TRIES = 5
"""Whose rooms change faster than they can be read is told to ask again."""


async def subscribe(runtime: Runtime, connection: Connection, job: Job) -> None:
    """Answer a `snapshot` or `resume` in `job`, and make the connection live. The caller answers, then releases."""
    connection.hold()
    try:
        for _ in range(TRIES):
            if await _settled(runtime, connection, job):
                return
        job.answer, job.refusal = None, Unavailable("Your rooms change too fast. Ask again.", retry_after=0.5)
    except Exception as error:
        job.answer, job.refusal = None, refusal_of(error)


async def _settled(runtime: Runtime, connection: Connection, job: Job) -> bool:
    """One round. False if the member's rooms changed while it went on."""
    hub, command = runtime.hub, job.command
    known = command.directory if isinstance(command, Resume) else None
    found = await runtime.catch_up.state(queries.Asked(job.member.pk, known))
    if connection not in hub.connections:
        return True
    if found is None:
        raise SignInRequired("There is no such member any more.")
    member, state = found
    job.member = member
    if not await runtime.repair.follows(state.epoch):
        return False  # the feeds here, or the state, are of another history
    if connection.known is not None and connection.known.newest > member.version:
        return False  # it was told something newer than the state says
    for tab in hub.of_member[member.pk]:
        tab.becomes(member)  # the freshest row for all of them, and one instead of many
    if connection.known is None:
        connection.known = Versions(member.version)
    connection.known.learn(member.version)
    directory = None if member.role == Role.GUEST else state.directory
    hub.notices.begin_with(directory=directory, workspace=state.workspace.version)
    begun = _attach(runtime, connection, state)
    await runtime.relay.settled()
    if isinstance(command, Resume):
        job.answer = await _resumed(runtime, state, command)
    else:
        job.answer = state
    version, *heads = await asyncio.gather(
        runtime.catch_up.version(member.pk), *(runtime.catch_up.head(room) for room in begun)
    )
    for room, head in zip(begun, heads, strict=True):
        if (feed := hub.feeds.get(room)) and head is not None and feed.head < head:
            runtime.repair.soon(feed)
    if connection in hub.connections:
        connection.live = True
    return version == member.version


def _attach(runtime: Runtime, connection: Connection, state: Snapshot) -> list[int]:
    """Hear the rooms of the state from where it stands. Returns those that nobody here had heard before."""
    hub = runtime.hub
    begun = [room.id for room in state.rooms if room.id not in hub.feeds]
    for lost in connection.rooms - {room.id for room in state.rooms}:
        hub.lose(connection, lost)
    for room in state.rooms:
        if room.id not in connection.rooms:
            hub.attach_at(connection, room.id, room.seq, room.last_number)
        else:
            hub.feeds[room.id].audience.knows(connection, room.seq)
        if hub.feeds[room.id].head < room.seq:
            runtime.repair.soon(
                hub.feeds[room.id]
            )  # others hear from the feed what this client has read already
    return begun


async def _resumed(runtime: Runtime, state: Snapshot, command: Resume) -> Resumed:
    if state.epoch != command.epoch:
        return queries.resumed(state, command.epoch, [])
    mine = {room.id for room in state.rooms}
    feeds = [  # of a room that was lost meanwhile there may be none; then the member's version has moved
        (feed, seq)
        for room, seq in command.rooms.items()
        if room in mine and (feed := runtime.hub.feeds.get(room))
    ]
    # A reset leads to where the state stands: what was committed after it comes as events, and counts.
    heads = {room.id: room.seq for room in state.rooms}
    return queries.resumed(state, command.epoch, await _changes(runtime, feeds, heads))


async def _changes(runtime: Runtime, feeds: list[tuple[Feed, int]], heads: dict[int, int]) -> list[Changes]:
    """What each room missed, in the order of the client; from the first that is too much in all, only resets.

    Some rooms at a time, so that those beyond RESUME_TOTAL_BYTES are not even read.
    """
    found: list[Changes] = []
    left = int(limits.RESUME_TOTAL_BYTES)
    for some in chunks(feeds, ROOMS_AT_ONCE):
        if left < 0:
            found += [queries.reset(feed.room, heads[feed.room]) for feed, _ in some]
            continue
        for changes in await _missed(runtime, some):
            size = queries.bytes_of(changes)
            whole = not changes.reset and size <= limits.RESUME_BYTES
            left -= size if whole else 0
            found.append(changes if whole and left >= 0 else queries.reset(changes.room, heads[changes.room]))
    return found


async def _missed(runtime: Runtime, feeds: list[tuple[Feed, int]]) -> list[Changes]:
    """What each of these rooms missed. Nearly always the feeds' rings have it, and no task is made for it."""
    at_hand = [runtime.catch_up.at_hand(feed, seq) for feed, seq in feeds]
    absent = [pair for pair, found in zip(feeds, at_hand, strict=True) if found is None]
    read = iter(await asyncio.gather(*(runtime.catch_up.changes(feed, seq) for feed, seq in absent)))
    return [next(read) if found is None else found for found in at_hand]
