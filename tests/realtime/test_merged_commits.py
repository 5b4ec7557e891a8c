"""Commits of one turn of the event loop, from here and from peers, are merged in order."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.publish import Batch, EndLogin
from hubbub.realtime.delivery.merged_commits import MergedCommits
from tests.realtime.fakes import Clock, frame

NOTICE = EndLogin("token:1")


class Loop:
    """What was handed on, as the seqs of its frames and how many notices it has."""

    def __init__(self) -> None:
        self.clock: Any = Clock()
        self.received: list[tuple[list[int], int]] = []
        self.merged_commits = MergedCommits(self.clock, self._receive)

    def _receive(self, batch: Batch) -> None:
        self.received.append(([f.seq for f in batch.frames], len(batch.notices)))


@pytest.fixture
def loop() -> Loop:
    return Loop()


def test_commits_of_one_turn_are_merged(loop: Loop) -> None:
    loop.merged_commits.add(Batch([frame(1), frame(2)]))
    loop.merged_commits.add(Batch([frame(3)]))
    assert loop.received == []
    loop.clock.turn()
    assert loop.received == [([1, 2, 3], 0)]


def test_commits_of_the_next_turn_are_delivered_then(loop: Loop) -> None:
    loop.merged_commits.add(Batch([frame(1)]))
    loop.clock.turn()
    loop.merged_commits.add(Batch([frame(2)]))
    loop.clock.turn()
    loop.clock.turn()
    assert loop.received == [([1], 0), ([2], 0)]


def test_a_notice_comes_after_its_own_frames_and_before_those_of_the_next_commit(loop: Loop) -> None:
    loop.merged_commits.add(Batch([frame(1)]))
    loop.merged_commits.add(Batch([frame(2)], [NOTICE]))
    loop.merged_commits.add(Batch([], [NOTICE]))
    loop.merged_commits.add(Batch([frame(3)]))
    loop.merged_commits.add(Batch([frame(4)]))
    loop.clock.turn()
    assert loop.received == [([1, 2], 1), ([], 1), ([3, 4], 0)]


def test_a_failed_delivery_does_not_stop_the_others() -> None:
    clock: Any = Clock()
    received: list[Batch] = []

    def receive(batch: Batch) -> None:
        if batch.notices:
            raise RuntimeError("a bug")
        received.append(batch)

    arrivals = MergedCommits(clock, receive)
    arrivals.add(Batch([], [NOTICE]))
    arrivals.add(Batch([frame(1)]))
    clock.turn()
    assert [f.seq for batch in received for f in batch.frames] == [1]
