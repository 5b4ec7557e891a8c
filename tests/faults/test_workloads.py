"""What people do, while lines are cut and servers die: one hot room, many small ones, and a mix of everything."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.faults.client import BookKeeper
from tests.faults.cluster import Cluster, Place
from tests.faults.conftest import Record
from tests.faults.proxy import FaultProxy
from tests.faults.run_settings import bound, turns
from tests.faults.scenario import Scenario, here, scenario


async def cut_now_and_then(s: Scenario, proxies: list[FaultProxy], every: float, seconds: float) -> None:
    """Until it is cancelled or `seconds` are over."""
    for _ in turns(seconds):
        await asyncio.sleep(s.random.uniform(0, 2 * every))
        proxy = s.random.choice(proxies)
        if len(proxy):
            proxy.cut_one(s.random)
            s.figures["faults"] += 1


async def test_one_hot_room(place: Place, seconds: float, long: bool, seed: int, record: Record) -> None:
    """Fifty clients, two hundred messages a second; cuts all the time."""
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 50 if long else 20, 1)
        await s.while_talking(lambda: cut_now_and_then(s, proxies, 0.2, seconds), per_second=200)
        await s.peace()
        figures = await s.verdict()
    record("hot room", place, figures)
    assert figures["cuts"] > 0, "somebody was cut off"
    assert figures["acked"] == figures["said"]


@pytest.mark.patient
async def test_two_hundred_rooms_of_five(
    place: Place, seconds: float, long: bool, seed: int, record: Record
) -> None:
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 40, 1)
        members = [person.member for person in s.people]
        s.rooms = await s.ask("small_rooms", members=members, rooms=200 if long else 40, size=5)
        async with asyncio.timeout(bound(20)):
            while sum(len(person.views) for person in s.people) < len(s.rooms) * 5:
                await asyncio.sleep(0.05)
        await s.while_talking(lambda: cut_now_and_then(s, proxies, 0.2, seconds), per_second=60)
        await s.peace()
        figures = await s.verdict()
    record("small rooms", place, figures)
    assert figures["cuts"] > 0, "somebody was cut off"
    assert figures["acked"] == figures["said"]


async def test_what_people_do(place: Place, seconds: float, seed: int, record: Record) -> None:
    """Saying, editing, deleting, reading, typing, leaving, whispering; while lines are cut and nodes die."""
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(scenario(place, seed=seed))
        proxies = await s.enter_behind_proxies(stack, 15, 3)
        until = time.monotonic() + seconds
        living = [asyncio.create_task(_live(s, person, until)) for person in s.people]

        async def trouble() -> None:
            cutting = asyncio.create_task(cut_now_and_then(s, proxies, 0.5, seconds))
            while isinstance(place, Cluster) and not cutting.done():
                await asyncio.sleep(s.random.uniform(2, 5))
                node = s.random.choice(place.nodes)
                node.kill()
                s.figures["faults"] += 1
                await asyncio.sleep(1)
                node.start()
                await node.ready()
            await cutting

        await s.while_talking(trouble, per_second=20)
        await asyncio.gather(*living)
        await asyncio.to_thread(place.heal)
        await s.peace()
        figures = await s.verdict()
    record("mix", place, figures)
    assert figures["cuts"] > 0, "somebody was cut off"


async def _live(s: Scenario, person: BookKeeper, until: float) -> None:
    """One person's doings. What the line breaks is not done again: the checker asks only what came of it."""
    while time.monotonic() < until:
        await asyncio.sleep(s.random.uniform(0.05, 0.5))
        rooms = [room for room, view in here(person) if room in s.rooms]
        try:
            if person.live.is_set():
                await _do_something(s, person, s.random.choice(rooms or s.rooms))
        except (ConnectionError, TimeoutError):
            continue


async def _do_something(s: Scenario, person: BookKeeper, room: int) -> None:
    view = person.views.get(room)
    own = [m for m in view.states.values() if m["author"] == person.member and m["text"]] if view else []
    match s.random.randrange(8):
        case 0 | 1 if own:
            message = s.random.choice(own)
            text = f"edited by {person.name} at {time.monotonic()}"
            await person.ask(5, type="message.edit", message=message["id"], seq=message["seq"], text=text)
        case 2 if own:
            await person.ask(5, type="message.delete", message=s.random.choice(own)["id"])
        case 3 | 4:
            await person.ask(5, type="room.read", room=room, number=s.random.randrange(1, 500))
        case 5:
            await person.ask(5, type="typing", room=room)
        case 6 if person is not s.people[0]:
            await person.ask(5, type="room.leave", room=room)
            await s.people[0].ask(5, type="room.invite", room=room, members=[person.member])
        case _:
            await person.ask(5, type="room.direct", members=[s.random.choice(s.people).member])
