"""Limits of concurrent fetches, in total and per target, across the event loops of several threads."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hubbub.outside import TooBusy
from hubbub.outside.fetch_slots import FetchSlots
from tests.outside.servers import a_fetcher, ok, serving

pytestmark = pytest.mark.standalone


async def test_one_target_gets_its_share_and_others_do_not_wait_for_it() -> None:
    slots = FetchSlots(at_once=3, per_target=1, in_all=10)
    order: list[str] = []
    first, go_on = asyncio.Event(), asyncio.Event()

    async def hold(name: str, target: str) -> None:
        async with slots.at(target):
            order.append(name)
            first.set()
            await go_on.wait()

    holding = asyncio.create_task(hold("slow", "a"))
    await first.wait()
    waiting = asyncio.create_task(hold("behind", "a"))
    other = asyncio.create_task(hold("other", "b"))
    await asyncio.sleep(0)
    assert order == ["slow", "other"]
    go_on.set()
    await asyncio.gather(holding, waiting, other)
    assert order == ["slow", "other", "behind"]


async def test_a_cancelled_wait_releases_its_slot() -> None:
    slots = FetchSlots(at_once=1, per_target=1, in_all=10)
    async with slots.at("a"):
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01), slots.at("a"):
                    raise AssertionError("the slot was granted twice")
    async with asyncio.timeout(5), slots.at("a"):
        pass


def test_threads_with_their_own_loops_share_the_slots() -> None:
    slots = FetchSlots(at_once=2, per_target=2, in_all=100)
    running, most, lock = 0, 0, threading.Lock()

    async def fetch() -> None:
        nonlocal running, most
        async with slots.at("a"):
            with lock:
                running += 1
                most = max(most, running)
            await asyncio.sleep(0.005)
            with lock:
                running -= 1

    async def many() -> None:
        await asyncio.gather(*(fetch() for _ in range(10)))

    threads = [threading.Thread(target=asyncio.run, args=(many(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert most == 2


async def test_a_fetch_too_many_fails_at_once() -> None:
    async def slow(request: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        await ok(b"")(request, writer)

    release = asyncio.Event()
    fetch = a_fetcher(slots=FetchSlots(at_once=1, per_target=1, in_all=3))
    async with serving(slow) as server:
        under_way = [asyncio.create_task(fetch(server.url(), ports={server.port})) for _ in range(3)]
        while not server.connections:
            await asyncio.sleep(0.01)
        with pytest.raises(TooBusy):
            await fetch(server.url(), ports={server.port})
        assert server.connections == 1
        release.set()
        assert [answer.status for answer in await asyncio.gather(*under_way)] == [200] * 3
