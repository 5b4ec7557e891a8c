"""One open socket: who it belongs to, which rooms it receives, and its send buffer. Nothing here waits for the peer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hubbub.models import Member
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.objects import Role
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.pipes import Pipe
from hubbub.realtime.delivery.send_buffer import SendBuffer
from hubbub.realtime.delivery.slow_readers import close_slow
from hubbub.realtime.delivery.socket_protocols import SocketProtocol
from hubbub.realtime.delivery.versions import Versions

if TYPE_CHECKING:
    from hubbub.realtime.logins.sign_in import Login


class Connection:
    """A tab, a phone, a script. `rooms` are the rooms whose feeds it is attached to."""

    __slots__ = (
        "_send_buffer",
        "checked_version",
        "closing",
        "ended",
        "heads_due",
        "held",
        "known",
        "last_received",
        "live",
        "login",
        "member",
        "pipe",
        "presence",
        "protocol",
        "receives_events",
        "rooms",
        "stalled_since",
        "waiting",
    )

    def __init__(self, login: Login, protocol: SocketProtocol, loop: asyncio.AbstractEventLoop) -> None:
        self.login = login
        self.member: Member = login.member
        self.checked_version = login.member.version
        """The member's version when this login was checked. A notice that ended older logins does not close it."""
        self.known: Versions | None = None
        """Which private changes of the member this connection has; None until its first snapshot is read."""
        self.protocol = protocol
        self.receives_events = protocol.receives_events
        self.rooms: set[int] = set()
        self.pipe: Pipe | None = None
        self.live = False
        """Whether it has its snapshot and receives events."""
        self.held = 0
        """How many snapshots are being read. While there is one, events wait."""
        self.waiting = 0
        """Commands that have no answer yet."""
        self.presence = "active"
        self.last_received = loop.time()
        self.heads_due = False
        """Whether the next heartbeat must list the heads of its rooms: frames waited since the last one."""
        self.closing: tuple[int, str] | None = None
        self.ended: asyncio.Future[None] = loop.create_future()
        self._send_buffer: SendBuffer | None = None
        self.stalled_since: float | None = None
        """Since when the send buffer has made no progress (`slow_readers`)."""

    def set_member(self, member: Member) -> None:
        """Replace the member's row by one that was just read. Frees the row of the handshake, which has its account."""
        self.member = member
        self.login = replace(self.login, member=member)

    def push(self, events: EncodedEvents) -> None:
        """Write events now if the transport takes them, otherwise buffer them."""
        pipe = self.pipe
        if (
            pipe is not None
            and pipe.ready
            and self._send_buffer is None
            and not self.held
            and self.closing is None
        ):
            pipe.write(events)
        elif events.texts:
            self._buffer(events)

    def answer(self, text: bytes) -> None:
        """Send a reply to this connection only. It overtakes events that are held back for a snapshot."""
        events = EncodedEvents([text])
        if not self.held or self.closing is not None:
            self.push(events)
        elif self.pipe is not None and self.pipe.ready:
            self.pipe.write(events)
        else:
            self._buffer(events, first=True)

    def hold(self) -> None:
        """Buffer events until `release`: they must come after a snapshot that is being read."""
        self.held += 1

    def release(self) -> None:
        self.held -= 1
        self.flush()

    def forget_held(self, room: int) -> None:
        """Drop held events of a room that the member has lost: they may be from after the loss."""
        if self.held and self._send_buffer is not None:
            self._send_buffer.forget(room)

    def flush(self) -> None:
        """Write buffered events for as long as the transport takes them."""
        while self._send_buffer is not None and self.pipe is not None and self.pipe.ready and not self.held:
            events = self._send_buffer.take()
            self.stalled_since = None
            if events is None:
                self._send_buffer = None
            else:
                self.pipe.write(events)

    def close(self, code: Close | int, reason: str = "") -> None:
        """End this connection; the socket's coroutine sends the close frame. Only the first reason counts."""
        if self.closing is None:
            self.closing = (code, reason)
            self._send_buffer = None
            self.end()

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def wants_events(self) -> bool:
        """Whether to push events to it: it has its snapshot, or one is being read and the events wait for it."""
        return self.live or self.held > 0

    @property
    def is_guest(self) -> bool:
        return self.member.role == Role.GUEST

    @property
    def is_full(self) -> bool:
        """Whether to take no more commands: too many have no answer yet, or answers that the client has not read."""
        unread = self._send_buffer.answers if self._send_buffer is not None else 0
        return self.waiting + unread >= limits.WAITING_COMMANDS

    def is_silent(self, now: float) -> bool:
        """Whether nothing came for SILENCE_SECONDS although the socket was being read."""
        return now - self.last_received > limits.SILENCE_SECONDS and not self.is_full

    @property
    def has_backlog(self) -> bool:
        """Whether events wait here."""
        return self._send_buffer is not None

    @property
    def backlog(self) -> int:
        """Bytes that wait here."""
        return self._send_buffer.bytes if self._send_buffer is not None else 0

    def _buffer(self, events: EncodedEvents, *, first: bool = False) -> None:
        if self.closing is not None:
            return
        if self._send_buffer is None:
            self._send_buffer = SendBuffer()
        self.heads_due = self.heads_due or events.room is not None
        if not self._send_buffer.add(events, first=first):
            close_slow(self)
