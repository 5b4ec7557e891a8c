"""The fast path: any bytes, cut anywhere by the network, mean what RFC 6455 says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from hubbub.protocol import limits
from hubbub_site.server.push_protocol import PushProtocol

REQUEST = (
    b"GET /ws/ HTTP/1.1\r\nHost: chat.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Ears:
    """The receiver: what was heard, and whether the connection was lost."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.lost_times = 0
        self.may_write: list[bool] = []
        self.frames = self.bytes = 0
        self.has_room = limits.TURN_FRAMES * 10
        self.pauses: PushProtocol | None = None

    def may_take(self) -> int:
        if self.pauses and not self.has_room:
            self.pauses.pause_reading()
        return min(self.has_room, limits.TURN_FRAMES)

    def took(self, frames: int, size: int) -> None:
        self.has_room -= frames
        self.frames += frames
        self.bytes += size

    def received(self, data: bytes) -> None:
        self.heard.append(data)

    def writable(self, yes: bool) -> None:
        self.may_write.append(yes)

    def lost(self) -> None:
        self.lost_times += 1


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = self.aborted = False
        self.reads = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = self.aborted = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True


class Line:
    """One socket: Alice's end is `say`, the application's is `ears`."""

    def __init__(self, protocol: PushProtocol, wire: Wire, ears: Ears) -> None:
        self.protocol, self.wire, self.ears = protocol, wire, ears

    def say(self, data: bytes, *, cut: int | None = None) -> None:
        for start in range(0, len(data), cut or len(data)):
            self.protocol.data_received(data[start : start + (cut or len(data))])

    @property
    def close_code(self) -> int | None:
        """The code of the close frame that the server has sent."""
        place = self.wire.written.find(b"\x88")
        return int.from_bytes(self.wire.written[place + 2 : place + 4], "big") if place >= 0 else None


async def open_line(app: Any = None, *, take_over: bool = True) -> Line:
    ears, over = Ears(), asyncio.Event()

    async def takes_over(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        if take_over:
            scope["extensions"]["hubbub.push"].take_over(ears)
            over.set()
            await asyncio.Event().wait()
        over.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    if app is not None:
        over.set()
    config = uvicorn.Config(
        app or takes_over, ws=PushProtocol, ws_max_size=limits.FRAME_BYTES, ws_ping_interval=None
    )
    config.load()
    state, wire = ServerState(), Wire()
    protocol = PushProtocol(config, state, {})
    protocol.connection_made(wire)
    protocol.data_received(REQUEST)
    await over.wait()
    wire.written = b""
    return Line(protocol, wire, ears)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    opened = await open_line()
    yield opened
    await hang_up(opened)


async def hang_up(line: Line) -> None:
    if line.protocol in line.protocol.connections:
        line.protocol.connection_lost(None)
    for task in list(line.protocol.tasks):
        task.cancel()
    await asyncio.gather(*line.protocol.tasks, return_exceptions=True)


def frame(opcode: Opcode, data: bytes, *, fin: bool = True, masked: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=masked)


def text(data: bytes) -> bytes:
    return frame(Opcode.TEXT, data)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 1000, limits.MESSAGE_BYTES, limits.FRAME_BYTES])
async def test_a_message_of_any_allowed_size_is_received(line: Line, size: int) -> None:
    line.say(text(b"a" * size))
    assert line.ears.heard == [b"a" * size]


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 100])
async def test_the_network_may_cut_anywhere(line: Line, cut: int) -> None:
    line.say(text(b"one") + text(b"2" * 300) + text("drei 三".encode()), cut=cut)
    assert line.ears.heard == [b"one", b"2" * 300, "drei 三".encode()]


async def test_many_messages_may_come_at_once(line: Line) -> None:
    line.say(b"".join(text(b"%d" % i) for i in range(100)))
    assert line.ears.heard == [b"%d" % i for i in range(100)]


@pytest.mark.parametrize("cut", [1, 4, None])
async def test_a_fragmented_message_is_put_together_and_a_ping_within_it_is_answered(
    line: Line, cut: int | None
) -> None:
    parts = frame(Opcode.TEXT, b"to", fin=False) + frame(Opcode.PING, b"?")
    line.say(parts + frame(Opcode.CONT, b"geth", fin=False) + frame(Opcode.CONT, b"er"), cut=cut)
    line.say(text(b"after"), cut=cut)
    assert line.ears.heard == [b"together", b"after"]
    assert line.wire.written == Frame(Opcode.PONG, b"?").serialize(mask=False)


async def test_binary_messages_are_received_like_text(line: Line) -> None:
    line.say(frame(Opcode.BINARY, b"\x00\xff"))
    assert line.ears.heard == [b"\x00\xff"]


@pytest.mark.parametrize("cut", [1, None])
async def test_a_frame_that_is_too_long_is_refused_before_it_has_come(line: Line, cut: int | None) -> None:
    line.say(text(b"a" * (limits.FRAME_BYTES + 1))[:14], cut=cut)
    assert (line.ears.heard, line.close_code) == ([], 1009)


async def test_fragments_that_are_too_long_together_are_refused(line: Line) -> None:
    line.say(frame(Opcode.TEXT, b"a" * limits.FRAME_BYTES, fin=False) + frame(Opcode.CONT, b"a"))
    assert (line.ears.heard, line.close_code) == ([], 1009)


WRONG = {  # by name: their masks are random
    "not masked": frame(Opcode.TEXT, b"hi", masked=False),
    "a continuation of nothing": frame(Opcode.CONT, b"hi"),
    "a message within a message": frame(Opcode.TEXT, b"hi", fin=False) + text(b"there"),
    "compressed, which nobody agreed on": b"\xc1" + text(b"hi")[1:],
    "an opcode that does not exist": b"\x83" + text(b"hi")[1:],
    "a fragmented ping": b"\x09" + frame(Opcode.PING, b"?")[1:],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_protocol_error_ends_the_connection(line: Line, wrong: bytes) -> None:
    line.say(text(b"before") + wrong + text(b"after"))
    assert (line.ears.heard, line.close_code) == ([b"before"], 1002)


async def test_nothing_is_received_after_a_close_frame(line: Line) -> None:
    line.say(frame(Opcode.CLOSE, (1000).to_bytes(2, "big")) + text(b"one more thing"))
    assert (line.ears.heard, line.close_code, line.wire.closed) == ([], 1000, True)


async def test_messages_from_before_take_over_are_received_first() -> None:
    line = await open_line(take_over=False)
    late = text(b"late")
    line.say(text(b"early") + late[:3])
    line.protocol.take_over(line.ears)
    line.say(late[3:])
    await asyncio.sleep(0)
    assert line.ears.heard == [b"early", b"late"]
    await hang_up(line)


async def test_a_lost_connection_is_reported_once(line: Line) -> None:
    line.protocol.connection_lost(ConnectionResetError())
    assert line.ears.lost_times == 1


async def test_frames_are_written_unchanged_and_a_full_buffer_is_reported(line: Line) -> None:
    line.protocol.write(b"\x81\x02hi")
    line.protocol.pause_writing()
    line.protocol.resume_writing()
    assert (line.wire.written, line.ears.may_write) == (b"\x81\x02hi", [False, True])


async def test_a_close_frame_for_a_slow_reader_waits_for_room(line: Line) -> None:
    line.protocol.pause_writing()
    goodbye = asyncio.ensure_future(
        line.protocol.send({"type": "websocket.close", "code": 4008, "reason": ""})
    )
    await asyncio.sleep(0)
    assert line.close_code is None
    line.protocol.resume_writing()
    await goodbye
    assert line.close_code == 4008


messages = st.lists(
    st.tuples(st.sampled_from([0, 1, 2]), st.binary(max_size=200), st.integers(0, 199)), max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=messages, cuts=st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_any_sequence_in_any_fragments_is_received_unchanged(
    said: list[tuple[int, bytes, int]], cuts: list[int]
) -> None:
    stream = b""
    for kind, data, split in said:
        if kind == 0:
            stream += text(data)
        elif kind == 1:
            stream += frame(Opcode.BINARY, data) + frame(Opcode.PING, b"!")
        else:
            stream += frame(Opcode.TEXT, data[:split], fin=False) + frame(Opcode.PONG, b"")
            stream += frame(Opcode.CONT, data[split:])

    async def hear() -> list[bytes]:
        line = await open_line()
        place, turn = 0, 0
        while place < len(stream):
            piece = cuts[turn % len(cuts)]
            line.say(stream[place : place + piece])
            place, turn = place + piece, turn + 1
        await hang_up(line)
        return line.ears.heard

    assert asyncio.run(hear()) == [data for _, data, _ in said]
