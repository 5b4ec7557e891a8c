"""The socket `/ws/`: commands in, replies and events out. A plain ASGI application, not a consumer (decision 0002)."""

from __future__ import annotations

from typing import Any, Literal

from hubbub.dispatch import Job, reads, run_read
from hubbub.errors import HubbubError, Invalid
from hubbub.handlers import SOCKET_HANDLERS
from hubbub.protocol import codec
from hubbub.protocol.closing import Close
from hubbub.protocol.commands import Resume, TakeSnapshot
from hubbub.protocol.events import Hello
from hubbub.protocol.limits import HEARTBEAT_SECONDS
from hubbub.protocol.replies import Done
from hubbub.protocol.wire import Command
from hubbub.realtime.delivery.encoded_events import EncodedEvents
from hubbub.realtime.delivery.socket_protocols import EVENT_PROTOCOL
from hubbub.realtime.sockets.base import NOT_UTF8, SocketBase, is_utf8
from hubbub.realtime.sockets.subscribe import subscribe

SUBSCRIBING = {TakeSnapshot, Resume}
"""Reads that also subscribe the connection to its rooms."""


class MemberSocket(SocketBase):
    """One socket of the protocol, from `hello` to the close frame."""

    protocol = EVENT_PROTOCOL

    async def prepare(self) -> None:
        self._epoch = await self.runtime.catch_up.epoch() or ""

    def opened(self) -> None:
        hello = Hello(
            epoch=self._epoch,
            member=self.connection.member.pk,
            heartbeat=HEARTBEAT_SECONDS,
            degraded=self.runtime.monitor.degraded,
        )
        self.connection.push(EncodedEvents([hello.encode()]))

    def understand(self, data: bytes) -> None:
        try:
            command = codec.decode(data)
        except codec.NotTheProtocol as error:
            self.connection.close(Close.PROTOCOL_ERROR if is_utf8(data) else NOT_UTF8, str(error)[:120])
            return
        except HubbubError as refusal:
            self.connection.answer(codec.error(refusal.request, refusal))
            return
        try:
            self.runtime.rates.check(self.connection.member.pk, command)
            self._run(command)
        except HubbubError as refusal:
            self._refuse(command, refusal)

    def _run(self, command: Command) -> None:
        kind = type(command)
        if on_socket := SOCKET_HANDLERS.get(kind):
            on_socket(self, command)
            self._done(command)
        elif kind in SUBSCRIBING:
            self.start_waiting(self._subscribe(command))
        elif reads(command):
            self.start_waiting(self._read(command))
        else:
            self.connection.waiting += 1
            job = Job(self.connection.member, command, quiet=command.id is None)
            self.runtime.writer.submit(job, self._written)

    def set_presence(self, state: Literal["active", "away"]) -> None:
        self.connection.presence = state
        self.runtime.presence.changed(self.connection.member.pk)

    def start_typing(self, room: int) -> None:
        if room not in self.connection.rooms:
            raise Invalid("You can type only in a room that you are in.")
        self.runtime.typing.started(room, self.connection.member.pk)

    async def _subscribe(self, command: Command) -> None:
        job = Job(self.connection.member, command)
        try:
            await subscribe(self.runtime, self.connection, job)
            self._answer(job)
        finally:
            self.connection.release()

    async def _read(self, command: Command) -> None:
        job = Job(self.connection.member, command)
        try:
            await self.runtime.readers.run(run_read, job)
        except HubbubError as refusal:  # the query never ran: the database does not answer
            self._refuse(command, refusal)
        else:
            self._answer(job)

    def _written(self, job: Job) -> None:
        self._answer(job)
        self.done_waiting()

    def _answer(self, job: Job) -> None:
        if job.refusal is not None:
            self._refuse(job.command, job.refusal)
        elif job.command.id is not None and job.answer is not None:
            self.connection.answer(codec.reply(job.command.id, job.answer))

    def _done(self, command: Command) -> None:
        if command.id is not None:
            self.connection.answer(codec.reply(command.id, Done()))

    def _refuse(self, command: Command, refusal: HubbubError) -> None:
        self.connection.answer(codec.error(command.id, refusal))


async def socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application."""
    await MemberSocket(scope, receive, send).serve()
