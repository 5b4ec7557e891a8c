"""A member at one device for the churn: sends requests, receives events, and knows where to resume."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ANSWER_SECONDS = 60.0
LOST = "lost"
"""The connection ended before the answer."""


class Refused(Exception):
    """The server's `no`; the text is its code."""


class Person:
    """`rooms` maps each room to the last seq received there; `memory` outlives the connection."""

    def __init__(self, line: ClientConnection, memory: dict[str, Any]) -> None:
        self.line, self.memory = line, memory
        self.heard = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0

    @property
    def rooms(self) -> dict[int, int]:
        rooms: dict[int, int] = self.memory["rooms"]
        return rooms

    async def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        self._count += 1
        answer = self._waiting[self._count] = asyncio.get_running_loop().create_future()
        await self.line.send(json.dumps({"id": self._count, "type": kind, **fields}))
        document = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if "error" in document:
            raise Refused(document["error"]["code"])
        ok: dict[str, Any] = document["ok"]
        return ok

    async def come_in(self) -> None:
        """Resume, if this device was here before; else from the beginning."""
        if self.memory:
            rooms = {str(room): seq for room, seq in self.rooms.items()}
            known = {key: self.memory[key] for key in ("epoch", "directory")}
            state = await self.ask("resume", rooms=rooms, **known)
        else:
            state = await self.ask("snapshot")
        self.memory.update(
            epoch=state["epoch"],
            directory=state["directory"],
            rooms={room["id"]: room["seq"] for room in state["rooms"]},
        )

    async def listen(self) -> None:
        """Receive until the connection ends; then fail the pending requests."""
        try:
            async for frame in self.line:
                self.heard += 1
                await self._hear(json.loads(frame))
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result({"error": {"code": LOST}})

    async def _hear(self, document: dict[str, Any]) -> None:
        if answer := self._waiting.pop(document.get("re", -1), None):
            if not answer.done():
                answer.set_result(document)
        elif document["type"] == "message":
            if self.memory:
                self.rooms[document["room"]] = document["seq"]
        elif document["type"] == "heartbeat":
            await self.line.send('{"type":"beat"}')


@contextlib.asynccontextmanager
async def connected(port: int, token: str, memory: dict[str, Any]) -> AsyncIterator[Person]:
    """A connected member that listens until the end of the context."""
    async with connect(
        f"ws://127.0.0.1:{port}/ws/",
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        max_size=None,
        proxy=None,
        ping_interval=None,
        open_timeout=ANSWER_SECONDS,
    ) as line:
        person = Person(line, memory)
        listening = asyncio.create_task(person.listen())
        try:
            await person.come_in()
            yield person
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await listening
