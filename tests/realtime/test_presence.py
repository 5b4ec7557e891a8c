"""Who is connected now, with a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.protocol.objects import PresenceState
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.presence.presence import GRACE_SECONDS, LEASE_SECONDS, Presence
from tests.realtime.fakes import ALICE, BOB, Clock, connected

ACTIVE, AWAY, OFFLINE = PresenceState.ACTIVE, PresenceState.AWAY, PresenceState.OFFLINE


class Board(Presence):
    """Presence of one process, with a test's clock; `told` is what everybody was told, in order."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.here: dict[int, set[Connection]] = {}
        self.told: list[dict[int, PresenceState]] = []
        self.gossip: list[Any] = []
        loop: Any = self.clock
        super().__init__(
            loop, self.here, self.told.append, lambda kind, content: self.gossip.append(content), node="here"
        )

    def comes(self, member: int) -> Connection:
        connection = connected(member)
        self.here.setdefault(member, set()).add(connection)
        self.changed(member)
        return connection

    def goes(self, connection: Connection) -> None:
        member = connection.member.pk
        self.here[member].discard(connection)
        if not self.here[member]:
            del self.here[member]
        self.changed(member)

    def looks(self, connection: Connection, state: str) -> None:
        connection.presence = state
        self.changed(connection.member.pk)

    def after(self, seconds: float) -> list[dict[int, PresenceState]]:
        """What is told once that time has passed."""
        self.clock.now += seconds
        self.told.clear()
        self._tick()
        return list(self.told)


@pytest.fixture
def board() -> Board:
    return Board()


def test_announced_states_are_never_mutated(board: Board) -> None:
    """Threads read it while the loop goes on."""
    board.comes(ALICE)
    board.after(1)
    before = board.states()
    board.comes(BOB)
    board.after(1)
    assert (before, board.states()) == ({ALICE: ACTIVE}, {ALICE: ACTIVE, BOB: ACTIVE})


def test_a_new_member_is_announced_once(board: Board) -> None:
    board.comes(ALICE)
    assert board.after(0.3) == [{ALICE: ACTIVE}]
    assert board.after(0.3) == []
    assert board.states() == {ALICE: ACTIVE}


def test_a_thousand_arrivals_are_one_event(board: Board) -> None:
    for member in range(1000):
        board.comes(member)
    assert [len(changes) for changes in board.after(0.3)] == [1000]


def test_several_tabs_are_one_person(board: Board) -> None:
    first, second = board.comes(ALICE), board.comes(ALICE)
    assert board.after(0.3) == [{ALICE: ACTIVE}]
    board.goes(first)
    assert board.after(GRACE_SECONDS + 1) == []
    board.goes(second)
    assert board.after(GRACE_SECONDS + 1) == [{ALICE: OFFLINE}]
    assert board.states() == {}


def test_a_reload_is_not_a_departure(board: Board) -> None:
    tab = board.comes(ALICE)
    board.after(0.3)
    board.goes(tab)
    assert board.after(GRACE_SECONDS / 2) == []
    board.comes(ALICE)
    assert board.after(GRACE_SECONDS * 2) == []
    assert board.states() == {ALICE: ACTIVE}


def test_alice_is_away_when_she_looks_at_none_of_her_tabs(board: Board) -> None:
    first, second = board.comes(ALICE), board.comes(ALICE)
    board.after(0.3)
    board.looks(first, "away")
    assert board.after(0.3) == []
    board.looks(second, "away")
    assert board.after(0.3) == [{ALICE: AWAY}]
    board.looks(first, "active")
    assert board.after(0.3) == [{ALICE: ACTIVE}]


def test_people_of_another_process_count(board: Board) -> None:
    board.receive("there", 1, {str(BOB): "away"})
    assert board.after(0.3) == [{BOB: AWAY}]
    board.receive("there", 2, {str(BOB): "active"})
    assert board.after(0.3) == [{BOB: ACTIVE}]


def test_the_most_present_of_all_processes_counts(board: Board) -> None:
    tab = board.comes(BOB)
    board.receive("there", 3, {str(BOB): "away"})
    assert board.after(0.3) == [{BOB: ACTIVE}]
    board.goes(tab)
    assert board.after(GRACE_SECONDS + 1) == [{BOB: AWAY}]


def test_the_members_of_a_killed_process_expire(board: Board) -> None:
    board.receive("there", 4, {str(BOB): "active"})
    board.after(0.3)
    assert board.after(LEASE_SECONDS - 1) == []
    assert board.after(2) == [{BOB: OFFLINE}]


def test_gossip_renews_the_lease(board: Board) -> None:
    board.receive("there", 5, {str(BOB): "active"})
    for generation in range(6, 11):
        assert OFFLINE not in [state for told in board.after(LEASE_SECONDS / 2) for state in told.values()]
        board.receive("there", generation, {str(BOB): "active"})
    assert board.states() == {BOB: ACTIVE}


def test_a_process_that_stops_takes_its_members_along(board: Board) -> None:
    board.receive("there", 7, {str(BOB): "active"})
    board.after(0.3)
    board.receive("there", 8, {})
    assert board.after(0.3) == [{BOB: OFFLINE}]


def test_a_reload_onto_another_process_changes_nothing(board: Board) -> None:
    """Within the grace a process still vouches for who has just left it."""
    tab = board.comes(ALICE)
    board.after(0.3)
    board.goes(tab)
    assert board._local() == {str(ALICE): "active"}
    board.after(GRACE_SECONDS + 1)
    assert board._local() == {}


def test_the_last_gossip_is_empty(board: Board) -> None:
    board.comes(ALICE)
    board.announce_stop()
    assert board.gossip == [{"node": "here", "generation": 1, "states": {}}]


def test_late_gossip_is_ignored(board: Board) -> None:
    """Its gossip was held back on the way: its later words, and its goodbye, have come already."""
    board.receive("there", 2, {str(BOB): "active"})
    board.receive("there", 1, {str(BOB): "away"})
    assert board.after(0.3) == [{BOB: ACTIVE}]
    board.receive("there", 4, {})
    board.receive("there", 3, {str(BOB): "active"})
    board.receive("there", 4, {str(BOB): "active"})
    assert board.after(0.3) == [{BOB: OFFLINE}]
    board.receive("another", 1, {str(BOB): "active"})
    assert board.after(0.3) == [{BOB: ACTIVE}]
