"""The budget for what a member's sockets send, with a clock that the test moves."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.rate_limits.command_rates import Rates
from hubbub.realtime.rate_limits.incoming_budget import IncomingBudget
from hubbub.realtime.sockets.flood_guard import RETRY_SECONDS, FloodGuard
from tests.realtime.fakes import ALICE, BOB, Clock, connected


class Tab:
    """One of a member's sockets. `says` counts frames as a server with `hubbub.push` does."""

    def __init__(self, clock: Clock, intake: IncomingBudget | None) -> None:
        loop: Any = clock
        self.connection: Connection = connected()
        self.times_read_again = 0
        self.inflow = FloodGuard(self.connection, intake, loop, self._read_again)

    def says(self, frames: int, size: int = 0) -> int:
        """Bring in so many frames at once; how many of them came through before it was stopped."""
        through = 0
        while through < frames and (room := self.inflow.room()):
            taken = min(room, frames - through)
            self.inflow.took(taken, taken * size)
            through += taken
        return through

    @property
    def code(self) -> int | None:
        return self.connection.closing[0] if self.connection.closing else None

    def _read_again(self) -> None:
        self.times_read_again += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def intake(clock: Clock) -> IncomingBudget:
    return IncomingBudget(clock.now)


@pytest.fixture
def tab(clock: Clock, intake: IncomingBudget) -> Tab:
    return Tab(clock, intake)


def test_a_connection_over_its_budget_is_read_again_when_there_is_room(tab: Tab, clock: Clock) -> None:
    assert tab.says(limits.INCOMING_FRAMES_BURST + 1) == limits.INCOMING_FRAMES_BURST
    assert (tab.inflow.stopped, tab.code) == (True, None)
    clock.wait(tab.inflow.wait)
    assert tab.times_read_again == 1
    assert tab.says(1) == 1


def test_bytes_count_as_frames_do(tab: Tab) -> None:
    longest = limits.INCOMING_BYTES_BURST // limits.FRAME_BYTES
    assert tab.says(1, limits.INCOMING_BYTES_BURST - 1) == 1
    assert tab.says(longest, limits.FRAME_BYTES) <= limits.TURN_FRAMES
    assert tab.inflow.room() == 0


def test_a_flood_that_goes_on_ends_the_connection(tab: Tab, clock: Clock) -> None:
    begun = clock.now
    while tab.code is None:
        tab.says(100_000)
        clock.wait(tab.inflow.wait)
    assert tab.connection.closing == (Close.TOO_MANY, f"retry_after={RETRY_SECONDS:.2f}")
    assert limits.FLOOD_SECONDS <= clock.now - begun <= limits.FLOOD_SECONDS + 2
    assert tab.inflow.room() == 0, "nothing more comes in"


def test_thirty_flooding_tabs_share_one_budget(clock: Clock, intake: IncomingBudget) -> None:
    tabs = [Tab(clock, intake) for _ in range(30)]
    assert sum(tab.says(1000) for tab in tabs) == limits.INCOMING_FRAMES_BURST
    clock.wait(1.0)
    assert sum(tab.says(1000) for tab in tabs) <= limits.INCOMING_FRAMES_PER_SECOND


def test_a_reconnecting_clients_outbox_is_no_flood(tab: Tab, clock: Clock) -> None:
    """Longer than a burst of messages, each of the longest, and drafts besides, every minute."""
    for _ in range(20):
        left = 80
        while left:
            left -= tab.says(left, limits.MESSAGE_BYTES)
            clock.wait(tab.inflow.wait if tab.inflow.stopped else 0.0)
        assert tab.code is None
        clock.wait(60)


def test_beats_never_stop_a_connection(tab: Tab, clock: Clock) -> None:
    for _ in range(2000):
        assert tab.says(3) == 3
        clock.wait(1.0)


def test_a_connection_that_keeps_to_the_rate_is_never_stopped(tab: Tab, clock: Clock) -> None:
    for _ in range(100):
        assert tab.says(limits.INCOMING_FRAMES_PER_SECOND) == limits.INCOMING_FRAMES_PER_SECOND
        clock.wait(1.0)


def test_a_budget_that_recovers_is_no_flood(tab: Tab, clock: Clock) -> None:
    for _ in range(10):
        tab.says(100_000)
        clock.wait(tab.inflow.wait + 3)
    assert tab.code is None


def test_a_flood_is_noticed_by_an_event_loop_that_hardly_turns(tab: Tab, clock: Clock) -> None:
    """As on a server that parses it all before: each turn takes two seconds."""
    for _ in range(10):
        tab.says(100_000)
        clock.wait(2)
    assert tab.code == Close.TOO_MANY


def test_a_quiet_tab_is_not_closed_for_the_floods_of_another(clock: Clock, intake: IncomingBudget) -> None:
    quiet = Tab(clock, intake)
    for _ in range(20):
        flooder = Tab(clock, intake)
        flooder.says(100_000)
        quiet.says(1)
        clock.wait(quiet.inflow.wait)
        quiet.says(1)
        clock.wait(10)
    assert quiet.code is None


def test_the_bound_of_a_turn_holds_with_lifted_rates(clock: Clock) -> None:
    tab = Tab(clock, None)
    assert tab.says(100_000) == 100_000
    assert tab.inflow.room() == limits.TURN_FRAMES


def test_sockets_of_a_member_share_a_budget_that_outlives_them(clock: Clock) -> None:
    """Otherwise each new connection would bring a new burst."""
    rates = Rates(clock.time)
    rates.lifted = False
    intake = rates.incoming_budget(ALICE)
    assert intake is not None
    assert intake is rates.incoming_budget(ALICE)
    assert intake is not rates.incoming_budget(BOB)
    rates.seat(ALICE)
    intake.take(limits.INCOMING_FRAMES_BURST, 0)
    rates.unseat(ALICE)
    rates.forget_idle()
    assert rates.incoming_budget(ALICE) is intake
    clock.now += 60
    rates.forget_idle()
    assert rates.incoming_budget(ALICE) is not intake


def test_an_idle_socket_keeps_its_budget(clock: Clock) -> None:
    rates = Rates(clock.time)
    rates.lifted = False
    rates.seat(ALICE)
    intake = rates.incoming_budget(ALICE)
    clock.now += 60
    rates.forget_idle()
    assert rates.incoming_budget(ALICE) is intake


def test_a_socket_that_has_ended_is_freed_without_the_garbage_collector() -> None:
    """A thousand that come and go would otherwise be a pause of a tenth of a second for everybody."""
    tab = Tab(Clock(), None)
    inflow, gone = tab.inflow, weakref.ref(tab)
    gc.disable()
    try:
        inflow.end()
        del tab, inflow
        assert gone() is None
    finally:
        gc.enable()
