"""“… is typing”: one event for many members, and never stored."""

from __future__ import annotations

from typing import Any

from hubbub.realtime.presence.typing import TypingEvents
from tests.realtime.fakes import ALICE, BOB, ROOM, connected, feed_with, pipe_of


async def keep_once(board: TypingEvents) -> None:
    import asyncio

    task = asyncio.create_task(board.run_forever())
    await asyncio.sleep(0.4)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_typing_members_of_one_tick_are_one_event() -> None:
    listener = connected(ALICE)
    gossip: list[Any] = []
    board = TypingEvents({ROOM: feed_with(listener)}, lambda kind, content: gossip.append((kind, content)))
    for _ in range(1000):
        board.started(ROOM, BOB)
        board.started(ROOM, ALICE)
    await keep_once(board)
    assert pipe_of(listener).events == [{"type": "typing", "room": ROOM, "members": [ALICE, BOB]}]
    assert gossip == [("typing", {str(ROOM): [ALICE, BOB]})]


def test_typing_in_another_process_is_sent_here() -> None:
    listener = connected(ALICE)
    board = TypingEvents({ROOM: feed_with(listener)}, lambda kind, content: None)
    board.receive({str(ROOM): [BOB], "999": [BOB]})
    assert [event["members"] for event in pipe_of(listener).events] == [[BOB]]


def test_typing_is_the_first_thing_that_a_slow_reader_loses() -> None:
    listener = connected(ALICE)
    TypingEvents({ROOM: feed_with(listener)}, lambda kind, content: None).receive({str(ROOM): [BOB]})
    assert all(events.ephemeral for events in pipe_of(listener).written)
