"""The fast path under floods: bounds for frames in one turn, and for data after a close frame."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from hubbub.protocol import limits
from tests.realtime.test_push import Line, frame, hang_up, open_line, text


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    opened = await open_line()
    yield opened
    await hang_up(opened)


async def turns(line: Line) -> None:
    """Let the event loop turn until it handles nothing more of what has come."""
    before = -1
    while before != line.ears.frames:
        before = line.ears.frames
        await asyncio.sleep(0)


async def test_a_turn_of_the_event_loop_handles_so_many_frames_and_reads_no_more(line: Line) -> None:
    line.say(text(b"x") * (2 * limits.TURN_FRAMES + 1))
    assert (len(line.ears.heard), line.wire.reads) == (limits.TURN_FRAMES, False)
    await asyncio.sleep(0)
    assert (len(line.ears.heard), line.wire.reads) == (2 * limits.TURN_FRAMES, False)
    await asyncio.sleep(0)
    assert (len(line.ears.heard), line.wire.reads) == (2 * limits.TURN_FRAMES + 1, True)


async def test_frames_of_every_kind_are_counted_with_their_bytes(line: Line) -> None:
    said = [
        text(b"whole"),
        frame(Opcode.PING, b"?"),
        frame(Opcode.PONG, b""),
        frame(Opcode.TEXT, b"", fin=False),
        frame(Opcode.CONT, b"part"),
        frame(Opcode.BINARY, b"\x00"),
    ]
    line.say(b"".join(said), cut=3)
    assert (line.ears.frames, line.ears.bytes) == (len(said), sum(map(len, said)))


async def test_a_receiver_that_pauses_gets_the_rest_when_it_resumes(line: Line) -> None:
    line.ears.has_room = 3
    line.ears.pauses = line.protocol
    line.say(b"".join(text(b"%d" % n) for n in range(5)) + frame(Opcode.PING, b"?"))
    await turns(line)
    line.say(text(b"5")[:4])
    await turns(line)
    assert (line.ears.heard, line.wire.reads, line.wire.written) == ([b"0", b"1", b"2"], False, b"")
    line.ears.has_room = 10
    line.protocol.resume_reading()
    await turns(line)
    assert (line.ears.heard[3:], line.wire.reads) == ([b"3", b"4"], True)
    assert line.wire.written == Frame(Opcode.PONG, b"?").serialize(mask=False)
    line.say(text(b"5")[4:])


async def test_a_receiver_that_pauses_within_a_read_gets_nothing_more_of_it(line: Line) -> None:
    received = line.ears.received

    def pause_after(data: bytes) -> None:
        received(data)
        line.protocol.pause_reading()

    line.ears.received = pause_after  # type: ignore[method-assign]
    line.say(text(b"one") + text(b"two"))
    assert line.ears.heard == [b"one"]
    line.protocol.resume_reading()
    await turns(line)
    assert line.ears.heard == [b"one", b"two"]


@pytest.mark.parametrize("data", [b"", b"x"])
async def test_a_message_in_too_many_pieces_is_refused(line: Line, data: bytes) -> None:
    pieces = frame(Opcode.TEXT, data, fin=False) + frame(Opcode.CONT, data, fin=False) * (
        limits.MESSAGE_FRAGMENTS - 1
    )
    line.say(pieces)
    await turns(line)
    assert line.close_code is None
    line.say(frame(Opcode.CONT, data))
    assert line.ears.heard == [data * (limits.MESSAGE_FRAGMENTS + 1)], "the last piece completes it"
    line.say(pieces + frame(Opcode.CONT, data, fin=False))
    await turns(line)
    assert (line.close_code, line.wire.closed) == (1009, True)


async def test_data_after_our_close_frame_is_not_parsed_and_too_much_aborts(
    line: Line,
) -> None:
    await line.protocol.send({"type": "websocket.close", "code": 4029, "reason": ""})
    line.wire.written = b""
    ping = frame(Opcode.PING, b"x" * 100)
    for _ in range(limits.GOODBYE_BYTES // len(ping)):
        line.say(ping)
    assert (line.wire.written, line.wire.aborted, line.ears.frames) == (b"", False, 0)
    line.say(ping)
    assert line.wire.aborted


async def test_a_close_frame_behind_much_else_ends_the_socket(line: Line) -> None:
    await line.protocol.send({"type": "websocket.close", "code": 4029, "reason": ""})
    line.say(text(b"x") * 500 + frame(Opcode.CLOSE, (4029).to_bytes(2, "big")))
    for _ in range(6):
        await asyncio.sleep(0)
    assert (line.wire.closed, line.wire.aborted) == (True, False)


async def test_before_accepting_one_turn_of_frames_is_read() -> None:
    heard = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await heard.wait()

    line = await open_line(app)
    line.say(frame(Opcode.PING, b"") * (limits.TURN_FRAMES + 1))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not line.wire.reads
    assert line.wire.written == Frame(Opcode.PONG, b"").serialize(mask=False) * limits.TURN_FRAMES
    heard.set()
    await hang_up(line)
