"""A client's outbox: messages are sent in order for each room until each has an outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.faults.history import Said

FINAL = {"invalid", "forbidden", "not_found", "conflict", "sign_in"}
REMEMBERED_SECONDS = 600.0
"""How long an acknowledged message is kept, to be sent again in another epoch (docs/delivery.md, and the client)."""

Settle = Callable[[dict[str, Any]], None]


class Outbox:
    """`request` sends a command and calls back with the reply document, or with `lost` if the line breaks first."""

    def __init__(
        self, request: Callable[[dict[str, Any], Settle], None], is_live: Callable[[], bool]
    ) -> None:
        self.said: list[Said] = []
        self.refusals: list[tuple[float, float, str]] = []
        self._request, self._is_live = request, is_live
        self._waiting: list[Said] = []
        self._under_way: set[int] = set()
        self._sent_at: dict[int, float] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def add(self, message: Said) -> None:
        self.said.append(message)
        self._waiting.append(message)
        self._empty.clear()
        self._send_next(message.room)

    def send(self) -> None:
        """Send what waits, now that the line is there."""
        for room in {message.room for message in self._waiting}:
            self._send_next(room)

    def send_again(self) -> None:
        """The server has another history: send what was acknowledged in the last minutes again, before the rest."""
        latest = time.monotonic() - REMEMBERED_SECONDS
        again = [
            m for m in self.said if m.outcome == "acked" and m.settled > latest and m not in self._waiting
        ]
        self._waiting = again + self._waiting
        if again:
            self._empty.clear()

    def give_up(self) -> None:
        """What has no outcome will not get one."""
        self._waiting.clear()
        self._empty.set()

    async def settled(self) -> None:
        """Wait until everything that was said has an outcome."""
        await self._empty.wait()

    def _send_next(self, room: int) -> None:
        """One at a time in each room: a message that is told to wait must not be overtaken by the next."""
        message = next((m for m in self._waiting if m.room == room), None)
        if message is None or room in self._under_way or not self._is_live():
            return
        self._under_way.add(room)
        self._sent_at[room] = time.monotonic()
        command = {"type": "message.send", "room": room, "message": str(message.id), "text": message.text}
        self._request(command, lambda document: self._answered(message, document))

    def _answered(self, message: Said, document: dict[str, Any]) -> None:
        self._under_way.discard(message.room)
        if "lost" in document:
            return
        was_acked, place = message.outcome == "acked", message.number
        if ok := document.get("ok"):
            message.outcome, message.number = "acked", ok["message"]["number"]
            message.placed_again |= was_acked and (not ok.get("dup") or message.number != place)
        elif document["error"]["code"] not in FINAL:
            delay = document["error"].get("retry_after", 0.5)
            now = time.monotonic()
            self.refusals.append((now, now - self._sent_at.get(message.room, now), document["error"]["code"]))
            asyncio.get_running_loop().call_later(delay, self._send_next, message.room)
            return
        elif not was_acked:  # a repetition that is refused changes nothing
            message.outcome = "failed"
        message.settled = time.monotonic()
        if message in self._waiting:
            self._waiting.remove(message)
        if not self._waiting:
            self._empty.set()
        self._send_next(message.room)
