"""What every kind of socket has in common: handshake, sign-in, limits, taking messages in, saying goodbye."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from hubbub.errors import HubbubError, SignInRequired, Unavailable
from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.connection import Connection
from hubbub.realtime.delivery.encoded_events import Dialect
from hubbub.realtime.delivery.pipes import Push, PushPipe, SendPipe
from hubbub.realtime.logins.sign_in import SUBPROTOCOL, Login, bearer_of, login_from_session, origin_allowed
from hubbub.realtime.runtime import runtime
from hubbub.realtime.sockets import handshake
from hubbub.realtime.sockets.incoming_frames import IncomingFrames

log = logging.getLogger("hubbub")

NOT_UTF8 = 1007
"""RFC 6455's own code for text that is no UTF-8. Whole messages come to us unread, so it is ours to say."""

AHEAD_BYTES = 256 * 1024
"""Taken from a server without `hubbub.push` while a connection's commands wait: it tells of an end only after them."""

GOODBYE_SECONDS = 2.0
"""How long a close frame may take before the transport is cut: a peer that does not read gets no more than that."""


class SocketBase:
    """One socket. Subclasses say what a message means (`understand`) and in which dialect they hear rooms."""

    def dialect(self) -> Dialect:
        """How this kind of socket hears rooms."""
        raise NotImplementedError

    def __init__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.runtime = runtime()
        self.connection: Connection
        self._inflow: IncomingFrames
        self._push: Push | None = (scope.get("extensions") or {}).get("hubbub.push")
        self._full = False
        """Whether commands wait in the network, because of those that are here."""
        self._ahead: deque[bytes] = deque()
        self._room_ahead: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """From handshake to goodbye."""
        await self._receive()
        if not origin_allowed(self.scope):
            await self._send({"type": "websocket.close", "code": 1008})  # before accepting: HTTP 403
            return
        login = await self._sign_in()
        if login is None:
            return
        self.connection = Connection(login, self.dialect(), self.runtime.loop)
        intake = self.runtime.rates.intake(login.member.pk)
        self._inflow = IncomingFrames(self.connection, intake, self.runtime.loop, self._read_again)
        try:
            await self._accept()
            await self._live()
        finally:
            self.runtime.rates.unseat(login.member.pk)
            self.runtime.hub.drop(self.connection)
            self.runtime.presence.changed(self.connection.member.pk)
            for task in self._tasks:
                task.cancel()
        await self._say_goodbye()
        self._inflow.end()

    async def prepare(self) -> None:
        """Before the socket is accepted: whatever takes a while. Who has heard “open” must miss nothing after it."""

    def opened(self) -> None:
        """The socket is accepted and known to the hub."""

    def understand(self, data: bytes) -> None:
        """A message has come."""
        raise NotImplementedError

    def waits(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes a while, as one of the connection's waiting commands."""
        self.connection.waiting += 1
        task = self.runtime.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def done_waiting(self) -> None:
        """A command has its answer: there is room for another."""
        self.connection.waiting -= 1
        self._listen_again()

    # What the `hubbub.push` extension tells (see pipes.Receiver).

    def may_take(self) -> int:
        room = self._inflow.room()
        if not room and self._push:
            self._push.pause_reading()
        return room

    def took(self, frames: int, size: int) -> None:
        self._inflow.took(frames, size)

    def received(self, data: bytes) -> None:
        if self.connection.closing is None:
            self.connection.last_heard = self.runtime.loop.time()
            self.understand(data)
            if self.connection.is_full:
                self._full = True
                if self._push:
                    self._push.pause_reading()

    def writable(self, yes: bool) -> None:
        pipe = self.connection.pipe
        if pipe is not None:
            pipe.ready = yes
            if yes:
                self._drain()

    def lost(self) -> None:
        if self.connection.pipe is not None:
            # The hub writes to this connection until it has left. uvloop raises on a closed transport, and the
            # connections after this one would receive nothing.
            self.connection.pipe.ready = False
        self.connection.end()

    async def _sign_in(self) -> Login | None:
        code, reason = Close.TOO_MANY, ""
        wait = handshake.admit(self.scope)
        if not wait:
            try:
                login = await self._login()
                handshake.signed_in(self.scope)
                if self.runtime.rates.seat(login.member.pk):
                    return login
                wait = 30.0
            except SignInRequired as refusal:
                code, reason = Close.SIGN_IN, refusal.message
            except Unavailable as refusal:
                code, wait = Close.GOING_AWAY, float(refusal.retry_after or 1)
            except HubbubError as refusal:
                code, reason = Close.REVOKED, refusal.message
            except Exception as error:
                log.warning("A sign-in could not be checked: %s", error)
                code, wait = Close.GOING_AWAY, float(Unavailable.retry_after or 1)
        reason = reason or f"retry_after={wait:.2f}"
        # Accepted first, for a browser is told the close code of an open socket only.
        await self._send({"type": "websocket.accept"})
        await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        return None

    async def _login(self) -> Login:
        secret = bearer_of(self.scope)
        if secret is None:
            return await self.runtime.readers.run(login_from_session, self.scope)
        found = await self.runtime.logins.get(secret)
        if not isinstance(found, Login):
            raise found or SignInRequired("This token is not valid (any more).")
        if found.token is not None:
            client = self.scope.get("client")
            self.runtime.pulse.token_uses.note(found.token, client[0] if client else "")
        return found

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
        self.connection.pipe = PushPipe(push) if push else SendPipe(self._send, self._drain)
        self.runtime.hub.add(self.connection)
        self.runtime.presence.changed(self.connection.member.pk)
        if self.connection.closing is None:
            self.opened()
        if push:
            push.take_over(self)
            self.scope.clear()  # only the handshake needed it, and ten thousand of them are a lot of memory

    async def _live(self) -> None:
        if self.runtime.draining is not None:
            self.connection.close(Close.GOING_AWAY, f"retry_after={self.runtime.draining:.2f}")
        if self._push:
            await self.connection.ended
            return
        hearing = asyncio.ensure_future(self._hear())
        try:
            await asyncio.wait([hearing, self.connection.ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            hearing.cancel()

    async def _hear(self) -> None:
        """The portable way in: one ASGI message after the other, so that the last one is heard though others wait.

        What the server has read already comes without a turn of the event loop between two messages.
        """
        self._room_ahead = asyncio.Event()
        room = 0
        while (message := await self._receive())["type"] != "websocket.disconnect":
            text, data = message.get("text"), message.get("bytes")
            self._ahead.append(text.encode("utf-8", "surrogatepass") if text is not None else data or b"")
            self._inflow.took(1, len(self._ahead[-1]))
            self._take_ahead()
            while sum(map(len, self._ahead)) > AHEAD_BYTES:
                self._room_ahead.clear()
                await self._room_ahead.wait()
            room -= 1
            if room <= 0:
                room = await self._next_turn()

    async def _next_turn(self) -> int:
        """Let others have theirs, and wait until there is room. Returns for how many messages."""
        await asyncio.sleep(0)
        while not (room := self._inflow.room()):  # noqa: ASYNC110  it also ends by itself
            await asyncio.sleep(self._inflow.wait)
        return room

    def _take_ahead(self) -> None:
        while self._ahead and not self._full:
            self.received(self._ahead.popleft())
        if self._room_ahead:
            self._room_ahead.set()

    def _drain(self) -> None:
        self.connection.drain()
        self._listen_again()

    def _listen_again(self) -> None:
        """Take commands again, if they had to wait and there is room now."""
        if self._full and not self.connection.is_full:
            self._full = False
            self.connection.last_heard = self.runtime.loop.time()
            if self._push:
                self._read_again()
            else:
                self._take_ahead()

    def _read_again(self) -> None:
        if self._push and not self._full and not self._inflow.stopped:
            self._push.resume_reading()

    async def _say_goodbye(self) -> None:
        pipe, closing = self.connection.pipe, self.connection.closing
        if closing is None or pipe is None:
            return
        code, reason = closing
        if self._inflow.flooded and not self._push and self.scope.get("extensions"):
            # uvicorn and hypercorn would read on until the peer's close frame comes, and parse all of it. They hang up
            # when the application ends. Daphne, which offers no extensions, does so only after a close frame.
            return
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                if isinstance(pipe, SendPipe):
                    await pipe.settled()
                await self._send({"type": "websocket.close", "code": int(code), "reason": reason})
        except Exception:
            pipe.abort()
        else:
            if self._push:
                self._push.resume_reading()  # the peer's close frame may stand behind what was not read

    def _ended(self, task: asyncio.Task[None]) -> None:
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
