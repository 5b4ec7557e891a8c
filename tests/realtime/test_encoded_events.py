"""Encoded events: WebSocket bytes, and the lines of the Channels tutorial."""

from __future__ import annotations

import pytest
from pydantic_core import from_json
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hubbub.protocol.objects import System, SystemKind
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events, as_lines
from tests.realtime.fakes import ROOM, frame


def frames_in(wire: bytes) -> list[Frame]:
    """As a WebSocket client reads them."""
    reader = StreamReader()
    reader.feed_data(wire)
    reader.feed_eof()
    found = []
    while not next_of(reader.at_eof()):
        found.append(next_of(Frame.parse(reader.read_exact, mask=False)))
    return found


def next_of(steps):  # type: ignore[no-untyped-def]
    """The result of a generator that has all it needs."""
    try:
        while True:
            next(steps)
    except StopIteration as done:
        return done.value


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_ready_websocket_frames_decode_to_the_texts(size: int) -> None:
    texts = [b"x" * size, "你好".encode()]
    read = frames_in(EncodedEvents(texts).wire)
    assert [bytes(f.data) for f in read] == texts
    assert all(f.opcode is Opcode.TEXT and f.fin for f in read)


def test_encoded_events_have_their_room_and_head() -> None:
    events = as_events([frame(3), frame(4)], 0)
    assert (events.room, events.head, len(events.texts)) == (ROOM, 4, 2)


def test_a_line_is_what_the_tutorials_page_expects_and_says_a_little_more() -> None:
    (line,) = as_lines([frame(3, text="hi")], 2).texts
    assert from_json(line) == {"message": "hi", "author": "member 1", "number": 3}


@pytest.mark.parametrize("kind", SystemKind)
def test_a_system_message_is_a_sentence_without_author(kind: SystemKind) -> None:
    """“X joined”."""
    (line,) = as_lines([frame(3, text="", system=System(kind=kind, member=2, text="garden"))], 2).texts
    told = from_json(line)
    assert told["author"] is None
    assert told["message"].startswith("member 1 ")


def test_old_messages_that_change_are_no_lines() -> None:
    assert as_lines([frame(9, number=2)], 2).texts == []
