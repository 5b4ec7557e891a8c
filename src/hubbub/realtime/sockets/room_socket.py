"""The room socket `/ws/chat/<room name>/`: the Channels tutorial's protocol, unchanged, in any Unicode room name.

`{"message": "hi"}` in; `{"message": "hi", "author": …, "number": …}` out, to all in the room. Policy, writer and feed
are the same as for `/ws/`: messages are stored, and browsers receive them too.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hubbub import dispatch
from hubbub.dispatch import Job
from hubbub.errors import Conflict, HubbubError, Invalid, NotFound, RateLimited
from hubbub.models import Member, Membership
from hubbub.protocol import codec, commands, limits
from hubbub.protocol.closing import Close
from hubbub.protocol.ids import make_message_id
from hubbub.protocol.replies import RoomState
from hubbub.protocol.wire import Command
from hubbub.realtime.delivery.socket_protocols import LINE_PROTOCOL
from hubbub.realtime.delivery.versions import Versions
from hubbub.realtime.sockets.base import NOT_UTF8, SocketBase, is_utf8


class RoomSocket(SocketBase):
    """A socket for one room. Creates a public room that does not exist yet, as the tutorial does."""

    protocol = LINE_PROTOCOL

    room: int = 0
    _state: RoomState

    async def prepare(self) -> None:
        try:
            self._state = await self._enter(self.scope["url_route"]["kwargs"]["room"])
        except RateLimited as refusal:
            self.connection.close(Close.TOO_MANY, f"retry_after={refusal.retry_after:.2f}")
        except HubbubError as refusal:
            self.connection.close(Close.NOT_FOUND, refusal.message[:120])

    def opened(self) -> None:
        state = self._state
        del self._state
        self.room = state.room.id
        known = self.room in self.runtime.hub.feeds
        feed = self.runtime.hub.subscriptions.attach(
            self.connection, self.room, state.room.seq, state.room.last_number
        )
        if not known:
            self.runtime.repair.soon(feed)
        self.connection.known = Versions(self.connection.checked_version)
        self.connection.live = True
        self.connection.hold()
        self.start_waiting(self._check_membership())

    def understand(self, data: bytes) -> None:
        try:
            command = self._command(data)
            self.runtime.rates.check(self.connection.member.pk, command)
        except HubbubError as refusal:
            if is_utf8(data):
                self._refuse(refusal)
            else:
                self.connection.close(NOT_UTF8, refusal.message[:120])
            return
        self.connection.waiting += 1
        self.runtime.writer.submit(Job(self.connection.member, command, quiet=True), self._written)

    def _command(self, data: bytes) -> commands.SendMessage:
        if len(data) > limits.FRAME_BYTES:
            raise Invalid(f"A frame holds at most {limits.FRAME_BYTES} bytes.")
        try:
            text = from_json(data, allow_inf_nan=False)["message"]
            return commands.SendMessage.model_validate(
                {"type": "message.send", "room": self.room, "message": make_message_id(), "text": text}
            )
        except ValidationError as error:
            raise Invalid(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        except (ValueError, KeyError, TypeError):
            raise Invalid('Send a JSON object: {"message": "hi"}') from None

    def _written(self, job: Job) -> None:
        if job.refusal is not None:
            self._refuse(job.refusal)
        self.done_waiting()

    def _refuse(self, refusal: HubbubError) -> None:
        self.connection.answer(to_json({"error": codec.error_document(refusal)}))

    async def _check_membership(self) -> None:
        """Check again: the membership may have ended between its read and the attaching. Until then events wait."""
        member = self.connection.member.pk
        try:
            if not await self.runtime.readers.run(_belongs, member, self.room):
                self.runtime.hub.subscriptions.evict(self.connection, self.room)
        except HubbubError as refusal:
            self.connection.close(Close.GOING_AWAY, f"retry_after={refusal.retry_after or 1}")
        self.connection.release()

    async def _enter(self, name: str) -> RoomState:
        """Find the room by name, create it if there is none, join it if necessary."""
        get = {"type": "room.get", "name": name}
        try:
            state = await self._run(get)
        except NotFound:
            try:
                state = await self._run({"type": "room.create", "name": name})
            except (
                Conflict
            ):  # another client was faster; or the name is a private room's, which stays "not found"
                state = await self._run(get)
        if state.membership is None:
            state = await self._run({"type": "room.join", "room": state.room.id})
        return state

    async def _run(self, document: dict[str, Any]) -> RoomState:
        """Run a command as if the member had sent it: it counts for their rates."""
        command = codec.command_from(document)
        self.runtime.rates.check(self.connection.member.pk, command)
        state = await self.runtime.readers.run(_run, self.connection.member, command)
        if not isinstance(state, RoomState):
            raise TypeError(f"{document['type']} answers with a room's state")
        return state


def _run(member: Member, command: Command) -> Any:
    return dispatch.run(member, command)


def _belongs(member: int, room: int) -> bool:
    return Membership.objects.filter(member=member, room=room).exists()


async def room_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application."""
    await RoomSocket(scope, receive, send).serve()
