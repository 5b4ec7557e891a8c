"""One open socket: who it is, what it hears, and a bounded outbox. Nothing here ever waits for the peer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hubbub.models import Member
from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from hubbub.protocol.objects import Role
from hubbub.realtime.delivery.encoded_events import Dialect, EncodedEvents
from hubbub.realtime.delivery.pipes import Pipe
from hubbub.realtime.delivery.send_buffer import SendBuffer
from hubbub.realtime.delivery.versions import Versions

if TYPE_CHECKING:
    from hubbub.realtime.logins.sign_in import Login


class Connection:
    """A tab, a phone, a script. `dialect` says how it likes room frames; `rooms` are the feeds it hears."""

    __slots__ = (
        "_outbox",
        "_stalled_since",
        "closing",
        "dialect",
        "ended",
        "held",
        "known",
        "last_heard",
        "live",
        "login",
        "member",
        "moved",
        "pipe",
        "rooms",
        "since",
        "state",
        "waiting",
    )

    def __init__(self, login: Login, dialect: Dialect, loop: asyncio.AbstractEventLoop) -> None:
        self.login = login
        self.member: Member = login.member
        self.since = login.member.version
        """The member's version when this login was checked: what ended logins before that spares it."""
        self.known: Versions | None = None
        """What it was told of what only the member knows; None until its first snapshot is read."""
        self.dialect = dialect
        self.rooms: set[int] = set()
        self.pipe: Pipe | None = None
        self.live = False
        """Whether it has its snapshot and hears events."""
        self.held = 0
        """Snapshots that are being read, while events wait."""
        self.waiting = 0
        """Commands that have no answer yet."""
        self.state = "active"
        self.last_heard = loop.time()
        self.moved = False
        """Whether a room of its moved since its last heartbeat while it was slow."""
        self.closing: tuple[int, str] | None = None
        self.ended: asyncio.Future[None] = loop.create_future()
        self._outbox: SendBuffer | None = None
        self._stalled_since: float | None = None

    def becomes(self, member: Member) -> None:
        """The member as just read; the row of the handshake, with its account, is let go."""
        self.member = member
        self.login = replace(self.login, member=member)

    def push(self, parcel: EncodedEvents) -> None:
        """Deliver now if the way is free, later if it is not. A slow reader fills its own outbox only."""
        pipe = self.pipe
        if (
            pipe is not None
            and pipe.ready
            and self._outbox is None
            and not self.held
            and self.closing is None
        ):
            pipe.write(parcel)
        elif parcel.texts:
            self._keep(parcel)

    def answer(self, text: bytes) -> None:
        """A reply to this connection alone. It goes ahead of events that are held back for a snapshot."""
        parcel = EncodedEvents([text])
        if not self.held or self.closing is not None:
            self.push(parcel)
        elif self.pipe is not None and self.pipe.ready:
            self.pipe.write(parcel)
        else:
            self._keep(parcel, first=True)

    def hold(self) -> None:
        """Keep events back until `release`: a snapshot is being read, and they come after it."""
        self.held += 1

    def release(self) -> None:
        self.held -= 1
        self.drain()

    def forget_held(self, room: int) -> None:
        """Of a room that the member has lost, nothing that is held back leaves: it may be from after the loss."""
        if self.held and self._outbox is not None:
            self._outbox.forget(room)

    def drain(self) -> None:
        """The way is free again: send what waits, for as long as it stays free."""
        while self._outbox is not None and self.pipe is not None and self.pipe.ready and not self.held:
            parcel = self._outbox.take()
            if parcel is None:
                self._outbox = None
                self._stalled_since = None
            else:
                self._stalled_since = None
                self.pipe.write(parcel)

    def close(self, code: Close | int, reason: str = "") -> None:
        """End this connection; the socket's coroutine says goodbye. Only the first reason counts."""
        if self.closing is None:
            self.closing = (code, reason)
            self._outbox = None
            self.end()

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def hears(self) -> bool:
        """Whether events concern it: it has its snapshot, or that is being read and they wait to come after it."""
        return self.live or self.held > 0

    @property
    def is_guest(self) -> bool:
        return self.member.role == Role.GUEST

    @property
    def is_full(self) -> bool:
        """Whether no more commands are taken: too many have no answer yet, or answers that nobody reads."""
        unread = self._outbox.answers if self._outbox is not None else 0
        return self.waiting + unread >= limits.WAITING_COMMANDS

    def is_silent(self, now: float) -> bool:
        """Whether nothing was heard for SILENCE_SECONDS although we listened."""
        return now - self.last_heard > limits.SILENCE_SECONDS and not self.is_full

    def is_stalled(self, now: float) -> bool:
        """Whether something has been waiting for STALLED_SECONDS without any progress."""
        if self._outbox is None or self.held:
            return False
        if self._stalled_since is None:
            self._stalled_since = now
        return now - self._stalled_since >= limits.STALLED_SECONDS

    @property
    def backlog(self) -> int:
        """Bytes that wait here."""
        return self._outbox.bytes if self._outbox is not None else 0

    def _keep(self, parcel: EncodedEvents, *, first: bool = False) -> None:
        if self.closing is not None:
            return
        if self._outbox is None:
            self._outbox = SendBuffer()
        self.moved = self.moved or parcel.room is not None
        if not self._outbox.add(parcel, first=first):
            self.close(Close.SLOW, "You read too slowly.")
