"""The proxy before Redis: what it does to a subscriber's messages, with a real Redis and redis-py, RESP2 and RESP3."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio as redis

from tests.faults.redis_proxy import RedisProxy
from tests.faults.resp import PubSubMessage

SOON, QUIET = 5.0, 0.3


class Listener:
    """Somebody who has subscribed to `a` and `b` through the proxy; `says` publishes past it."""

    def __init__(self, proxy: RedisProxy, direct: redis.Redis, through: redis.Redis) -> None:
        self.proxy, self.through = proxy, through
        self._direct, self._pubsub = direct, through.pubsub()

    async def subscribe(self) -> None:
        await self._pubsub.subscribe("a", "b")
        while (message := await self._next(SOON)) is None or message["data"] != 2:
            pass

    async def says(self, *texts: str) -> None:
        """Publish each text to the channel that is its first letter."""
        for text in texts:
            await self._direct.publish(text[0], text)

    async def hears(self, count: int) -> list[str]:
        """The next so many messages, and a moment later no further one."""
        found: list[str] = []
        while len(found) < count:
            message = await self._next(SOON)
            assert message is not None, f"only {found} came"
            found.append(message["data"].decode())
        assert await self._next(QUIET) is None
        return found

    async def _next(self, within: float) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self._pubsub.get_message(timeout=within)
        return found


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
async def bob(redis_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Listener]:
    port = int(redis_url.rpartition(":")[2].partition("/")[0])
    async with (
        RedisProxy(port) as proxy,
        redis.Redis.from_url(redis_url) as direct,
        redis.Redis.from_url(proxy.url, protocol=request.param) as through,
    ):
        listener = Listener(proxy, direct, through)
        async with listener._pubsub:
            await listener.subscribe()
            yield listener


def on(channel: str) -> Any:
    def chosen(message: PubSubMessage) -> bool:
        return message.channel == channel

    return chosen


async def test_it_passes_messages_and_replies_on(bob: Listener) -> None:
    await bob.says("a1", "b1", "a2")
    assert await bob.hears(3) == ["a1", "b1", "a2"]
    large = random.Random(1).randbytes(300_000)  # noqa: S311
    await bob.through.set("key", large)
    assert await bob.through.get("key") == large
    assert (bob.proxy.messages, sum(bob.proxy.counts.values())) == (3, 0)


async def test_it_drops_a_message(bob: Listener) -> None:
    fault = bob.proxy.drop(on("a"), times=1)
    await bob.says("b1", "a1", "a2")
    assert await bob.hears(2) == ["b1", "a2"]
    assert (fault.seen, bob.proxy.counts["drop"]) == (1, 1)


async def test_it_delivers_a_message_twice(bob: Listener) -> None:
    fault = bob.proxy.double(on("a"), times=1)
    await bob.says("a1", "a2")
    assert await bob.hears(3) == ["a1", "a1", "a2"]
    assert fault.seen == 1


async def test_it_replays_a_message_later(bob: Listener) -> None:
    fault = bob.proxy.double(on("a"), after=0.3, times=1)
    await bob.says("a1", "a2", "b1")
    assert await bob.hears(4) == ["a1", "a2", "b1", "a1"]
    assert fault.seen == 1


async def test_it_swaps_neighbours_of_one_channel(bob: Listener) -> None:
    fault = bob.proxy.swap(on("a"), times=1)
    await bob.says("a1", "b1", "a2", "a3")
    assert await bob.hears(4) == ["b1", "a2", "a1", "a3"]
    assert fault.seen == 1


async def test_a_message_that_has_no_neighbour_is_not_swapped(bob: Listener) -> None:
    fault = bob.proxy.swap(on("a"), within=0.2, times=1)
    await bob.says("a1", "b1")
    assert await bob.hears(2) == ["b1", "a1"]
    assert fault.seen == 0
    await bob.says("a2", "a3")
    assert await bob.hears(2) == ["a3", "a2"]
    assert fault.seen == 1


async def test_it_holds_a_message_while_others_overtake_it(bob: Listener) -> None:
    fault = bob.proxy.hold(on("a"), seconds=0.4, times=1)
    await bob.says("a1", "a2", "b1")
    assert await bob.hears(3) == ["a2", "b1", "a1"]
    assert (fault.seen, fault.overtaken) == (1, 1)


async def test_held_messages_arrive_in_order_when_the_fault_ends(bob: Listener) -> None:
    fault = bob.proxy.hold()
    await bob.says("a1", "b1", "a2")
    await fault.happened(3, within=SOON)
    assert await bob.hears(0) == []
    assert await bob.through.ping(), "replies go on"
    fault.end()
    await bob.says("a3")
    assert await bob.hears(4) == ["a1", "b1", "a2", "a3"]
    assert (fault.seen, fault.overtaken) == (3, 0)


async def test_the_direction_to_the_client_can_be_stalled_alone(bob: Listener) -> None:
    held = bob.proxy.hold(on("b"), seconds=0.1, times=1)
    await bob.says("b1")
    await held.happened(within=SOON)
    bob.proxy.swallow(up=False)
    await bob.says("a1", "a2")
    assert await bob.hears(0) == []
    bob.proxy.swallow(False)
    assert sorted(await bob.hears(3)) == ["a1", "a2", "b1"]
    assert bob.proxy.faults == 1


async def test_the_direction_to_redis_can_be_stalled_alone(bob: Listener) -> None:
    bob.proxy.swallow(down=False)
    said: asyncio.Future[int] = asyncio.ensure_future(bob.through.publish("a", "a1"))
    await bob.says("b1")
    assert await bob.hears(1) == ["b1"]
    assert not said.done()
    bob.proxy.swallow(False)
    assert await bob.hears(1) == ["a1"]
    assert await said == 1


async def test_held_messages_of_a_broken_connection_are_lost(bob: Listener) -> None:
    fault = bob.proxy.hold(on("a"), seconds=0.3)
    await bob.says("a1")
    await fault.happened(within=SOON)
    bob.proxy.reset()
    await asyncio.sleep(0.4)
    assert fault.held == []


async def test_many_random_faults_at_once_lose_only_what_is_dropped(bob: Listener) -> None:
    chance = random.Random(1)  # noqa: S311
    proxy = bob.proxy
    dropped = proxy.drop(lambda _: chance.random() < 0.2)
    doubled = proxy.double(lambda _: chance.random() < 0.2, after=0.05)
    proxy.swap(lambda _: chance.random() < 0.2, within=0.1)
    proxy.hold(lambda _: chance.random() < 0.2, seconds=0.1)
    said = [f"{chance.choice('ab')}{number}" for number in range(300)]
    await bob.says(*said)
    await asyncio.sleep(0.3)
    heard = await bob.hears(len(said) - dropped.seen + doubled.seen)
    assert all(proxy.counts[kind] for kind in ("drop", "double", "swap", "hold")), proxy.counts
    assert len(set(heard)) == len(said) - dropped.seen
    proxy.end_all()
    await bob.says("a1", "b1")
    assert await bob.hears(2) == ["a1", "b1"]
