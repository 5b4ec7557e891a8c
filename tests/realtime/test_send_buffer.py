"""What waits for a slow reader is bounded, and the cheapest loss comes first (contract G11)."""

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


def taken(outbox: SendBuffer) -> list[dict]:
    found = []
    while (parcel := outbox.take()) is not None:
        found += [from_json(text) for text in parcel.texts]
    return found


def test_events_come_out_in_order() -> None:
    outbox = SendBuffer()
    for seq in (1, 2, 3):
        assert outbox.add(messages(seq))
    assert [event["seq"] for event in taken(outbox)] == [1, 2, 3]
    assert not outbox


def test_a_reply_can_be_put_before_everything_else() -> None:
    outbox = SendBuffer()
    outbox.add(messages(1))
    outbox.add(EncodedEvents([b'{"re":1}']), first=True)
    assert [event.get("re") for event in taken(outbox)] == [1, None]


def test_it_counts_bytes_in_and_out() -> None:
    outbox = SendBuffer()
    parcel = messages(1, size=1000)
    outbox.add(parcel)
    assert outbox.bytes == parcel.size
    outbox.take()
    assert outbox.bytes == 0


def test_ephemeral_events_are_dropped_first() -> None:
    outbox = SendBuffer()
    for _ in range(limits.OUTBOX_FRAMES - 1):
        outbox.add(typing())
    outbox.add(messages(1))
    outbox.add(messages(2))
    assert [event["type"] for event in taken(outbox)] == ["message", "message"]


def test_a_dropped_presence_change_is_followed_by_refresh() -> None:
    outbox = SendBuffer()
    presence = EncodedEvents([b'{"type":"presence"}'], ephemeral=True)
    for _ in range(limits.OUTBOX_FRAMES - 1):
        outbox.add(presence)
    outbox.add(messages(1))
    outbox.add(messages(2))
    assert [event["type"] for event in taken(outbox)] == ["message", "message", "refresh"]
    outbox.add(presence)
    assert [event["type"] for event in taken(outbox)] == ["presence"]


def test_a_lost_rooms_events_are_dropped() -> None:
    outbox = SendBuffer()
    outbox.add(messages(1))
    outbox.add(messages(2, room=OTHER))
    outbox.add(as_events([frame(seq) for seq in range(3, limits.OUTBOX_FRAMES + 3)], 0))
    outbox.forget(ROOM)
    assert [event["seq"] for event in taken(outbox)] == [2]
    assert outbox.bytes == 0


def test_the_largest_room_lags_and_the_others_lose_nothing() -> None:
    outbox = SendBuffer()
    outbox.add(messages(1, 2, room=OTHER))
    seq = 0
    while outbox.bytes < limits.OUTBOX_BYTES - 20_000:
        outbox.add(messages(seq := seq + 1, size=10_000))
    for _ in range(3):
        outbox.add(messages(seq := seq + 1, size=10_000))
    events = taken(outbox)
    assert [event["seq"] for event in events if event["room"] == OTHER] == [1, 2]
    assert [event for event in events if event["room"] == ROOM] == [
        {"type": "lag", "room": ROOM, "head": seq}
    ]


def test_a_lagging_room_takes_no_more_space() -> None:
    outbox = SendBuffer()
    outbox.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    before = outbox.bytes
    assert before == 0
    for seq in range(1000, 2000):
        assert outbox.add(messages(seq))
    assert outbox.bytes == before
    assert taken(outbox) == [{"type": "lag", "room": ROOM, "head": 1999}]
    outbox.add(messages(2000))
    assert [event["seq"] for event in taken(outbox)] == [2000]


def test_a_rooms_own_state_is_kept_while_the_room_lags() -> None:
    """A client that has the messages already does not ask on the lag."""
    outbox = SendBuffer()
    outbox.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    outbox.add(EncodedEvents([b'{"type":"room"}'], room=ROOM))
    assert [event["type"] for event in taken(outbox)] == ["room", "lag"]


def test_it_never_holds_more_than_its_limits() -> None:
    outbox = SendBuffer()
    for seq in range(1, 3000):
        assert outbox.add(messages(seq, room=ROOM + seq % 5, size=3000))
        assert outbox.bytes <= limits.OUTBOX_BYTES


def test_answers_are_never_dropped_silently() -> None:
    outbox = SendBuffer()
    reply = EncodedEvents([b'{"re":1,"ok":"' + b"x" * 200_000 + b'"}'])
    kept = [outbox.add(reply) for _ in range(6)]
    assert kept == [True] * 5 + [False]


def test_frames_of_a_room_are_dropped_before_replies() -> None:
    outbox = SendBuffer()
    outbox.add(EncodedEvents([b'{"re":1}']))
    outbox.add(as_events([frame(seq) for seq in range(1, limits.OUTBOX_FRAMES + 2)], 0))
    assert taken(outbox) == [{"re": 1}, {"type": "lag", "room": ROOM, "head": limits.OUTBOX_FRAMES + 1}]
