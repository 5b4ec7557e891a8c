"""Nodes that each reach Redis through a proxy of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.faults.cluster import Cluster
from tests.faults.redis_proxy import RedisProxy


@asynccontextmanager
async def behind_redis_proxies(place: Cluster, count: int = 3) -> AsyncIterator[list[RedisProxy]]:
    """As long as this lasts, `place.nodes` are other nodes; node i reaches Redis through proxy i."""
    usual = place.nodes
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(RedisProxy(place.redis.port)) for _ in range(count)]
        nodes = [place.node(REDIS_URL=proxy.url) for proxy in proxies]
        for node in nodes:
            stack.callback(node.end)
            node.start()
        await asyncio.gather(*(node.ready() for node in nodes))
        place.nodes = nodes
        try:
            yield proxies
        finally:
            place.nodes = usual
