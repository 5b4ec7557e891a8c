"""Limits of a connection, a member and a process: parts in isolation, with a clock that the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic_core import from_json

from hubbub.dispatch import Job
from hubbub.errors import RateLimited
from hubbub.handlers import READS
from hubbub.models import Member
from hubbub.protocol import commands, limits
from hubbub.protocol.closing import Close
from hubbub.protocol.events import Hello
from hubbub.protocol.generate import typescript
from hubbub.protocol.ids import make_message_id
from hubbub.realtime.connection_monitor import ConnectionMonitor
from hubbub.realtime.delivery.audience import MergedFrames
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.send_buffer import SendBuffer
from hubbub.realtime.delivery.slow_readers import is_stalled
from hubbub.realtime.delivery.socket_protocols import EVENT_PROTOCOL
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.sockets.base import SocketBase
from hubbub.realtime.storage.writer import Writer
from tests.realtime.fakes import ALICE, BOB, Clock, connected, frame, pipe_of

POST = commands.SendMessage(type="message.send", room=1, message=make_message_id(), text="hi")
ASK = commands.GetMessage(type="message.get", message=make_message_id())


def an_event(texts: int = 1, size: int = 1) -> EncodedEvents:
    """Frames of one room that nobody reads."""
    return EncodedEvents([b"x" * size] * texts, room=7, head=1)


# ── one slow connection ──


def test_outbox_bytes() -> None:
    buffer = SendBuffer()
    assert buffer.add(an_event(size=limits.OUTBOX_BYTES - 10))
    assert buffer.bytes == limits.OUTBOX_BYTES
    assert buffer.add(an_event())
    assert buffer.bytes < 100  # the room lags now


def test_outbox_frames() -> None:
    buffer = SendBuffer()
    assert buffer.add(an_event(texts=limits.OUTBOX_FRAMES))
    assert buffer.bytes > 0
    assert buffer.add(an_event())
    assert buffer.bytes == 0


def test_outbox_bytes_of_replies_that_nobody_reads_end_the_connection() -> None:
    connection = connected(ready=False)
    connection.answer(b"x" * (limits.OUTBOX_BYTES - 10))
    assert connection.closing is None
    connection.answer(b"x")
    assert connection.closing is not None
    assert connection.closing[0] == Close.SLOW


def test_gathered_bytes() -> None:
    """Counted as encoded, all frames of a merged together."""
    said = [frame(seq, text="x" * limits.MESSAGE_BYTES) for seq in range(1, 100)]
    merged = MergedFrames(7, EVENT_PROTOCOL, said[:1], 0)
    bytes_told, told = len(said[0].data), 1
    while bytes_told + len(said[told].data) <= limits.GATHERED_BYTES:
        merged.extend([said[told]])
        bytes_told += len(said[told].data)
        told += 1
    assert merged.encoded is not None
    assert len(merged.encoded.texts) == told

    larger = MergedFrames(7, EVENT_PROTOCOL, said[:told], 0)
    larger.extend([said[told]])
    assert larger.encoded is not None
    assert [from_json(text) for text in larger.encoded.texts] == [
        {"type": "lag", "room": 7, "head": told + 1}
    ]


def test_waiting_commands_whose_answers_nobody_reads() -> None:
    push = SimpleNamespace(open=True)
    push.pause_reading = lambda: setattr(push, "open", False)
    push.resume_reading = lambda: setattr(push, "open", True)
    connection = connected(ready=False)
    socket = socket_of(connection, push=push)
    for _ in range(limits.WAITING_COMMANDS):
        assert push.open
        socket.received(b"a command")
        connection.answer(b"an answer")
        socket.done_waiting()
    assert not push.open, "each answer still counts"
    pipe_of(connection).ready = True
    socket.writable(True)
    assert push.open
    assert len(pipe_of(connection).texts) == limits.WAITING_COMMANDS


def test_stalled_seconds() -> None:
    connection = connected(ready=False)
    connection.push(an_event())
    assert not is_stalled(connection, 100.0)
    assert not is_stalled(connection, 100.0 + limits.STALLED_SECONDS - 0.01)
    assert is_stalled(connection, 100.0 + limits.STALLED_SECONDS)


def test_waiting_commands() -> None:
    push = SimpleNamespace(open=True)
    push.pause_reading = lambda: setattr(push, "open", False)
    push.resume_reading = lambda: setattr(push, "open", True)
    socket = socket_of(connected(), push=push)
    for _ in range(limits.WAITING_COMMANDS - 1):
        socket.received(b"a command")
    assert push.open
    socket.received(b"one more")
    assert not push.open
    socket.done_waiting()
    assert push.open


# ── the writer ──


@pytest.fixture
def writer() -> Writer:
    """A writer whose thread is not started, so submitted jobs wait."""
    loop: Any = Clock()
    return Writer(loop, deliver=lambda batch: None, written_elsewhere=lambda: None)


def test_writer_queue(writer: Writer) -> None:
    refused: list[Job] = []
    for _ in range(limits.WRITER_QUEUE):
        writer.submit(Job(Member(pk=ALICE), POST), refused.append)
    assert refused == []
    writer.submit(Job(Member(pk=ALICE), POST), refused.append)
    (last,) = refused
    assert last.refusal is not None
    assert (last.refusal.code, last.refusal.retry_after) == ("unavailable", 1.0)


def test_batch_commands(writer: Writer) -> None:
    for _ in range(limits.BATCH_COMMANDS + 1):
        writer.submit(Job(Member(pk=ALICE), POST), lambda job: None)
    clock: Any = writer._loop
    clock.turn()
    batch = writer._inbox.get_nowait()
    assert batch is not None
    assert len(batch) == limits.BATCH_COMMANDS
    assert writer._inbox.empty()


# ── rates ──


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(clock: Clock) -> Rates:
    rates = Rates(clock.time)
    rates.lifted = False
    return rates


def how_many(act: Callable[[], object], most: int = 5000) -> int:
    """How often an action is allowed before it is refused."""
    for done in range(most):
        try:
            act()
        except RateLimited as refusal:
            assert refusal.retry_after
            assert refusal.retry_after > 0
            return done
    return most


def test_commands_burst(rates: Rates) -> None:
    assert how_many(lambda: rates.check(ALICE, ASK)) == limits.COMMANDS_BURST
    assert how_many(lambda: rates.check(BOB, ASK)) == limits.COMMANDS_BURST  # separate for each member


def test_commands_per_second(rates: Rates, clock: Clock) -> None:
    how_many(lambda: rates.check(ALICE, ASK))
    clock.now += 2
    assert how_many(lambda: rates.check(ALICE, ASK)) == 2 * limits.COMMANDS_PER_SECOND


def test_messages_burst(rates: Rates) -> None:
    assert how_many(lambda: rates.check(ALICE, POST)) == limits.MESSAGES_BURST


def test_messages_burst_counts_commands_that_store_or_publish(rates: Rates) -> None:
    describe = commands.DescribeRoom(type="room.describe", room=1, description="x")
    rename = commands.UpdateProfile(type="profile.update", name="x")
    assert how_many(lambda: rates.check(ALICE, describe)) == limits.MESSAGES_BURST
    for other in (POST, rename):
        with pytest.raises(RateLimited):
            rates.check(ALICE, other)


def test_messages_burst_counts_all_commands_except_reads_and_private_ones() -> None:
    only_oneself = {commands.MarkRead, commands.MarkUnread, commands.SetLevel}
    assert set(commands.ALL) - commands.SOCKET_ONLY - READS - only_oneself == commands.STORING


def test_messages_per_second(rates: Rates, clock: Clock) -> None:
    how_many(lambda: rates.check(ALICE, POST))
    clock.now += 2
    assert how_many(lambda: rates.check(ALICE, POST)) == 2 * limits.MESSAGES_PER_SECOND


def test_handshakes_burst(rates: Rates) -> None:
    assert [rates.admit() for _ in range(limits.HANDSHAKES_BURST)] == [0.0] * limits.HANDSHAKES_BURST
    assert rates.admit() == pytest.approx(1 / limits.HANDSHAKES_PER_SECOND)


def test_handshakes_per_second(rates: Rates, clock: Clock) -> None:
    for _ in range(limits.HANDSHAKES_BURST):
        rates.admit()
    clock.now += 1
    assert [rates.admit() == 0 for _ in range(limits.HANDSHAKES_PER_SECOND)].count(True) == 500
    assert rates.admit() > 0


def test_rates_are_lifted_for_load_tests(settings: Any, clock: Clock) -> None:
    settings.HUBBUB = {**settings.HUBBUB, "RATE_LIMITS": False}
    rates = Rates(clock.time)
    assert how_many(lambda: rates.check(ALICE, POST), most=500) == 500
    assert all(rates.admit() == 0 for _ in range(limits.HANDSHAKES_BURST + 10))


@pytest.mark.parametrize("lifted", [False, True])
def test_connections_per_member(rates: Rates, lifted: bool) -> None:
    rates.lifted = lifted
    assert all(rates.seat(ALICE) for _ in range(limits.CONNECTIONS_PER_MEMBER))
    assert rates.seat(ALICE) is lifted
    assert rates.seat(BOB)
    rates.unseat(ALICE)
    assert rates.seat(ALICE)


# ── time ──


def test_heartbeat_seconds() -> None:
    connection = connected()
    connection.last_received = 10_000  # they are alive
    in_no_time(monitor_of(connection).run_forever(), seconds=3 * limits.HEARTBEAT_SECONDS + 5)
    beats = [event for event in pipe_of(connection).events if event["type"] == "heartbeat"]
    assert len(beats) == 3
    hello = Hello(epoch="", member=1, heartbeat=limits.HEARTBEAT_SECONDS)
    assert hello.heartbeat == 20


def test_silence_seconds() -> None:
    connection = connected()
    connection.last_received = 0
    in_no_time(monitor_of(connection).run_forever(), seconds=limits.SILENCE_SECONDS - 1)
    assert connection.closing is None
    in_no_time(monitor_of(connection).run_forever(), seconds=limits.SILENCE_SECONDS + 2)
    assert connection.closing is not None
    assert connection.closing[0] == Close.LOST_CONTINUITY


def test_typing_seconds() -> None:
    """The server only forwards it; the client shows it for this time (`client/src/state/typing`)."""
    assert f"TYPING_SECONDS = {limits.TYPING_SECONDS}" in typescript.document()


# ── helpers ──


def socket_of(connection: Connection, *, push: Any) -> SocketBase:
    """A socket without its handshake; each message is a command that waits."""
    socket = SocketBase.__new__(SocketBase)
    socket._push = push
    socket.connection = connection
    socket.runtime = SimpleNamespace(loop=Clock())  # type: ignore[assignment]
    socket._paused = False
    socket._incoming = SimpleNamespace(stopped=False)  # type: ignore[assignment]

    def understand(data: bytes) -> None:
        connection.waiting += 1

    socket.understand = understand  # type: ignore[method-assign]
    return socket


def monitor_of(*connections: Connection) -> ConnectionMonitor:
    class AllOf(set[Connection]):
        def each(self, write: Any) -> None:
            write(connections)

    hub: Any = SimpleNamespace(connections=AllOf(connections), feeds={})
    nothing: Any = SimpleNamespace(forget_idle=lambda: None)

    class Readers:
        async def run(self, act: Any, logins: Any) -> set[str]:
            return {login.key for login in logins}

    readers: Any = Readers()
    return ConnectionMonitor(hub, readers, nothing, lambda work: None)


class Instant(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time: when nothing is ready, its clock jumps ahead."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__()

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        loop: Any = super()
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now = max(self.now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        loop._run_once()


def in_no_time(work: Coroutine[Any, Any, None], *, seconds: float) -> None:
    """Run it for this many seconds of that loop's time."""
    loop = Instant()

    async def run() -> None:
        task = loop.create_task(work)
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()


def test_the_fake_reader_gets_frames_at_once() -> None:
    """Checks the fakes, so that a broken fake is found."""
    connection = connected()
    connection.push(EncodedEvents([frame(1).data], room=7, head=1))
    assert (pipe_of(connection).seqs, connection.backlog) == ([1], 0)
