"""Snapshot and resume on a socket: subscribe, then read, so that there is no gap and no lock.

1. Attach the connection to its rooms' feeds, events held back. 2. Read the state. 3. Compare: what was left in between
is detached (the read no longer lists it, so it cannot leak), what was joined is attached. 4. Answer, then let the held
events go; the client drops those whose seq it has. What is committed after step 1 is heard, what was before is read.

If the member was told of a room joined or left during the read, the read may be the older of the two: it is done anew.
"""

from __future__ import annotations

from hubbub.dispatch import Job, run_read
from hubbub.models import Member
from hubbub.protocol.replies import Snapshot
from hubbub.realtime.connection import Connection
from hubbub.realtime.runtime import Runtime

READS = 5
"""How often a state is read if it changes meanwhile; somebody who changes theirs faster than that asks again anyway."""


async def subscribe(runtime: Runtime, connection: Connection, job: Job) -> None:
    """Answer a `snapshot` or `resume` in `job`, and make the connection live. The caller answers, then releases."""
    hub, readers = runtime.hub, runtime.readers
    connection.hold()
    member, rooms = await readers.run(_member_and_rooms, job.member)
    if connection not in hub.connections:
        return
    connection.member = job.member = member
    hub.versions.setdefault(
        member.pk, member.version
    )  # an older one stays: other tabs have not heard more yet
    for room, head, number in rooms:
        hub.attach(connection, room, head, number)
    await runtime.relay.settled()
    for _ in range(READS):
        told = hub.versions.get(member.pk)
        await readers.run(run_read, job)
        if hub.versions.get(member.pk) == told:
            break
    if connection in hub.connections and isinstance(job.answer, Snapshot):
        _compare(runtime, connection, job.answer)
        connection.live = True


def _compare(runtime: Runtime, connection: Connection, state: Snapshot) -> None:
    hub = runtime.hub
    heads = {room.id: room.seq for room in state.rooms}
    for room in connection.rooms - heads.keys():
        hub.detach(connection, room)
    for room, seq in heads.items():
        if room not in connection.rooms:
            hub.attach_live(connection, room, seq)
        elif (feed := hub.feeds[room]).head < seq:
            # The feed began before a commit that nobody here listened to yet. This client has read it already.
            runtime.repair.soon(feed)


def _member_and_rooms(member: Member) -> tuple[Member, list[tuple[int, int, int]]]:
    fresh = Member.objects.get(pk=member.pk)
    return fresh, list(fresh.rooms().values_list("pk", "seq", "last_number"))
