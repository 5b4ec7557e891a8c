"""A socket without a network: the ASGI application of `/ws/`, driven in the test's own event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import connections

from hubbub.realtime.sockets.member_socket import socket
from hubbub.realtime.sockets.room_socket import room_socket

T = TypeVar("T")
TIMEOUT_SECONDS = 10.0


class Wire:
    """One socket; `sends` in, `frames` and `close` out. `reads = False`: the client takes nothing."""

    def __init__(self, secret: str, *, room: str | None = None, push: Any = None) -> None:
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "headers": [(b"host", b"testserver"), (b"authorization", f"Bearer {secret}".encode())],
            "subprotocols": [],
            "user": AnonymousUser(),
            "extensions": {"hubbub.push": push} if push else {},
            "url_route": {"kwargs": {"room": room}},
        }
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.frames: list[dict[str, Any]] = []
        self.close: tuple[int, str] | None = None
        self.news = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()
        self.inbox.put_nowait({"type": "websocket.connect"})
        application = socket if room is None else room_socket
        self.task = asyncio.create_task(application(self.scope, self.inbox.get, self._take))
        self._last_id = 0

    def sends(self, kind: str, **fields: Any) -> int:
        self._last_id += 1
        text = json.dumps({"id": self._last_id, "type": kind, **fields})
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})
        return self._last_id

    async def asks(self, kind: str, **fields: Any) -> Any:
        """Send a command and wait; `ok`, or the error as it is."""
        request = self.sends(kind, **fields)
        reply = await self.hears(lambda frame: frame.get("re") == request)
        return reply.get("ok", reply.get("error"))

    async def hears(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first frame that fits, once it has come."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                for frame in self.frames:
                    if fits(frame):
                        return frame
                self.news.clear()
                await self.news.wait()

    async def hears_event(self, kind: str) -> dict[str, Any]:
        return await self.hears(lambda frame: frame.get("type") == kind)

    async def is_closed(self) -> int:
        """The code with which the server ends it."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await self.task
        assert self.close is not None
        return self.close[0]

    async def leaves(self) -> None:
        self.reads.set()
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await asyncio.wait([self.task])

    async def _take(self, message: dict[str, Any]) -> None:
        await self.reads.wait()
        if message["type"] == "websocket.send":
            self.frames.append(json.loads(message["text"]))
        elif message["type"] == "websocket.close":
            self.close = (message.get("code", 1000), message.get("reason", ""))
        self.news.set()


async def in_thread(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run synchronous Django code in a thread, like a view, and close its database connection."""

    def run() -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


Dial = Callable[..., Wire]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what has no event."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not holds():
            await asyncio.sleep(0.01)
