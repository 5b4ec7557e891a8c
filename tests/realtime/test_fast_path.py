"""How a socket uses the push extension, and reacts to its calls (see pipes.Push)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hubbub.models import Room
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.publish import Batch
from hubbub.realtime import runtime
from tests.realtime.fakes import frame
from tests.realtime.wires import Dial, Wire

pytestmark = pytest.mark.django_db(transaction=True)


class Push:
    """The transport of one socket. As uvloop's, it raises when something is written to it after its end."""

    def __init__(self) -> None:
        self.receiver: Any = None
        self.taken_over = asyncio.Event()
        self.written: list[bytes] = []
        self.reading = True
        self.gone = False
        self.aborted = False

    def take_over(self, receiver: Any) -> None:
        self.receiver = receiver
        self.taken_over.set()

    def write(self, data: bytes) -> None:
        if self.gone:
            raise RuntimeError("unable to perform operation; the handler is closed")
        self.written.append(data)

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_lost(self) -> None:
        self.gone = True
        self.receiver.lost()

    def brings(self, kind: str, **fields: Any) -> None:
        self.receiver.received(json.dumps({"type": kind, **fields}).encode())

    async def snapshot(self) -> None:
        before = len(self.written)
        self.brings("snapshot", id=1)
        async with asyncio.timeout(5):
            while not any(b'{"re":1,' in data for data in self.written[before:]):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def opened(dial: Dial, name: str, **how: Any) -> tuple[Push, Wire]:
    push = Push()
    wire = dial(name, push=push, **how)
    async with asyncio.timeout(5):
        await push.taken_over.wait()
    return push, wire


async def test_hello_and_the_snapshot_go_out_as_ready_frames(dial: Dial, room: Room) -> None:
    push, wire = await opened(dial, "alice")
    await push.snapshot()
    assert push.written[0].startswith(b"\x81") and b'"type":"hello"' in push.written[0]
    assert wire.frames == [], "nothing goes the slow way"
    push.is_lost()


async def test_a_lost_connection_does_not_affect_the_others(dial: Dial, room: Room) -> None:
    """Between the loss of a connection and its leaving the hub, others' frames come: the rest must get theirs."""
    people = [await opened(dial, name) for name in ("alice", "bob", "alice", "bob")]
    for push, _ in people:
        await push.snapshot()
        push.written.clear()
    for push, _ in people[:3]:
        push.is_lost()
    hub = runtime.runtime().hub
    hub.receive(Batch([frame(hub.feeds[room.pk].head + 1, room=room.pk, text="on we go")]))
    runtime.runtime().monitor._send_heartbeats()
    assert [b"on we go" in b"".join(push.written) for push, _ in people] == [False, False, False, True]
    people[3][0].is_lost()


async def test_a_full_buffer_keeps_frames_until_there_is_room(dial: Dial, room: Room) -> None:
    push, _ = await opened(dial, "alice")
    await push.snapshot()
    push.written.clear()
    push.receiver.writable(False)
    hub = runtime.runtime().hub
    head = hub.feeds[room.pk].head
    for seq in (head + 1, head + 2):
        hub.receive(Batch([frame(seq, room=room.pk)]))
    assert push.written == []
    push.receiver.writable(True)
    assert len(push.written) == 2
    push.is_lost()


async def test_too_many_waiting_commands_pause_the_reading(
    dial: Dial, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAITING_COMMANDS: the rest waits in the network."""
    push, _ = await opened(dial, "alice")
    await push.snapshot()
    runtime.runtime().rates.lifted = True
    held: list[Any] = []
    monkeypatch.setattr(runtime.runtime().writer, "submit", lambda job, done: held.append((job, done)))
    for n in range(limits.WAITING_COMMANDS):
        assert push.reading
        push.brings("message.edit", message="0191e0a8-0000-7000-8000-000000000000", text=f"{n}", seq=0)
    assert not push.reading
    job, done = held.pop()
    done(job)
    assert push.reading
    for job, done in held:
        done(job)
    push.is_lost()


async def test_after_the_end_nothing_more_goes_out(dial: Dial, room: Room) -> None:
    push, wire = await opened(dial, "alice")
    await push.snapshot()
    push.written.clear()
    (connection,) = runtime.runtime().hub.connections
    connection.close(Close.REVOKED, "This login was ended.")
    hub = runtime.runtime().hub
    hub.receive(Batch([frame(hub.feeds[room.pk].head + 1, room=room.pk)]))
    push.brings("beat", id=9)
    assert push.written == []
    assert await wire.is_closed() == Close.REVOKED


async def test_a_close_frame_that_cannot_be_sent_aborts_the_transport(
    dial: Dial, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that does not read gets two seconds (here a tenth of one) and no more."""
    from hubbub.realtime.sockets import base as session

    monkeypatch.setattr(session, "CLOSE_SECONDS", 0.1)
    push, wire = await opened(dial, "alice")
    wire.reads.clear()
    (connection,) = runtime.runtime().hub.connections
    connection.close(Close.SLOW, "You read too slowly.")
    async with asyncio.timeout(5):
        await wire.task
    assert push.aborted
    assert wire.close is None
    assert not runtime.runtime().hub.connections
