"""Coalesces typing events: one per room and tick, however many members type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from hubbub.protocol.events import Typing
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.feed import Feed

TICK_SECONDS = 0.3
"""Between two events of one room from one process."""


class TypingEvents:
    """`started` may be called a thousand times a second; each room gets about three events in that time."""

    def __init__(self, feeds: Mapping[int, Feed], gossip: Callable[[str, object], None]) -> None:
        self._feeds, self._gossip = feeds, gossip
        self._typing: dict[int, set[int]] = {}

    def started(self, room: int, member: int) -> None:
        self._typing.setdefault(room, set()).add(member)

    def receive(self, typing: Mapping[str, list[int]]) -> None:
        """Typing in another process."""
        for room, members in typing.items():
            self._send(int(room), members)

    async def run_forever(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self._typing:
                typing, self._typing = self._typing, {}
                for room, members in typing.items():
                    self._send(room, sorted(members))
                self._gossip("typing", {str(room): sorted(members) for room, members in typing.items()})

    def _send(self, room: int, members: list[int]) -> None:
        if feed := self._feeds.get(room):
            event = Typing(room=room, members=members)
            feed.audience.send_event(EncodedEvents([event.encode()], room=room, ephemeral=True))
