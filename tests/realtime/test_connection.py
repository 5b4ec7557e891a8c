"""One open socket never waits for its client, and never makes others wait."""

from __future__ import annotations

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.encoded_events import EncodedEvents, as_events, as_lines
from hubbub.realtime.delivery.slow_readers import is_stalled
from hubbub.realtime.delivery.socket_protocols import LINE_PROTOCOL
from tests.realtime.fakes import ROOM, Clock, connected, frame, pipe_of


def message(seq: int, size: int = 10) -> EncodedEvents:
    return as_events([frame(seq, text="x" * size)], 0)


def test_events_are_written_at_once_while_the_transport_takes_them() -> None:
    alice = connected()
    alice.push(message(1))
    assert pipe_of(alice).seqs == [1]
    assert alice.backlog == 0


def test_events_for_a_client_that_does_not_read_are_buffered_in_order() -> None:
    alice = connected(ready=False)
    for seq in (1, 2, 3):
        alice.push(message(seq))
    assert pipe_of(alice).texts == []
    assert alice.backlog > 0
    pipe_of(alice).ready = True
    alice.flush()
    alice.push(message(4))
    assert pipe_of(alice).seqs == [1, 2, 3, 4]
    assert alice.backlog == 0


def test_the_send_buffer_is_flushed_only_while_the_transport_takes_bytes() -> None:
    alice = connected(ready=False)
    for seq in (1, 2, 3):
        alice.push(message(seq))
    pipe = pipe_of(alice)
    write = pipe.write

    def fills_up(events: EncodedEvents) -> None:
        write(events)
        pipe.ready = False

    pipe.write = fills_up  # type: ignore[method-assign]
    for expected in ([1], [1, 2], [1, 2, 3]):
        pipe.ready = True
        alice.flush()
        assert pipe.seqs == expected


def test_events_wait_for_the_snapshot_that_is_being_read_and_its_answer_comes_first() -> None:
    alice = connected()
    alice.hold()
    alice.push(message(5))
    alice.answer(b'{"re":1}')
    alice.release()
    assert [event.get("re") for event in pipe_of(alice).events] == [1, None]


def test_the_answer_comes_first_also_when_the_transport_is_full() -> None:
    alice = connected()
    alice.hold()
    alice.push(message(5))
    pipe_of(alice).ready = False
    alice.answer(b'{"re":1}')
    alice.release()
    pipe_of(alice).ready = True
    alice.flush()
    assert [event.get("re") for event in pipe_of(alice).events] == [1, None]


def test_of_two_snapshots_at_once_events_wait_for_both() -> None:
    alice = connected()
    alice.hold()
    alice.hold()
    alice.push(message(5))
    alice.release()
    assert pipe_of(alice).texts == []
    alice.release()
    assert pipe_of(alice).seqs == [5]


def test_ten_seconds_without_progress_are_a_stall() -> None:
    clock = Clock()
    alice = connected(clock=clock, ready=False)
    assert not is_stalled(alice, clock.now)
    alice.push(message(1))
    assert not is_stalled(alice, clock.now)
    assert not is_stalled(alice, clock.now + limits.STALLED_SECONDS - 1)
    assert is_stalled(alice, clock.now + limits.STALLED_SECONDS)


def test_a_client_that_is_not_read_is_not_silent() -> None:
    """Their `beat` waits in the network, behind commands that we do not take for now."""
    clock = Clock()
    alice = connected(clock=clock, ready=False)
    later = clock.now + limits.SILENCE_SECONDS + 1
    assert alice.is_silent(later)
    for _ in range(limits.WAITING_COMMANDS):
        alice.answer(b"{}")
    assert not alice.is_silent(later)
    pipe_of(alice).ready = True
    alice.flush()
    assert alice.is_silent(later)


def test_any_progress_ends_a_stall() -> None:
    clock = Clock()
    alice = connected(clock=clock, ready=False)
    for seq in (1, 2):
        alice.push(message(seq))
    is_stalled(alice, clock.now)
    pipe_of(alice).ready = True
    alice.flush()
    pipe_of(alice).ready = False
    alice.push(message(3))
    assert not is_stalled(alice, clock.now + limits.STALLED_SECONDS)


def test_a_connection_that_waits_for_a_snapshot_does_not_stall() -> None:
    clock = Clock()
    alice = connected(clock=clock)
    alice.hold()
    alice.push(message(1))
    assert not is_stalled(alice, clock.now)
    assert not is_stalled(alice, clock.now + limits.STALLED_SECONDS)


def test_a_closed_connection_gets_nothing_more() -> None:
    alice = connected()
    alice.close(Close.REVOKED, "This login was ended.")
    alice.push(message(1))
    alice.answer(b'{"re":1}')
    assert pipe_of(alice).texts == []
    assert alice.ended.done()


def test_only_the_first_reason_to_close_counts() -> None:
    alice = connected()
    alice.close(Close.REVOKED, "first")
    alice.close(Close.SLOW, "second")
    assert alice.closing == (Close.REVOKED, "first")


def test_an_overflow_of_answers_closes_with_4008() -> None:
    bob = connected(protocol=LINE_PROTOCOL, ready=False)
    for seq in range(limits.OUTBOX_FRAMES + 1):
        bob.push(as_lines([frame(seq + 1)], 0))
    assert bob.closing is not None
    assert bob.closing[0] == Close.SLOW
    assert bob.backlog == 0


def test_an_overflow_of_a_room_becomes_a_lag_and_the_socket_stays_open() -> None:
    alice = connected(ready=False)
    for seq in range(1, limits.OUTBOX_FRAMES + 5):
        alice.push(message(seq))
    assert alice.closing is None
    pipe_of(alice).ready = True
    alice.flush()
    assert pipe_of(alice).lags == {ROOM: limits.OUTBOX_FRAMES + 4}
