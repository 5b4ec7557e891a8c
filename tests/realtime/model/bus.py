"""The bus between processes: it may delay, lose, repeat and reorder messages, and go down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hubbub.publish import EVERYONE, Batch
from hubbub.realtime.bus.envelopes import PREFIX, batch_of, messages_of

Message = dict[str, Any]


class Bus:
    """Which process is subscribed to which group, and the messages on their way to each."""

    def __init__(self) -> None:
        self.up = True
        self.lines: dict[str, Line] = {}

    def send(self, group: str, message: Message) -> None:
        for line in self.lines.values():
            if group in line.groups and line.node != message["node"]:
                line.coming.append(message)


class Line:
    """One process's connection to the bus: its calls, in order, and the messages for it. Replaces `Relay`."""

    is_alone = False

    def __init__(self, bus: Bus, node: str, loop: asyncio.AbstractEventLoop) -> None:
        self.bus, self.node, self._loop = bus, node, loop
        self.receive: Callable[[Batch], None]
        self.on_possible_loss: Callable[[], None] = lambda: None
        self.groups: set[str] = set()
        self.coming: list[Message] = []
        self.asked: list[Callable[[], None] | asyncio.Future[None]] = []
        """Calls that are not made yet; a future marks a position in this order."""
        self._topics: dict[str, None] = {}
        bus.lines[node] = self
        self.subscribe(EVERYONE, True)

    @property
    def is_up(self) -> bool:
        return self.bus.up

    def carries(self, topic: str) -> bool:
        return self.bus.up

    def publish(self, batch: Batch) -> None:
        for group, message in messages_of(batch, self.node):
            self.asked.append(lambda group=group, message=message: self.bus.send(group, message))

    def send_gossip(self, kind: str, content: Any) -> None:
        """Presence is not part of the model."""

    def subscribe(self, topic: str, wanted: bool) -> None:
        if wanted:
            self._topics[topic] = None
        else:
            self._topics.pop(topic, None)
        change = self.groups.add if wanted else self.groups.discard
        self.asked.append(lambda: change(PREFIX + topic))

    async def settled(self) -> None:
        if self.bus.up:
            done = self._loop.create_future()
            self.asked.append(done)
            await done

    def talk(self) -> None:
        """Make the next call. While the bus is down it fails, and is dropped."""
        act = self.asked.pop(0)
        if not callable(act):
            if not act.done():
                act.set_result(None)
        elif self.bus.up:
            act()

    def hear(self, place: int, *, again: bool = False) -> None:
        """A message arrives. `again`: it will arrive once more."""
        message = self.coming[place] if again else self.coming.pop(place)
        self._loop.call_soon(lambda: self.receive(batch_of(message)))

    def lose(self, place: int) -> None:
        del self.coming[place]

    def goes_down(self) -> None:
        self.groups.clear()
        self._loop.call_soon(self.on_possible_loss)

    def comes_back(self) -> None:
        for topic in list(self._topics):
            self.subscribe(topic, True)
        self._loop.call_soon(self.on_possible_loss)
