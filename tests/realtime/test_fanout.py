"""How writes share the turns of the event loop: a large room delays no other, and each room keeps its order."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest

from hubbub.realtime.delivery.fanout import (
    COMMIT_POLL_SECONDS,
    FEW_WRITES,
    FIRST_WRITES,
    LONG_QUEUE_TURNS,
    MOST_WRITES,
    PAUSE_SECONDS,
    TURN_SECONDS,
    FanOut,
    WriteScheduler,
)
from tests.realtime.fakes import Clock, scheduler_of

MANY = 10 * MOST_WRITES


class Loop:
    """A loop that the test turns by hand, on which a write takes `cost` seconds; `heard` is who was told what."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.cost = 0.0
        self.commit: int | None = None
        self.heard: list[tuple[str, int]] = []
        self.scheduler: WriteScheduler = scheduler_of(self.clock, lambda: self.commit)

    def room(self, name: str) -> Room:
        return Room(self, name)

    def turn(self) -> list[tuple[str, int]]:
        """One turn, and what was said in it."""
        before = len(self.heard)
        self.clock.turn()
        return self.heard[before:]

    def rest(self) -> list[tuple[str, int]]:
        """All that is still to be said, pauses and all."""
        before = len(self.heard)
        while self.clock.soon or self.clock.later:
            self.clock.turn()
            self.clock.wait(PAUSE_SECONDS)
        return self.heard[before:]


class Room:
    def __init__(self, loop: Loop, name: str) -> None:
        self.loop, self.name = loop, name
        self.out = FanOut(loop.scheduler)

    def says(self, what: str, to: int) -> list[tuple[str, int]]:
        """A message to so many; returns whom it reached at once."""
        before = len(self.loop.heard)
        listeners: Any = tuple(range(to))
        self.out.each(listeners, lambda some: self._write(what, some))
        return self.loop.heard[before:]

    def _write(self, what: str, some: Sequence[Any]) -> None:
        self.loop.heard += [(f"{self.name}: {what}", listener) for listener in some]
        self.loop.clock.now += self.loop.cost * len(some)


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def square(loop: Loop) -> Room:
    return loop.room("square")


@pytest.fixture
def desk(loop: Loop) -> Room:
    return loop.room("desk")


def rooms_of(heard: list[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for what, _ in heard:
        room = what.partition(":")[0]
        found[room] = found.get(room, 0) + 1
    return found


def test_a_small_room_does_not_wait_for_a_huge_one(square: Room, desk: Room) -> None:
    assert len(square.says("hello", to=MANY)) == FIRST_WRITES
    assert desk.says("psst", to=2) == [("desk: psst", 0), ("desk: psst", 1)]


def test_a_huge_room_does_not_starve_when_small_ones_write_in_every_turn(
    loop: Loop, square: Room, desk: Room
) -> None:
    square.says("hello", to=MANY)
    heard = 0
    for _ in range(MANY // FEW_WRITES):
        heard += rooms_of(loop.turn()).get("square", 0)
        for _ in range(100):
            desk.says("psst", to=FEW_WRITES)
    assert heard == MANY - FIRST_WRITES


def test_two_huge_rooms_share_each_turn(loop: Loop, square: Room) -> None:
    hall = loop.room("hall")
    square.says("hello", to=MANY)
    hall.says("hello", to=MANY)
    said = rooms_of(loop.turn())
    assert said["hall"] == said["square"]


def test_a_middling_room_has_its_share_of_the_next_turn(loop: Loop, square: Room) -> None:
    hall = loop.room("hall")
    square.says("hello", to=MANY)
    assert hall.says("hello", to=FEW_WRITES + 1) == []
    assert rooms_of(loop.turn())["hall"] == FEW_WRITES + 1


def test_many_middling_rooms_do_not_all_go_at_once(loop: Loop) -> None:
    """A commit that held up for a moment brings messages of a hundred rooms."""
    at_once = sum(len(loop.room(f"room {n}").says("hello", to=FEW_WRITES + 1)) for n in range(100))
    assert at_once <= FIRST_WRITES
    assert len(loop.rest()) == 100 * (FEW_WRITES + 1) - at_once


def test_each_room_keeps_its_order_and_nothing_is_written_twice(loop: Loop, square: Room, desk: Room) -> None:
    """Listener 0 is in both rooms."""
    for text in ("one", "two", "three"):
        square.says(text, to=MANY)
        desk.says(text, to=2)
    loop.rest()
    said = loop.heard
    assert len(said) == len(set(said)) == 3 * (MANY + 2)
    for listener in (0, 1, MANY - 1):
        of_square = [what for what, who in said if who == listener and what.startswith("square")]
        assert of_square == ["square: one", "square: two", "square: three"]
    assert [what for what, who in said if who == 0 and what.startswith("desk")] == [
        "desk: one",
        "desk: two",
        "desk: three",
    ]


def test_few_wait_behind_many_of_their_own_room(loop: Loop, square: Room) -> None:
    square.says("one", to=MANY)
    assert square.says("two", to=1) == []
    assert loop.rest()[-1] == ("square: two", 0)


def test_an_act_waits_for_the_writes_before_it(loop: Loop, square: Room) -> None:
    heard_by_then: list[int] = []
    square.says("farewell", to=MANY)
    square.out.then(lambda: heard_by_then.append(len(loop.heard)))
    square.says("they are gone", to=1)
    loop.rest()
    assert heard_by_then == [MANY]
    assert len(loop.heard) == MANY + 1


def test_an_act_without_writes_before_it_runs_at_once(square: Room) -> None:
    done: list[bool] = []
    square.out.then(lambda: done.append(True))
    assert done


@pytest.mark.parametrize("cost", [3e-6, 1.5e-5])
def test_a_turn_holds_what_can_be_written_in_its_time(loop: Loop, square: Room, cost: float) -> None:
    loop.cost = cost
    for _ in range(5):
        square.says("hello", to=MANY)
    for _ in range(20):
        said = loop.turn()
    assert len(said) * cost == pytest.approx(TURN_SECONDS, rel=0.1)


@pytest.mark.parametrize(("cost", "writes"), [(1.0, FEW_WRITES), (0.0, MOST_WRITES)])
def test_a_turn_holds_some_whatever_was_measured(loop: Loop, square: Room, cost: float, writes: int) -> None:
    loop.cost = cost
    for _ in range(5):
        square.says("hello", to=MANY)
    for _ in range(20):
        said = loop.turn()
    assert len(said) == writes


def test_a_huge_room_waits_for_a_commit_that_is_under_way(loop: Loop, square: Room, desk: Room) -> None:
    square.says("hello", to=MANY)
    loop.commit = 7
    assert (loop.turn(), loop.turn()) == ([], [])
    assert desk.says("psst", to=2), "what others said before is not held up"
    loop.clock.wait(COMMIT_POLL_SECONDS)
    before = rooms_of(loop.heard)["square"]
    loop.commit = 8
    loop.clock.wait(COMMIT_POLL_SECONDS)
    assert rooms_of(loop.heard)["square"] > before, "one has ended, and the next can wait"


def test_a_huge_room_does_not_wait_for_a_commit_that_takes_long(loop: Loop, square: Room) -> None:
    loop.commit = 7
    before = len(square.says("hello", to=MANY))
    loop.turn()
    loop.clock.wait(PAUSE_SECONDS / 2)
    assert len(loop.heard) == before
    loop.clock.wait(PAUSE_SECONDS)
    assert len(loop.heard) > before
    loop.rest()
    assert len(loop.heard) == MANY


def test_a_short_queue_does_not_wait_for_a_commit(loop: Loop, square: Room) -> None:
    loop.commit = 7
    square.says("hello", to=(1 + LONG_QUEUE_TURNS) * FIRST_WRITES)
    while loop.clock.soon:
        loop.turn()
    assert len(loop.heard) == (1 + LONG_QUEUE_TURNS) * FIRST_WRITES


def test_a_write_that_fails_holds_up_neither_its_room_nor_others(loop: Loop, square: Room) -> None:
    hall = loop.room("hall")
    broken: Any = tuple(range(MANY))
    square.says("one", to=MANY)
    square.out.each(broken, fails)
    square.says("three", to=MANY)
    hall.says("hello", to=MANY)
    while loop.clock.soon:
        with contextlib.suppress(RuntimeError):
            loop.clock.turn()
    assert rooms_of(loop.heard) == {"square": 2 * MANY, "hall": MANY}


def fails(_: Sequence[Any]) -> None:
    raise RuntimeError("the transport is closed")
