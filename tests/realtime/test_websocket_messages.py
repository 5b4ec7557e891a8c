"""WebSocket messages: text and binary, whole and fragmented, too long, and not the protocol."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import ConnectionClosed

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.online import Arrive, ByHand
from tests.raw_socket import CONTINUATION, NO_CLOSE_FRAME, PING, TEXT, close, frame
from tests.serving import Server
from tests.sockets import Online, new_id


def beat(request: int) -> dict[str, object]:
    return {"id": request, "type": "beat"}


def test_binary_frames_are_json_too(any_server: Server, alice: Online) -> None:
    alice.send(json.dumps(beat(5)).encode())
    assert alice.reply_to(5) == {}


def test_a_message_may_come_in_pieces(any_server: Server, alice: Online) -> None:
    text = json.dumps(beat(6))
    alice.send([text[:3], text[3:10], text[10:]])
    assert alice.reply_to(6) == {}
    data = json.dumps(beat(7)).encode()
    alice.send([data[:3], data[3:10], data[10:]])
    assert alice.reply_to(7) == {}


async def test_fragments_with_a_ping_between_them(any_server: Server, by_hand: ByHand) -> None:
    bob = await by_hand("bob")
    assert "101" in await bob.open()
    text = json.dumps(beat(8)).encode()
    await bob.write(frame(TEXT, text[:5], fin=False))
    await bob.write(frame(PING, b"are you there?"))
    await bob.write(frame(CONTINUATION, text[5:]))
    answer = await bob.read_until(b'{"re":8,"ok":{}}')
    assert b"are you there?" in answer


async def test_many_commands_in_one_packet(any_server: Server, by_hand: ByHand) -> None:
    bob = await by_hand("bob")
    assert "101" in await bob.open()
    await bob.write(b"".join(frame(TEXT, json.dumps(beat(n)).encode()) for n in range(1, 200)))
    assert b'{"re":199,"ok":{}}' in await bob.read_until(b'{"re":199,"ok":{}}')


async def test_commands_right_after_the_handshake_are_not_lost(any_server: Server, by_hand: ByHand) -> None:
    """Those that arrive before the server has said hello."""
    bob = await by_hand("bob")
    await bob.open()
    await bob.write(frame(TEXT, json.dumps(beat(1)).encode()) + frame(TEXT, json.dumps(beat(2)).encode()))
    answer = await bob.read_until(b'{"re":2,"ok":{}}')
    assert answer.index(b'"type":"hello"') < answer.index(b'{"re":1,"ok":{}}') < answer.index(b'{"re":2')


@pytest.mark.parametrize("size", [limits.FRAME_BYTES + 1, 10 * limits.FRAME_BYTES])
def test_a_frame_that_is_too_long_ends_the_socket(any_server: Server, comes: Arrive, size: int) -> None:
    """Attack row 11: before it is understood, whatever is in it."""
    alice = comes("alice")
    with pytest.raises(ConnectionClosed) as closed:
        alice.send("x" * size)
        alice.listen(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (1009, Close.PROTOCOL_ERROR)


async def test_a_frame_that_only_claims_to_be_huge_is_refused_at_once(
    server: Server, by_hand: ByHand
) -> None:
    """Attack row 11: a length of a gigabyte, and not one byte of it."""
    bob = await by_hand("bob")
    await bob.open()
    await bob.write(b"\x81\xff" + (1 << 30).to_bytes(8, "big") + b"\0\0\0\0")
    assert await bob.read_close() == 1009


def test_the_longest_message_fits(any_server: Server, alice: Online) -> None:
    room = alice.creates()
    longest = "ü" * (limits.MESSAGE_BYTES // 2)
    assert alice.says(room, longest)["text"] == longest
    assert alice.hears(longest)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "hello",
        "[1,2]",
        "42",
        "null",
        '{"id":1}',
        '{"type":7}',
        '{"type":"beat"',
        '{"type":"beat","id":NaN}',
    ],
)
def test_a_message_that_is_not_the_protocol_closes_the_socket(
    any_server: Server, comes: Arrive, nonsense: str
) -> None:
    alice = comes("alice")
    alice.send(nonsense)
    alice.is_closed(Close.PROTOCOL_ERROR)


async def test_text_that_is_not_utf_8_ends_the_socket(any_server: Server, by_hand: ByHand) -> None:
    """Attack row 14"""
    bob = await by_hand("bob")
    await bob.open()
    await bob.write(frame(TEXT, b'{"id":1,"type":"\xff\xfe"}'))
    expected = {1007, Close.PROTOCOL_ERROR}
    if any_server.way == "daphne":
        expected.add(NO_CLOSE_FRAME)  # it may reset the connection before we have read its close frame
    assert await bob.read_close() in expected


async def test_after_the_end_no_message_is_handled(server: Server, alice: Online, by_hand: ByHand) -> None:
    room = alice.creates()
    bob = await by_hand("alice")
    await bob.open()
    post = {"id": 2, "type": "message.send", "room": room, "message": new_id(), "text": "after the end"}
    await bob.write(frame(TEXT, b"nonsense") + frame(TEXT, json.dumps(post).encode()))
    assert await bob.read_close() == Close.PROTOCOL_ERROR
    alice.hears_nothing()


def test_deep_nesting_is_no_trouble(any_server: Server, comes: Arrive) -> None:
    """Attack rows 14 and 64"""
    alice = comes("alice")
    alice.send('{"type":"beat","x":' + "[" * 30_000 + "]" * 30_000 + "}")
    alice.is_closed(Close.PROTOCOL_ERROR)
    comes("alice").command("beat")


async def test_a_clients_ping_is_answered(any_server: Server, by_hand: ByHand) -> None:
    bob = await by_hand("bob")
    await bob.open()
    await bob.write(frame(PING, b"anybody?"))
    assert b"\x8a\x08anybody?" in await bob.read_until(b"anybody?")


async def test_a_clients_close_frame_is_answered(any_server: Server, by_hand: ByHand) -> None:
    bob = await by_hand("bob")
    await bob.open()
    await bob.read_until(b'heartbeat":20}')
    await bob.write(close(1000))
    assert (await bob.read_to_the_end()).endswith(b"\x88\x02" + (1000).to_bytes(2, "big"))


async def test_compression_is_not_offered(server: Server, by_hand: ByHand) -> None:
    """Attack row 13: no bombs, and no secrets guessed by their size."""
    bob = await by_hand("bob", headers=[("Sec-WebSocket-Extensions", "permessage-deflate")])
    await bob.write(bob.request)
    assert b"permessage-deflate" not in await bob.read_until(b"hello")
