"""Who is typing where: gathered for a moment, told once for each room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from hubbub.protocol.events import Typing
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.feed import Feed

TICK_SECONDS = 0.3


class TypingBoard:
    """`started` may be called a thousand times a second; each room hears at most three events in that time."""

    def __init__(self, feeds: Mapping[int, Feed], gossip: Callable[[str, object], None]) -> None:
        self._feeds, self._gossip = feeds, gossip
        self._typing: dict[int, set[int]] = {}

    def started(self, room: int, member: int) -> None:
        self._typing.setdefault(room, set()).add(member)

    def hear(self, typing: Mapping[str, list[int]]) -> None:
        """What another process gathered."""
        for room, members in typing.items():
            self._tell(int(room), members)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self._typing:
                typing, self._typing = self._typing, {}
                for room, members in typing.items():
                    self._tell(room, sorted(members))
                self._gossip("typing", {str(room): sorted(members) for room, members in typing.items()})

    def _tell(self, room: int, members: list[int]) -> None:
        if feed := self._feeds.get(room):
            event = Typing(room=room, members=members)
            feed.audience.notice(EncodedEvents([event.encode()], room=room, ephemeral=True))
