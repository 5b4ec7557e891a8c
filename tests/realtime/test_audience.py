"""The connections of a room: frames for a large one are merged, and written over several turns."""

from __future__ import annotations

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery import fanout
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.socket_protocols import LINE_PROTOCOL
from tests.realtime.fakes import (
    ALICE,
    BOB,
    CAROL,
    ROOM,
    WatchedFeed,
    connected,
    feed_with,
    frame,
    pipe_of,
    removal,
)

TYPING = EncodedEvents([b'{"type":"typing"}'], room=ROOM, ephemeral=True)


def crowd(size: int) -> list[Connection]:
    return [connected(member) for member in range(100, 100 + size)]


def finish(feed: WatchedFeed) -> None:
    """All turns that are still needed."""
    while feed.clock.soon:
        feed.clock.turn()


def test_a_huge_room_is_written_to_in_slices_and_everybody_hears_everything_in_order() -> None:
    people = crowd(fanout.FIRST_WRITES * 2 + 10)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.hears(frame(2), frame(3))
    heard = [len(pipe_of(person).seqs) for person in people]
    assert sum(heard) == fanout.FIRST_WRITES, "one slice in one turn"
    finish(feed)
    assert all(pipe_of(person).seqs == [1, 2, 3] for person in people)


def test_slices_keep_their_order_around_a_removal() -> None:
    people = crowd(fanout.FIRST_WRITES + 10)
    last = people[-1]
    feed = feed_with(*people)
    feed.hears(frame(1), removal(2, of=last.member.pk), frame(3))
    feed.hears(frame(4))
    finish(feed)
    assert pipe_of(last).seqs == [1, 2]
    assert all(pipe_of(person).seqs == [1, 2, 3, 4] for person in people[:-1])


def test_a_connection_added_between_slices_gets_only_later_frames() -> None:
    feed = feed_with(*crowd(fanout.FIRST_WRITES + 10))
    feed.hears(frame(1))
    late = connected(BOB)
    late.rooms.add(ROOM)
    feed.audience.add(late, feed.head)
    feed.hears(frame(2))
    finish(feed)
    assert pipe_of(late).seqs == [2]


def test_a_connection_removed_between_slices_gets_nothing_more() -> None:
    people = crowd(fanout.FIRST_WRITES + 10)
    feed = feed_with(*people)
    feed.hears(frame(1))
    gone = people[-1]
    gone.rooms.discard(ROOM)
    feed.audience.discard(gone)
    finish(feed)
    assert pipe_of(gone).texts == []


def test_a_slice_that_fails_does_not_hold_up_the_room() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)

    def breaks(_: object) -> None:
        raise RuntimeError("the transport is closed")

    pipe_of(people[0]).write = breaks  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        feed.hears(frame(1))
    finish(feed)
    assert all(pipe_of(person).seqs == [1] for person in people[fanout.FIRST_WRITES :])


def test_frames_that_arrive_while_a_huge_room_is_written_to_are_merged() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    for seq in range(1, 6):
        feed.hears(frame(seq))
    finish(feed)
    assert all(pipe_of(person).seqs == [1, 2, 3, 4, 5] for person in people)
    assert all(len(pipe_of(person).written) == 2 for person in people), "the first, and the other four"


def test_frames_after_the_first_write_start_a_new_merge() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.hears(frame(2))
    while not any(2 in pipe_of(person).seqs for person in people):
        feed.clock.turn()
    feed.hears(frame(3))
    finish(feed)
    assert all(pipe_of(person).seqs == [1, 2, 3] for person in people)
    assert all(len(pipe_of(person).written) == 3 for person in people)


def test_a_connection_added_during_a_merge_gets_only_later_frames() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.hears(frame(2))
    late = connected(BOB)
    late.rooms.add(ROOM)
    feed.audience.add(late, feed.head)
    feed.hears(frame(3))
    finish(feed)
    assert all(pipe_of(person).seqs == [1, 2, 3] for person in people)
    assert pipe_of(late).seqs == [3]


def test_a_connection_removed_during_a_merge_gets_nothing_of_it() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.hears(frame(2))
    gone = people[-1]
    gone.rooms.discard(ROOM)
    feed.audience.discard(gone)
    feed.hears(frame(3))
    finish(feed)
    assert pipe_of(gone).seqs == []
    assert pipe_of(people[0]).seqs == [1, 2, 3]


def test_a_notice_keeps_its_order_among_frames() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.hears(frame(2))
    feed.audience.send_event(EncodedEvents([b'{"type":"message","seq":"notice"}'], room=ROOM))
    feed.hears(frame(3))
    finish(feed)
    assert all(pipe_of(person).seqs == [1, 2, "notice", 3] for person in people)


def test_typing_is_dropped_where_writes_wait() -> None:
    people = crowd(fanout.FIRST_WRITES * 2)
    feed = feed_with(*people)
    feed.hears(frame(1))
    feed.audience.send_event(TYPING)
    finish(feed)
    assert all(pipe_of(person).written != [TYPING] for person in people)
    feed.audience.send_event(TYPING)
    finish(feed)
    assert all(
        [len(pipe_of(person).written), pipe_of(person).written[-1]] == [2, TYPING] for person in people
    )


def test_room_sockets_get_each_new_message_of_a_merge_once() -> None:
    scripts = [
        connected(member, protocol=LINE_PROTOCOL) for member in range(100, 100 + 2 * fanout.FIRST_WRITES)
    ]
    feed = feed_with(*scripts)
    feed.hears(frame(1, text="one"))
    feed.hears(frame(2, text="two"))
    feed.hears(frame(3, number=2, text="two, edited"))
    feed.hears(frame(4, number=3, text="three"))
    finish(feed)
    assert all([event["number"] for event in pipe_of(script).events] == [1, 2, 3] for script in scripts)


def test_a_merge_over_its_bound_becomes_a_lag() -> None:
    """Memory is bounded by a piece, however long it is flooded; people ask for what was left out."""
    script = connected(BOB, protocol=LINE_PROTOCOL)
    browsers = [connected(ALICE), connected(CAROL)]
    feed = feed_with(*crowd(fanout.FIRST_WRITES * 2), *browsers)
    feed.hears(frame(1))
    script.rooms.add(ROOM)
    feed.audience.add(script, feed.head)
    much = limits.GATHERED_BYTES // limits.MESSAGE_BYTES + 5
    for seq in range(2, 2 + much):
        feed.hears(frame(seq, text="x" * limits.MESSAGE_BYTES))
    finish(feed)
    assert all(pipe_of(browser).seqs == [1] for browser in browsers)
    assert all(pipe_of(browser).lags == {ROOM: 1 + much} for browser in browsers)
    assert script.closing is not None
    assert script.closing[0] == Close.LOST_CONTINUITY
    feed.hears(frame(2 + much))
    finish(feed)
    assert all(pipe_of(browser).seqs == [1, 2 + much] for browser in browsers)
