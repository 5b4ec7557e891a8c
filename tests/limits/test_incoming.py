"""Limits of incoming traffic: frames and bytes of a connection, and handshakes of an address."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.frames import Opcode

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.rate_limits.handshake_rates import Handshakes
from hubbub.realtime.rate_limits.incoming_budget import IncomingBudget
from hubbub.realtime.sockets.flood_guard import FloodGuard
from tests.realtime.fakes import Clock, connected
from tests.realtime.test_push import frame, hang_up, open_line


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_turn_frames(clock: Clock) -> None:
    assert inflow_at(connected(), clock, None).room() == limits.TURN_FRAMES


async def test_message_fragments() -> None:
    line = await open_line()
    for n in range(limits.MESSAGE_FRAGMENTS):
        line.say(frame(Opcode.CONT if n else Opcode.TEXT, b"", fin=False))
    assert line.close_code is None
    line.say(frame(Opcode.CONT, b"", fin=False))
    assert line.close_code == 1009
    await hang_up(line)


async def test_goodbye_bytes() -> None:
    line = await open_line()
    await line.protocol.send({"type": "websocket.close", "code": 4029, "reason": ""})
    piece = frame(Opcode.BINARY, b"x" * (limits.GOODBYE_BYTES // 8 - 8))
    for _ in range(8):
        line.say(piece)
    assert not line.wire.aborted
    line.say(piece)
    assert line.wire.aborted
    await hang_up(line)


def inflow_at(connection: Connection, clock: Clock, intake: IncomingBudget | None) -> FloodGuard:
    loop: Any = clock
    return FloodGuard(connection, intake, loop, lambda: None)


def brings_in(inflow: FloodGuard, size: int = 1) -> int:
    """How many frames of this size are accepted before the connection is stopped."""
    frames = 0
    while inflow.room():
        inflow.took(1, size)
        frames += 1
    return frames


def test_incoming_frames_burst(clock: Clock) -> None:
    assert brings_in(inflow_at(connected(), clock, IncomingBudget(clock.now))) == limits.INCOMING_FRAMES_BURST


def test_incoming_frames_per_second(clock: Clock) -> None:
    inflow = inflow_at(connected(), clock, IncomingBudget(clock.now))
    brings_in(inflow)
    clock.wait(2)
    assert brings_in(inflow) == 2 * limits.INCOMING_FRAMES_PER_SECOND


def test_incoming_bytes_burst(clock: Clock) -> None:
    inflow = inflow_at(connected(), clock, IncomingBudget(clock.now))
    assert brings_in(inflow, limits.FRAME_BYTES) == limits.INCOMING_BYTES_BURST / limits.FRAME_BYTES


def test_incoming_bytes_per_second(clock: Clock) -> None:
    inflow = inflow_at(connected(), clock, IncomingBudget(clock.now))
    brings_in(inflow, limits.FRAME_BYTES)
    clock.wait(2)
    assert brings_in(inflow, limits.FRAME_BYTES) == 2 * limits.INCOMING_BYTES_PER_SECOND / limits.FRAME_BYTES


def test_flood_seconds(clock: Clock) -> None:
    connection, begun = connected(), clock.now
    inflow = inflow_at(connection, clock, IncomingBudget(clock.now))
    while connection.closing is None:
        brings_in(inflow)
        clock.wait(inflow.wait)
    assert connection.closing[0] == Close.TOO_MANY
    assert limits.FLOOD_SECONDS <= clock.now - begun < limits.FLOOD_SECONDS + 1


@pytest.fixture
def rates(clock: Clock) -> Rates:
    rates = Rates(clock.time)
    rates.lifted = False
    return rates


def test_address_handshakes_burst(rates: Rates) -> None:
    assert not any(rates.admit("192.0.2.7") for _ in range(limits.ADDRESS_HANDSHAKES_BURST))
    assert rates.admit("192.0.2.7") == pytest.approx(1 / limits.ADDRESS_HANDSHAKES_PER_SECOND)
    assert rates.admit("192.0.2.8") == 0


def test_address_handshakes_per_second(rates: Rates, clock: Clock) -> None:
    for _ in range(limits.ADDRESS_HANDSHAKES_BURST):
        rates.admit("192.0.2.7")
    clock.now += 1
    assert not any(rates.admit("192.0.2.7") for _ in range(limits.ADDRESS_HANDSHAKES_PER_SECOND))
    assert rates.admit("192.0.2.7")


def test_handshake_addresses(clock: Clock) -> None:
    handshakes = Handshakes(clock.now)
    for n in range(limits.HANDSHAKE_ADDRESSES + 10):
        handshakes.admit(f"{n}", clock.now)
    assert len(handshakes) == limits.HANDSHAKE_ADDRESSES
    clock.now += 60
    handshakes.forget_idle(clock.now)
    assert len(handshakes) == 0
