"""The send buffer of a slow reader is bounded, and drops the least important first (contract G11)."""

from __future__ import annotations

from pydantic_core import from_json

from hubbub.protocol import limits
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events
from hubbub.realtime.delivery.send_buffer import SendBuffer
from tests.realtime.fakes import ROOM, frame

OTHER = ROOM + 1


def messages(*seqs: int, room: int = ROOM, size: int = 10) -> EncodedEvents:
    return as_events([frame(seq, room=room, text="x" * size) for seq in seqs], 0)


def typing(room: int = ROOM) -> EncodedEvents:
    return EncodedEvents([b'{"type":"typing"}'], room=room, ephemeral=True)


def taken(buffer: SendBuffer) -> list[dict]:
    found = []
    while (sent := buffer.take()) is not None:
        found += [from_json(text) for text in sent.texts]
    return found


def test_events_come_out_in_order() -> None:
    buffer = SendBuffer()
    for seq in (1, 2, 3):
        assert buffer.add(messages(seq))
    assert [event["seq"] for event in taken(buffer)] == [1, 2, 3]
    assert not buffer


def test_a_reply_can_be_put_before_everything_else() -> None:
    buffer = SendBuffer()
    buffer.add(messages(1))
    buffer.add(EncodedEvents([b'{"re":1}']), first=True)
    assert [event.get("re") for event in taken(buffer)] == [1, None]


def test_it_counts_bytes_in_and_out() -> None:
    buffer = SendBuffer()
    sent = messages(1, size=1000)
    buffer.add(sent)
    assert buffer.bytes == sent.size
    buffer.take()
    assert buffer.bytes == 0


def test_ephemeral_events_are_dropped_first() -> None:
    buffer = SendBuffer()
    for _ in range(limits.OUTBOX_FRAMES - 1):
        buffer.add(typing())
    buffer.add(messages(1))
    buffer.add(messages(2))
    assert [event["type"] for event in taken(buffer)] == ["message", "message"]


def test_a_dropped_presence_change_is_followed_by_refresh() -> None:
    buffer = SendBuffer()
    presence = EncodedEvents([b'{"type":"presence"}'], ephemeral=True)
    for _ in range(limits.OUTBOX_FRAMES - 1):
        buffer.add(presence)
    buffer.add(messages(1))
    buffer.add(messages(2))
    assert [event["type"] for event in taken(buffer)] == ["message", "message", "refresh"]
    buffer.add(presence)
    assert [event["type"] for event in taken(buffer)] == ["presence"]


def test_a_lost_rooms_events_are_dropped() -> None:
    buffer = SendBuffer()
    buffer.add(messages(1))
    buffer.add(messages(2, room=OTHER))
    buffer.add(as_events([frame(seq) for seq in range(3, limits.OUTBOX_FRAMES + 3)], 0))
    buffer.forget(ROOM)
    assert [event["seq"] for event in taken(buffer)] == [2]
    assert buffer.bytes == 0


def test_the_largest_room_lags_and_the_others_lose_nothing() -> None:
    buffer = SendBuffer()
    buffer.add(messages(1, 2, room=OTHER))
    seq = 0
    while buffer.bytes < limits.OUTBOX_BYTES - 20_000:
        buffer.add(messages(seq := seq + 1, size=10_000))
    for _ in range(3):
        buffer.add(messages(seq := seq + 1, size=10_000))
    events = taken(buffer)
    assert [event["seq"] for event in events if event["room"] == OTHER] == [1, 2]
    assert [event for event in events if event["room"] == ROOM] == [
        {"type": "lag", "room": ROOM, "head": seq}
    ]


def test_a_lagging_room_takes_no_more_space() -> None:
    buffer = SendBuffer()
    buffer.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    before = buffer.bytes
    assert before == 0
    for seq in range(1000, 2000):
        assert buffer.add(messages(seq))
    assert buffer.bytes == before
    assert taken(buffer) == [{"type": "lag", "room": ROOM, "head": 1999}]
    buffer.add(messages(2000))
    assert [event["seq"] for event in taken(buffer)] == [2000]


def test_a_rooms_own_state_is_kept_while_the_room_lags() -> None:
    """A client that has the messages already does not ask on the lag."""
    buffer = SendBuffer()
    buffer.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    buffer.add(EncodedEvents([b'{"type":"room"}'], room=ROOM))
    assert [event["type"] for event in taken(buffer)] == ["room", "lag"]


def test_it_never_holds_more_than_its_limits() -> None:
    buffer = SendBuffer()
    for seq in range(1, 3000):
        assert buffer.add(messages(seq, room=ROOM + seq % 5, size=3000))
        assert buffer.bytes <= limits.OUTBOX_BYTES


def test_answers_are_never_dropped_silently() -> None:
    buffer = SendBuffer()
    reply = EncodedEvents([b'{"re":1,"ok":"' + b"x" * 200_000 + b'"}'])
    kept = [buffer.add(reply) for _ in range(6)]
    assert kept == [True] * 5 + [False]


def test_frames_of_a_room_are_dropped_before_replies() -> None:
    buffer = SendBuffer()
    buffer.add(EncodedEvents([b'{"re":1}']))
    buffer.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    assert taken(buffer) == [{"re": 1}, {"type": "lag", "room": ROOM, "head": limits.OUTBOX_FRAMES + 1}]
