"""F19: the wall clock jumps by an hour and by a day, forth and back, under load. Order and access do not depend on it.

The clock is shifted inside the server (tests.faults.shifted_clock), where the product asks for the time of day.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import httpx2

from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.nodes import Node
from tests.faults.programs import wait_for
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import Scenario, scenario
from tests.faults.shifted_clock import Clock

HOUR, DAY = 3600, 24 * 3600
JUMPS = [-HOUR, HOUR, 60, -DAY, DAY, 0]
READ_SECONDS = 5.0
"""Until the server asks for the time: somebody talks all the time."""

HEARD_SECONDS = 2.0
LOOK_SECONDS = 0.05
PASSWORD = "a long summer day"  # noqa: S105
CSRF = "a" * 32


class ElsewhenPlace(Place):
    """SQLite under a server whose wall clock a test sets."""

    clock: Clock

    def node(self, *, script: str | None = None, **environment: str) -> Node:
        self.clock = Clock(self.data / "clock")
        return super().node(script="tests.faults.failing", CLOCK_FILE=str(self.clock.file), **environment)


async def test_clock_jumps_break_neither_times_nor_sign_in(seconds: float, seed: int, record: Record) -> None:
    """People talk; after each jump somebody signs in with a password, and somebody else with a token."""
    with ElsewhenPlace() as place:
        async with scenario(place, seed=seed) as s:
            await s.enter(10, 2)
            guests = await s.ask("people", members=2, rooms=0, name=f"{s.name}guest")
            name = await s.ask("set_password", member=guests["members"][0], password=PASSWORD)
            origin = f"http://127.0.0.1:{place.nodes[0].port}"
            browsers: list[httpx2.Client] = []

            async def jumps() -> None:
                for turn in turns(seconds, at_least=len(JUMPS)):
                    await _jump(s, place.clock, JUMPS[turn % len(JUMPS)])
                    if turn < len(JUMPS):
                        browsers.append(await asyncio.to_thread(_signed_in, origin, name))
                        guest = s.visit(
                            f"g{turn}", guests["tokens"][1], guests["members"][1], s.place.nodes[0].url
                        )
                        async with asyncio.timeout(bound(5)):
                            await guest.live.wait()

            roster = asyncio.create_task(_watch(s.people))
            await s.while_talking(jumps, per_second=60)
            for browser in browsers:
                assert await asyncio.to_thread(_is_signed_in, browser), "a login outlives every jump"
                browser.close()
            roster.cancel()
            await asyncio.gather(roster, return_exceptions=True)
            assert roster.cancelled(), roster.exception()
            await s.peace()
            figures = await s.verdict()  # order, numbers, and rising times (I5, I6)
            truth = await s.truth()
    times = [datetime.fromisoformat(m["created_at"]) for m in truth[s.rooms[0]].messages]
    record("F19", place, figures)
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0
    assert times[-1] - times[0] > timedelta(hours=23), "the clock did jump by a day"


async def test_nodes_whose_clocks_differ_keep_order_and_roster(
    cluster: Cluster, seconds: float, seed: int, record: Record
) -> None:
    """One of two nodes is an hour or a day away from the other: leases and polls do not notice."""
    async with AsyncExitStack() as stack:
        clock = Clock(cluster.data / "clock")
        node = cluster.node(script="tests.faults.failing", CLOCK_FILE=str(clock.file))
        stack.callback(node.end)
        node.start()
        await node.ready()
        s = await stack.enter_async_context(scenario(cluster, seed=seed))
        addresses = [cluster.nodes[0].url, node.url]
        await s.enter(10, 2, where=lambda number: lambda: addresses[number % 2])

        async def jumps() -> None:
            for turn in turns(seconds, at_least=len(JUMPS)):
                await _jump(s, clock, JUMPS[turn % len(JUMPS)])

        roster = asyncio.create_task(_watch(s.people))
        await s.while_talking(jumps, per_second=60)
        roster.cancel()
        await asyncio.gather(roster, return_exceptions=True)
        assert roster.cancelled(), roster.exception()
        await s.peace()
        figures = await s.verdict() | {"slowest_heard_s": s.slowest_heard()}
    record("F19 one of two nodes", cluster, figures)
    assert figures["acked"] == figures["said"]
    assert figures["cuts"] == 0
    assert figures["slowest_heard_s"] <= bound(HEARD_SECONDS)


async def _jump(s: Scenario, clock: Clock, seconds: float) -> None:
    """Set the clock, wait until the server has looked at it, and let people talk for a moment."""
    clock.set(seconds)
    await asyncio.to_thread(wait_for, lambda: clock.was_read(seconds), bound(READ_SECONDS), "it is looked at")
    s.figures["faults"] += 1
    await asyncio.sleep(0.5)


async def _watch(people: list[BookKeeper]) -> None:
    """For ever: nobody takes somebody for gone who is there."""
    everybody = {person.member for person in people}
    deadline = time.monotonic() + bound(5)
    while any(not everybody <= person.who_is_there() for person in people):
        assert time.monotonic() < deadline, "everybody sees everybody at first"
        await asyncio.sleep(LOOK_SECONDS)
    while True:
        gone = {pk for person in people for pk in everybody - person.who_is_there()}
        assert not gone, f"{gone} were shown as gone"
        await asyncio.sleep(LOOK_SECONDS)


def _signed_in(origin: str, name: str) -> httpx2.Client:
    """A browser that signs in with a password."""
    browser = httpx2.Client(base_url=origin, cookies={"csrftoken": CSRF}, trust_env=False, timeout=bound(10))
    form = {"csrfmiddlewaretoken": CSRF, "login": name, "password": PASSWORD}
    answer = browser.post("/account/login/", data=form)
    assert answer.headers.get("Location") == "/chat/", answer.text[-2000:]
    assert _is_signed_in(browser)
    return browser


def _is_signed_in(browser: httpx2.Client) -> bool:
    return browser.get("/account/").status_code == 200
