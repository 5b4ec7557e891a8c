"""Faults of the bus towards every node: random messages of chosen kinds are dropped, repeated, swapped or delayed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial

from tests.faults.message_faults import Fault
from tests.faults.redis_proxy import RedisProxy
from tests.faults.resp import PubSubMessage

EVERY_KIND = frozenset({"frames", "notice", "gossip", "beat"})
LATE_SECONDS = (0.05, 0.5, 3.0)
"""How long messages are held back, while later ones pass."""

TRIES, LEARNED_SECONDS = 10, 2.0

Speak = Callable[[int, str], Awaitable[None]]


class FaultyBus:
    """One proxy for each node, in order. A node's own messages, which come back to it without effect, are spared."""

    def __init__(self, proxies: list[RedisProxy], seed: int) -> None:
        self.proxies = proxies
        self._random = random.Random(seed)  # noqa: S311
        self._names: dict[int, str] = {}
        self._begun: list[Fault] = []

    @property
    def faults(self) -> int:
        """How many messages had a fault, and how often connections were stalled."""
        return sum(sum(proxy.counts.values()) + proxy.faults for proxy in self.proxies)

    @property
    def kinds(self) -> set[str]:
        """The kinds of faults that messages had: `drop`, `double`, `swap`, `hold`."""
        return {kind for proxy in self.proxies for kind, count in proxy.counts.items() if count}

    @property
    def messages(self) -> int:
        """How many messages were on their way to the nodes."""
        return sum(proxy.messages for proxy in self.proxies)

    def lie(self, chance: float, kinds: frozenset[str] = EVERY_KIND) -> None:
        """Until `end`, each message of these kinds has a fault with this probability."""
        each = chance / (3 + len(LATE_SECONDS))
        for place, proxy in enumerate(self.proxies):
            chosen = partial(self._chooses, place, kinds, each)
            self._begun += [proxy.drop(chosen), proxy.double(chosen, after=0.2), proxy.swap(chosen)]
            self._begun += [proxy.hold(chosen, seconds=seconds) for seconds in LATE_SECONDS]

    def end(self) -> None:
        """End all faults; held messages arrive now."""
        for fault in self._begun:
            fault.end()
        self._begun.clear()

    async def learn_name(self, place: int, speak: Speak) -> None:
        """Find out the name of a node on the bus. `speak` makes a change at that node, with that text."""
        name: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        text = f"node {place} speaks at {time.monotonic()}"
        spies = [proxy.drop(partial(_note_speaker, text.encode(), name)) for proxy in self.proxies]
        for _ in range(TRIES):  # the bus may have faults already
            await speak(place, text)
            await asyncio.wait([name], timeout=LEARNED_SECONDS)
            if name.done():
                break
        for spy in spies:
            spy.end()
        self._names[place] = name.result()

    def _chooses(self, place: int, kinds: frozenset[str], chance: float, message: PubSubMessage) -> bool:
        is_own = message.kind != "beat" and message.content.get("node") == self._names.get(place)
        return message.kind in kinds and not is_own and self._random.random() < chance


def _note_speaker(text: bytes, name: asyncio.Future[str], message: PubSubMessage) -> bool:
    """Choose no message; note the name of the node that has sent this text."""
    if message.kind == "notice" and not name.done():
        fields = message.content["notice"]
        if any(text in field for field in fields if isinstance(field, bytes)):
            name.set_result(message.content["node"])
    return False
