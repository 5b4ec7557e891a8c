"""Versions: known without gaps up to one, and known after it."""

from __future__ import annotations

import random

from hubbub.realtime.delivery.versions import Versions

KITCHEN, SQUARE = 1, 2


def test_changes_in_order_are_new() -> None:
    known = Versions(3)
    assert known.take(4, KITCHEN)
    assert known.take(5, KITCHEN)
    assert (known.whole, known.newest, known.has_gap) == (5, 5, False)


def test_known_changes_are_not_new() -> None:
    known = Versions(3)
    assert not known.take(3, KITCHEN)
    assert known.take(5, KITCHEN)
    assert not known.take(5, KITCHEN)


def test_a_change_overtaken_by_another_of_the_same_room_is_not_new() -> None:
    known = Versions(3)
    assert known.take(5, KITCHEN)
    assert known.has_gap
    assert not known.take(4, KITCHEN)
    assert (known.whole, known.has_gap) == (5, False)


def test_a_change_overtaken_by_one_of_another_room_is_new() -> None:
    known = Versions(3)
    assert known.take(5, KITCHEN)
    assert known.take(4, SQUARE)
    assert (known.whole, known.has_gap) == (5, False)


def test_a_read_closes_the_gap_and_keeps_what_is_beyond_it() -> None:
    known = Versions(3)
    known.take(5, KITCHEN)
    known.take(8, KITCHEN)
    known.learn(6)
    assert (known.whole, known.newest, known.has_gap) == (6, 8, True)
    known.learn(7)
    assert (known.whole, known.has_gap) == (8, False)
    known.learn(2)
    assert known.whole == 8


def test_any_order_and_any_repetition_come_to_the_same() -> None:
    chance = random.Random(1)
    for _ in range(200):
        versions = [*range(1, 9), *(chance.randint(1, 8) for _ in range(5))]
        chance.shuffle(versions)
        rooms = {version: chance.choice([KITCHEN, SQUARE]) for version in range(1, 9)}
        known = Versions(0)
        applied: dict[int, int] = {}
        for version in versions:
            if known.take(version, rooms[version]):
                assert applied.get(rooms[version], 0) < version, "a room goes forward only"
                applied[rooms[version]] = version
        assert (known.whole, known.has_gap) == (8, False)
        assert applied == {room: max(v for v in rooms if rooms[v] == room) for room in set(rooms.values())}
