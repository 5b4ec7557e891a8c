"""Snapshot and resume on a socket, without a gap, without a lock, and without rooms that the member has lost.

1. Hold events back.
2. Read the state: the member's rooms, and the head of each.
3. Attach the connection to the rooms' feeds at these heads. Messages after the client's seq come from the feed's ring,
   or from one read that is shared by all clients that miss the same.
4. Read again: has the member's version moved, or the head of a room whose feed is new here? Then a membership may have
   ended in between: retry from 2. Nothing has been sent yet.
5. Answer, then send the held events. The client drops those whose seq it has.

The read contains every commit before it, and the feeds deliver every commit after the attaching. A commit in between
has moved a version or a head, which step 4 detects.
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
from hubbub.realtime.runtime import Runtime
from hubbub.realtime.storage.readers import batches

ROOMS_AT_ONCE = 16
"""Rooms that one resume reads together. Clients mostly name fewer: those whose messages they show."""

TRIES = 5
"""Rounds before the client must ask again: its rooms change faster than they can be read."""


async def subscribe(runtime: Runtime, connection: Connection, job: Job) -> None:
    """Put the answer of a `snapshot` or `resume` into `job`, and make the connection live.

    The caller sends the answer, then releases the held events.
    """
    connection.hold()
    try:
        for _ in range(TRIES):
            if await _is_consistent(runtime, connection, job):
                return
        job.answer, job.refusal = None, Unavailable("Your rooms change too fast. Ask again.", retry_after=0.5)
    except Exception as error:
        job.answer, job.refusal = None, refusal_of(error)


async def _is_consistent(runtime: Runtime, connection: Connection, job: Job) -> bool:
    """One round. False if the member's rooms changed in the meantime."""
    hub, command = runtime.hub, job.command
    known = command.directory if isinstance(command, Resume) else None
    found = await runtime.catch_up.state(queries.SnapshotRequest(job.member.pk, known))
    if connection not in hub.connections:
        return True
    if found is None:
        raise SignInRequired("There is no such member any more.")
    member, state = found
    job.member = member
    if not await runtime.poll.follows(state.epoch):
        return False  # the feeds here, or the state, are of another history
    if connection.known is not None and connection.known.newest > member.version:
        return False  # it has been sent a newer change than the state has
    for other in hub.connections.of_member[member.pk]:
        other.set_member(member)  # share one fresh row
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
    """Attach the connection to the rooms of the state. Returns the rooms whose feeds are new in this process."""
    hub = runtime.hub
    begun = [room.id for room in state.rooms if room.id not in hub.feeds]
    for lost in connection.rooms - {room.id for room in state.rooms}:
        hub.subscriptions.lose(connection, lost)
    for room in state.rooms:
        if room.id not in connection.rooms:
            hub.subscriptions.attach_and_catch_up(connection, room.id, room.seq, room.last_number)
        else:
            hub.feeds[room.id].audience.advance(connection, room.seq)
        if hub.feeds[room.id].head < room.seq:
            # The client has read these messages; other connections get them from the feed.
            runtime.repair.soon(hub.feeds[room.id])
    return begun


async def _resumed(runtime: Runtime, state: Snapshot, command: Resume) -> Resumed:
    if state.epoch != command.epoch:
        return queries.resumed(state, command.epoch, [])
    mine = {room.id for room in state.rooms}
    feeds = [  # a room that was lost in the meantime may have none; then the member's version has moved
        (feed, seq)
        for room, seq in command.rooms.items()
        if room in mine and (feed := runtime.hub.feeds.get(room))
    ]
    # A reset leads to the head in the state: later commits come as events.
    heads = {room.id: room.seq for room in state.rooms}
    return queries.resumed(state, command.epoch, await _changes(runtime, feeds, heads))


async def _changes(runtime: Runtime, feeds: list[tuple[Feed, int]], heads: dict[int, int]) -> list[Changes]:
    """The changes of each room, in the client's order; once they are too much together, only resets.

    Some rooms at a time, so that those beyond RESUME_TOTAL_BYTES are not even read.
    """
    found: list[Changes] = []
    left = int(limits.RESUME_TOTAL_BYTES)
    for some in batches(feeds, ROOMS_AT_ONCE):
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
    """The changes of these rooms. Nearly always the feeds' rings have them, and no task is needed."""
    at_hand = [runtime.catch_up.at_hand(feed, seq) for feed, seq in feeds]
    absent = [pair for pair, found in zip(feeds, at_hand, strict=True) if found is None]
    read = iter(await asyncio.gather(*(runtime.catch_up.changes(feed, seq) for feed, seq in absent)))
    return [next(read) if found is None else found for found in at_hand]
