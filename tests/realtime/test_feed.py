"""A room's order in one process: the next frame is delivered, old ones are dropped, a gap waits for the database."""

from __future__ import annotations

import random

import pytest

from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.socket_protocols import LINE_PROTOCOL
from tests.realtime.fakes import ALICE, BOB, ROOM, connected, feed_with, frame, pipe_of, removal


@pytest.fixture
def alice() -> Connection:
    return connected(ALICE)


@pytest.fixture
def bob() -> Connection:
    return connected(BOB)


def test_frames_are_delivered_in_order(alice: Connection) -> None:
    feed = feed_with(alice)
    feed.hears(frame(1), frame(2))
    feed.hears(frame(3))
    assert pipe_of(alice).seqs == [1, 2, 3]
    assert feed.head == 3


def test_the_frames_of_one_commit_go_out_in_one_write(alice: Connection) -> None:
    feed_with(alice).hears(frame(1), frame(2), frame(3))
    assert len(pipe_of(alice).written) == 1


def test_a_frame_that_comes_twice_is_heard_once(alice: Connection) -> None:
    feed = feed_with(alice)
    feed.hears(frame(1))
    feed.hears(frame(1), frame(2), frame(2))
    assert pipe_of(alice).seqs == [1, 2]


def test_frames_after_a_gap_wait_for_the_repair(alice: Connection) -> None:
    feed = feed_with(alice)
    feed.hears(frame(3))
    assert pipe_of(alice).seqs == []
    assert feed.repairs == 1
    feed.repaired([frame(1), frame(2), frame(3)], 3, 3, whole=True)
    assert pipe_of(alice).seqs == [1, 2, 3]


def test_early_frames_follow_as_soon_as_the_gap_is_filled(alice: Connection) -> None:
    feed = feed_with(alice)
    feed.hears(frame(3))
    feed.hears(frame(2))
    feed.hears(frame(1))
    assert pipe_of(alice).seqs == [1, 2, 3]


def test_any_order_and_any_repetition_come_to_the_same(alice: Connection) -> None:
    """G4 and G6: 200 shuffled deliveries with repetitions."""
    shuffle = random.Random(4)
    feed = feed_with(alice)
    frames = [frame(seq) for seq in range(1, 41)]
    for one in shuffle.sample(frames * 5, 200):
        feed.hears(one)
    assert pipe_of(alice).seqs == list(range(1, 41))


def test_a_repair_that_skips_replaced_states_is_a_chain(alice: Connection) -> None:
    """An edited message stands at its last seq only: what the database gives has gaps, and says so with `after`."""
    feed = feed_with(alice)
    feed.hears(frame(6))
    feed.repaired([frame(2, after=0), frame(5, number=1, after=2), frame(6, after=5)], 6, 6, whole=True)
    assert pipe_of(alice).seqs == [2, 5, 6]
    assert feed.head == 6


def test_a_frame_that_arrives_after_its_repair_is_dropped(alice: Connection) -> None:
    feed = feed_with(alice)
    feed.hears(frame(4))
    feed.repaired([frame(seq) for seq in (1, 2, 3, 4)], 4, 4, whole=True)
    feed.hears(frame(2))
    assert pipe_of(alice).seqs == [1, 2, 3, 4]
    assert feed.repairs == 1


def test_a_gap_too_large_to_repair_becomes_a_lag(alice: Connection) -> None:
    """G8: all or nothing. The listeners fetch it at their own speed."""
    feed = feed_with(alice)
    feed.hears(frame(1000))
    feed.repaired([], 1200, 1200, whole=False)
    assert pipe_of(alice).lags == {ROOM: 1200}
    assert pipe_of(alice).seqs == []
    feed.hears(frame(1201))
    assert pipe_of(alice).seqs == [1201]


def test_a_repair_that_finds_nothing_new_sends_nothing(alice: Connection) -> None:
    feed = feed_with(alice, head=5)
    feed.repaired([], 5, 5, whole=True)
    feed.repaired([], 5, 5, whole=False)
    assert pipe_of(alice).texts == []


def test_the_ring_has_recent_frames(alice: Connection) -> None:
    feed = feed_with(alice, head=10)
    feed.hears(frame(11), frame(12), frame(13))
    assert [f.seq for f in feed.since(11) or ()] == [12, 13]
    assert [f.seq for f in feed.since(10) or ()] == [11, 12, 13]
    assert feed.since(13) == []
    assert feed.since(9) is None, "seq 10 was never in the ring"


def test_the_ring_forgets(alice: Connection) -> None:
    feed = feed_with(alice)
    for seq in range(1, 200):
        feed.hears(frame(seq))
    assert feed.since(10) is None
    assert [f.seq for f in feed.since(197) or ()] == [198, 199]


def test_a_ring_with_a_gap_that_is_no_gap_is_whole(alice: Connection) -> None:
    feed = feed_with(alice, head=3)
    feed.hears(frame(7, after=3))
    assert [f.seq for f in feed.since(5) or ()] == [7]
    assert [f.seq for f in feed.since(3) or ()] == [7]
    assert feed.since(2) is None


def test_bob_gets_the_message_that_removes_him_and_nothing_after(alice: Connection, bob: Connection) -> None:
    """G9, within one commit."""
    feed_with(alice, bob).hears(frame(1), removal(2, of=BOB), frame(3, text="Bob is gone"))
    assert pipe_of(bob).seqs == [1, 2]
    assert pipe_of(alice).seqs == [1, 2, 3]


def test_bob_gets_nothing_while_his_removal_may_be_in_the_gap(alice: Connection, bob: Connection) -> None:
    """G9: a feed that cannot be sure of its head holds the room: it fails closed."""
    feed = feed_with(alice, bob)
    feed.hears(frame(1))
    feed.hears(frame(3, text="Bob is gone"))
    assert pipe_of(bob).seqs == [1]
    feed.hears(removal(2, of=BOB))
    assert pipe_of(bob).seqs == [1, 2]
    assert pipe_of(alice).seqs == [1, 2, 3]


def test_the_room_socket_gets_new_messages_only() -> None:
    script = connected(protocol=LINE_PROTOCOL)
    feed = feed_with(script, last_number=2, head=2)
    feed.hears(frame(3, number=1, text="edited"), frame(4, number=3, text="new"))
    feed.hears(frame(5, number=3, text="new, edited"))
    assert [event["message"] for event in pipe_of(script).events] == ["new"]


def test_one_seq_for_two_messages_means_that_the_database_has_gone_back() -> None:
    feed = feed_with(connected())
    feed.hears(frame(1, number=1), frame(2, number=2), frame(3, number=2))
    feed.hears(frame(2, number=2), frame(3, number=2))
    assert not feed.forked, "hearing the same once more is usual"
    feed.hears(frame(3, number=3))
    assert feed.forked


def test_room_sockets_are_closed_when_a_repair_leaves_a_gap() -> None:
    """A room socket knows no `lag`: it would go on as if nothing were missing."""
    browser, script = connected(), connected(BOB, protocol=LINE_PROTOCOL)
    feed = feed_with(browser, script)
    feed.repaired([], head=600, last_number=600, whole=False)
    assert pipe_of(browser).lags == {ROOM: 600}
    assert browser.closing is None
    assert script.closing is not None
    assert script.closing[0] == Close.LOST_CONTINUITY
