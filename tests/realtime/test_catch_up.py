"""What many clients miss is read once; what the ring has is not read at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hubbub.errors import Unavailable
from hubbub.protocol.objects import Changes
from hubbub.realtime.storage.catch_up import CatchUp
from hubbub.realtime.storage.coalesced_reads import CoalescedReads
from tests.realtime.fakes import ROOM, feed_with, frame


class Reads:
    """Stands in for the readers' threads: counts what is read, and answers in the next turn."""

    def __init__(self) -> None:
        self.asked: list[list[Any]] = []

    async def run(self, read: Callable[[list[Any]], dict[Any, Any]], keys: list[Any]) -> dict[Any, Any]:
        self.asked.append(keys)
        await asyncio.sleep(0)
        return read(keys)


async def test_simultaneous_questions_share_a_read() -> None:
    reads = Reads()
    squares: CoalescedReads[int, int] = CoalescedReads(lambda keys: {k: k * k for k in keys}, reads)  # type: ignore[arg-type]
    assert await asyncio.gather(*(squares.get(n % 3) for n in range(9))) == [0, 1, 4] * 3
    assert reads.asked == [[0, 1, 2]]


async def test_a_question_during_a_read_waits_for_the_next_read() -> None:
    reads = Reads()
    counter = {"now": 0}
    present: CoalescedReads[str, int] = CoalescedReads(
        lambda keys: dict.fromkeys(keys, counter["now"]), reads
    )  # type: ignore[arg-type]
    first = asyncio.create_task(present.get("x"))
    while not reads.asked:
        await asyncio.sleep(0)
    counter["now"] = 1
    second = asyncio.create_task(present.get("x"))
    await first
    assert await second == 1
    assert len(reads.asked) == 2


async def asks_one_after_the_other(reads: Reads) -> None:
    """Alice and Bob ask at once; Carol asks during their read, and Dave three turns of the event loop later."""
    numbers: CoalescedReads[str, int] = CoalescedReads(lambda keys: dict.fromkeys(keys, 7), reads)  # type: ignore[arg-type]
    asked = [asyncio.create_task(numbers.get(name)) for name in ("alice", "bob")]
    while not reads.asked:
        await asyncio.sleep(0)
    asked.append(asyncio.create_task(numbers.get("carol")))
    for _ in range(3):
        await asyncio.sleep(0)
    asked.append(asyncio.create_task(numbers.get("dave")))
    assert await asyncio.gather(*asked) == [7, 7, 7, 7]


async def test_after_a_shared_read_the_next_waits_for_more_callers() -> None:
    reads = Reads()
    await asks_one_after_the_other(reads)
    assert reads.asked == [["alice", "bob"], ["carol", "dave"]]


async def test_a_loop_with_long_turns_waits_only_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.realtime.storage.coalesced_reads.COMPANY_SECONDS", -1.0)
    reads = Reads()
    await asks_one_after_the_other(reads)
    assert reads.asked == [["alice", "bob"], ["carol"], ["dave"]]


async def test_a_single_caller_waits_for_nobody() -> None:
    """Alice asks alone, then Bob asks alone: his read begins in the next turn."""
    reads = Reads()
    numbers: CoalescedReads[str, int] = CoalescedReads(lambda keys: dict.fromkeys(keys, 7), reads)  # type: ignore[arg-type]
    await numbers.get("alice")
    bob = asyncio.create_task(numbers.get("bob"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert reads.asked == [["alice"], ["bob"]]
    assert await bob == 7


async def test_a_failed_read_fails_only_for_those_who_wait_for_it() -> None:
    reads = Reads()

    def read(keys: list[str]) -> dict[str, int]:
        if len(reads.asked) == 1:
            raise OSError("gone")
        return dict.fromkeys(keys, 7)

    numbers: CoalescedReads[str, int] = CoalescedReads(read, reads)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="gone"):
        await numbers.get("x")
    assert await numbers.get("x") == 7


async def test_while_the_database_does_not_answer_later_questions_fail_with_the_first() -> None:
    """Bob asks during Alice's read. A read of his own would make him wait twice as long (contract: two seconds)."""
    reads, answers = Reads(), asyncio.Event()

    def read(keys: list[str]) -> dict[str, int]:
        raise Unavailable("The database does not answer.")

    async def run(read: Callable[[list[Any]], dict[Any, Any]], keys: list[Any]) -> dict[Any, Any]:
        reads.asked.append(keys)
        await answers.wait()
        return read(keys)

    reads.run = run  # type: ignore[method-assign]
    numbers: CoalescedReads[str, int] = CoalescedReads(read, reads)  # type: ignore[arg-type]
    alice = asyncio.create_task(numbers.get("alice"))
    while not reads.asked:
        await asyncio.sleep(0)
    bob = asyncio.create_task(numbers.get("bob"))
    await asyncio.sleep(0)
    answers.set()
    outcomes = await asyncio.gather(alice, bob, return_exceptions=True)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert reads.asked == [["alice"]]


async def test_frames_in_the_ring_are_not_read_from_the_database() -> None:
    reads = Reads()
    feed = feed_with(head=3, last_number=3)
    feed.receive([frame(seq) for seq in (4, 5, 6)])
    changes = await CatchUp(reads).changes(feed, 4)  # type: ignore[arg-type]
    assert (changes.seq, [m.seq for m in changes.messages]) == (6, [5, 6])
    assert reads.asked == []


async def test_a_message_that_changed_in_between_is_sent_in_its_last_state() -> None:
    """Bob comes back to the tombstone, not to what Alice said and took back."""
    feed = feed_with(head=3, last_number=3)
    feed.receive([frame(4, text="a secret"), frame(5), frame(6, number=4, text="")])
    changes = await CatchUp(Reads()).changes(feed, 3)  # type: ignore[arg-type]
    assert [(m.seq, m.number, m.text) for m in changes.messages] == [(5, 5, "hello"), (6, 4, "")]


async def test_clients_that_miss_the_same_share_its_encoding() -> None:
    feed = feed_with(head=3, last_number=3)
    feed.receive([frame(4), frame(5)])
    catch_up = CatchUp(Reads())  # type: ignore[arg-type]
    first, second = await catch_up.changes(feed, 4), await catch_up.changes(feed, 4)
    assert first is second
    feed.receive([frame(6)])
    assert [m.seq for m in (await catch_up.changes(feed, 4)).messages] == [5, 6]
    assert [m.seq for m in first.messages] == [5]


async def test_a_cached_read_is_completed_from_the_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Reads()
    feed = feed_with(head=3, last_number=3)

    def ranges(wanted: list[tuple[int, int]]) -> dict[tuple[int, int], Changes]:
        feed.receive([frame(4)])
        return {
            key: Changes(room=ROOM, seq=3, messages=[frame(seq).message for seq in (2, 3)]) for key in wanted
        }

    monkeypatch.setattr("hubbub.realtime.storage.catch_up._ranges", ranges)
    changes = await CatchUp(reads).changes(feed, 1)  # type: ignore[arg-type]
    assert (changes.seq, [m.seq for m in changes.messages]) == (4, [2, 3, 4])


async def test_a_cancelled_question_does_not_affect_the_others() -> None:
    squares: CoalescedReads[int, int] = CoalescedReads(lambda keys: {k: k * k for k in keys}, Reads())  # type: ignore[arg-type]
    gone, stays = asyncio.create_task(squares.get(3)), asyncio.create_task(squares.get(3))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 9
