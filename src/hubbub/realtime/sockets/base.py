"""The base of both kinds of socket: sign-in, accepting, receiving messages, backpressure, and the close frame."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from hubbub.errors import Unavailable
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.pipes import Push, PushPipe, SendPipe
from hubbub.realtime.delivery.socket_protocols import SocketProtocol
from hubbub.realtime.logins.sign_in import SUBPROTOCOL, origin_allowed
from hubbub.realtime.runtime import runtime
from hubbub.realtime.sockets import handshake
from hubbub.realtime.sockets.asgi_reader import AsgiReader
from hubbub.realtime.sockets.flood_guard import FloodGuard

log = logging.getLogger("hubbub")

NOT_UTF8 = 1007
"""RFC 6455's code for text that is not UTF-8. Messages reach us undecoded, so we send it ourselves."""

CLOSE_SECONDS = 2.0
"""How long sending the close frame may take before the transport is aborted, for clients that do not read."""


class SocketBase:
    """One socket. Subclasses say what a message means (`understand`) and which protocol they speak."""

    protocol: SocketProtocol

    def __init__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.runtime = runtime()
        self.connection: Connection
        self._incoming: FloodGuard
        self._push: Push | None = (scope.get("extensions") or {}).get("hubbub.push")
        self._reader: AsgiReader | None = None
        self._paused = False
        """Whether reading is paused because too many commands have no answer."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Run from the handshake to the close frame."""
        await self._receive()
        if not origin_allowed(self.scope):
            await self._send({"type": "websocket.close", "code": 1008})  # before accepting: HTTP 403
            return
        login = await handshake.sign_in(self.runtime, self.scope, self._send)
        if login is None:
            return
        self.connection = Connection(login, self.protocol, self.runtime.loop)
        budget = self.runtime.rates.incoming_budget(login.member.pk)
        self._incoming = FloodGuard(self.connection, budget, self.runtime.loop, self._resume_reading)
        try:
            await self._accept()
            await self._serve_until_ended()
        finally:
            self.runtime.rates.unseat(login.member.pk)
            self.runtime.hub.drop(self.connection)
            self.runtime.presence.changed(self.connection.member.pk)
            for task in self._tasks:
                task.cancel()
        await self._send_close()
        self._incoming.end()

    async def prepare(self) -> None:
        """Do what takes time before the socket is accepted: a client that sees it open must miss nothing after that."""

    def opened(self) -> None:
        """The socket is accepted, and the hub has the connection."""

    def understand(self, data: bytes) -> None:
        """Handle a message from the client."""
        raise NotImplementedError

    def start_waiting(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes time, counted as a command without an answer."""
        self.connection.waiting += 1
        task = self.runtime.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def done_waiting(self) -> None:
        """A command has its answer: there is room for another."""
        self.connection.waiting -= 1
        self._resume_if_room()

    # The extension `hubbub.push` calls these (see pipes.Receiver).

    def may_take(self) -> int:
        room = self._incoming.room()
        if not room and self._push:
            self._push.pause_reading()
        return room

    def took(self, frames: int, size: int) -> None:
        self._incoming.took(frames, size)

    def received(self, data: bytes) -> None:
        if self.connection.closing is None:
            self.connection.last_received = self.runtime.loop.time()
            self.understand(data)
            if self.connection.is_full:
                self._paused = True
                if self._push:
                    self._push.pause_reading()

    def writable(self, yes: bool) -> None:
        pipe = self.connection.pipe
        if pipe is not None:
            pipe.ready = yes
            if yes:
                self._flush()

    def lost(self) -> None:
        if self.connection.pipe is not None:
            # The hub writes to this connection until it is dropped. uvloop raises on a closed transport, and the
            # connections after this one would receive nothing.
            self.connection.pipe.ready = False
        self.connection.end()

    async def _accept(self) -> None:
        offered = self.scope.get("subprotocols", ())
        accept: dict[str, Any] = {"type": "websocket.accept"}
        if SUBPROTOCOL in offered:
            accept["subprotocol"] = SUBPROTOCOL
        try:
            await self.prepare()
        except Exception as error:
            log.warning("A socket could not be opened: %s", error)
            self.connection.close(Close.GOING_AWAY, f"retry_after={Unavailable.retry_after}")
        await self._send(accept)
        push = self._push
        self.connection.pipe = PushPipe(push) if push else SendPipe(self._send, self._flush)
        self.runtime.hub.connections.add(self.connection)
        self.runtime.presence.changed(self.connection.member.pk)
        if self.connection.closing is None:
            self.opened()
        if push:
            push.take_over(self)
            self.scope.clear()  # only the handshake needed it; ten thousand scopes are a lot of memory

    async def _serve_until_ended(self) -> None:
        if self.runtime.draining is not None:
            self.connection.close(Close.GOING_AWAY, f"retry_after={self.runtime.draining:.2f}")
        if self._push:
            await self.connection.ended
            return
        self._reader = AsgiReader(self._receive, self._incoming, self.received, lambda: self._paused)
        reading = asyncio.ensure_future(self._reader.run())
        try:
            await asyncio.wait([reading, self.connection.ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()

    def _flush(self) -> None:
        self.connection.flush()
        self._resume_if_room()

    def _resume_if_room(self) -> None:
        """Take commands again, if they had to wait and there is room now."""
        if self._paused and not self.connection.is_full:
            self._paused = False
            self.connection.last_received = self.runtime.loop.time()
            if self._push:
                self._resume_reading()
            elif self._reader:
                self._reader.resume()

    def _resume_reading(self) -> None:
        if self._push and not self._paused and not self._incoming.stopped:
            self._push.resume_reading()

    async def _send_close(self) -> None:
        pipe, closing = self.connection.pipe, self.connection.closing
        if closing is None or pipe is None:
            return
        code, reason = closing
        if self._incoming.flooded and not self._push and self.scope.get("extensions"):
            # uvicorn and hypercorn would read on until the client's close frame comes, and parse all of it. They hang
            # up when the application ends. Daphne, which offers no extensions, does so only after a close frame.
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if isinstance(pipe, SendPipe):
                    await pipe.settled()
                await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        except Exception:
            pipe.abort()
        else:
            if self._push:
                self._push.resume_reading()  # the client's close frame may come after data that was not read

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.done_waiting()
        if not task.cancelled() and (error := task.exception()):
            log.error("A command failed outside its handler", exc_info=error)
            self.connection.close(Close.LOST_CONTINUITY, "Something went wrong here.")


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
