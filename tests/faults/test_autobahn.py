"""Autobahn|Testsuite's cases (tests.faults.autobahn) against each way to serve: `hubbub serve`, uvicorn, Daphne."""

from __future__ import annotations

import asyncio
import json

import pytest

from hubbub.protocol.ids import make_message_id
from tests.faults.autobahn import (
    ANSWER,
    CASES,
    DROPPED,
    FAIL_FAST,
    PAUSE,
    PROTOCOL_ERROR,
    STILL_OPEN,
    THEN_GOODBYE,
    Case,
    pong,
)
from tests.online import Arrive
from tests.raw_socket import CLOSE, PONG, TEXT, RawSocket, frame
from tests.serving import Server

PAUSE_SECONDS = 0.15
"""How long the client waits to see whether the server fails the connection early."""

TIMEOUT_SECONDS = 20.0
NOT_STRICT = {case.number for case in FAIL_FAST}
"""Where `hubbub serve` has the lenient outcome, and why: docs/reliability.md, "WebSocket details"."""

CLOSE_WITHIN_A_MESSAGE = "7.1.5"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
async def test_case(any_server: Server, case: Case) -> None:
    async with to(any_server) as line:
        assert json.loads(await line.read_kind(TEXT))["type"] == "hello"
        heard = await outcome(line, case)
    if any_server.pushes:
        assert heard == (case.lenient if case.number in NOT_STRICT else case.strict)
    elif any_server.way == "uvicorn" and case.number == CLOSE_WITHIN_A_MESSAGE:
        assert heard == [PROTOCOL_ERROR], "websockets' parser decides: only our protocol class prevents it"
    else:
        assert case.accepts(heard)


async def test_a_command_before_a_protocol_error_is_carried_out(server: Server, comes: Arrive) -> None:
    """Its answer may be lost with the connection: Bob sends it again, and it is still one message."""
    bob = comes("bob")
    room, message = bob.creates(private=True), str(make_message_id())
    post = {"id": 2, "type": "message.send", "room": room, "message": message, "text": "just before"}
    async with to(server) as line:
        await line.write_if_open(frame(TEXT, json.dumps(post).encode()) + frame(5))
        assert await line.read_close() == 1002
    assert bob.sends(room, "just before", id=message)["dup"]


def to(server: Server) -> RawSocket:
    """Bob's connection."""
    return RawSocket(server.socket_url(), server.site.people["bob"].token)


async def outcome(line: RawSocket, case: Case) -> list[str]:
    """Do what the case says; what came back, in order."""
    heard: list[str] = []
    hearing = asyncio.create_task(_hear(line, heard))
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            for piece in case.pieces:
                if piece == PAUSE:
                    await asyncio.wait([hearing], timeout=PAUSE_SECONDS)
                    if hearing.done():
                        break
                    heard.append(STILL_OPEN)
                elif piece == THEN_GOODBYE[0]:
                    while len(heard) < len(case.strict) - 1 and not hearing.done():
                        await asyncio.sleep(0.005)
                else:
                    await line.write_if_open(piece)
                    # Pieces of one byte only have to leave one by one; frames are to be read one by one.
                    await asyncio.sleep(0 if len(case.pieces) > 20 else 0.005)
            await hearing
    finally:
        hearing.cancel()
    return heard


async def _hear(line: RawSocket, heard: list[str]) -> None:
    """Note what comes, until the server closes or drops the connection."""
    while True:
        try:
            opcode, payload = await line.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            heard.append(DROPPED)
            return
        if opcode == CLOSE:
            heard.append(f"close {int.from_bytes(payload[:2], 'big') if payload else 1005}")
            return
        if opcode == PONG:
            heard.append(pong(payload))
        elif opcode == TEXT and json.loads(payload).get("re") == 7:
            heard.append(ANSWER)
