"""A browser tab: its sockets, one after the other, and its state. Its commands wait until a history delivers them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from pydantic_core import from_json

from hubbub.protocol.closing import Close
from hubbub.realtime.delivery.pipes import Receiver
from hubbub.realtime.sockets.member_socket import MemberSocket
from tests.contract.client import Document
from tests.realtime.model.follower import Follower
from tests.realtime.model.loop import Loop
from tests.realtime.model.process import Process

Heard = Callable[["Socket", Document], None]


class Socket:
    """One connection to one process, from dialling to its end. Stands for the server's transport (`pipes.Push`)."""

    def __init__(self, tab: Tab, process: Process, secret: str, heard: Heard) -> None:
        self.tab, self.process, self.secret = tab, process, secret
        self._heard = heard
        self.receiver: Receiver | None = None
        self.commands: list[bytes] = []
        """On their way to the server."""
        self.closed: int | None = None
        self.handed: dict[Any, int] = {}
        """What it is about → the last seq or version that was handed out; kept by `checks`."""
        scope = {
            "type": "websocket",
            "headers": [(b"authorization", f"Bearer {secret}".encode())],
            "user": AnonymousUser(),
            "extensions": {"hubbub.push": self},
        }
        process.loop.create_task(self._serve(scope))

    @property
    def member(self) -> int:
        return self.tab.member

    @property
    def session(self) -> MemberSocket:
        assert isinstance(self.receiver, MemberSocket)
        return self.receiver

    def arrive(self) -> None:
        """The first command on the way reaches the server."""
        data = self.commands.pop(0)
        if self.receiver is not None and self.closed is None:
            receiver = self.receiver
            self.process.loop.call_soon(lambda: self.closed is None and receiver.received(data))

    def ready(self, yes: bool) -> None:
        """The peer reads, or reads no more."""
        if self.receiver is not None and self.closed is None:
            receiver = self.receiver
            self.process.loop.call_soon(lambda: self.closed is None and receiver.writable(yes))

    def cut(self) -> None:
        """The line is gone."""
        self.closed = 1006
        if self.receiver is not None:
            self.process.loop.call_soon(self.receiver.lost)

    async def _serve(self, scope: dict[str, Any]) -> None:
        await MemberSocket(scope, self._connects, self._send).serve()
        if self.closed is None:
            self.tab.lost(self, 1006)

    async def _connects(self) -> Any:
        return {"type": "websocket.connect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close" and self.closed is None:
            self.closed = message["code"]
            self.tab.lost(self, message["code"])

    # The interface of `hubbub.push`.

    def take_over(self, receiver: Receiver) -> None:
        self.receiver = receiver
        if self.closed is not None:
            receiver.lost()

    def write(self, data: bytes) -> None:
        if self.closed is not None:
            return
        for text in texts_of(data):
            document = from_json(text)
            self._heard(self, document)
            self.tab.follower.receive(document)

    def abort(self) -> None:
        self.closed = 1006

    def pause_reading(self) -> None:
        """Commands wait in the network; the model sends few."""

    def resume_reading(self) -> None:
        pass


class Tab:
    """A member's tab: `follower` is its state, which outlives its sockets."""

    def __init__(self, member: int, heard: Heard, loop: Loop) -> None:
        self.member = member
        self.follower = Follower(self._ask, loop)
        self.socket: Socket | None = None
        self.revoked = False
        self._heard = heard

    def connect(self, process: Process, secret: str) -> Socket:
        self.socket = Socket(self, process, secret, self._heard)
        return self.socket

    def lost(self, socket: Socket, code: int) -> None:
        if self.socket is socket:
            self.socket = None
            self.follower.disconnected()
            self.revoked = code in (Close.REVOKED, Close.SIGN_IN)

    def cut(self) -> None:
        if socket := self.socket:
            socket.cut()
            self.lost(socket, 1006)

    def _ask(self, command: Document) -> None:
        if self.socket is not None:
            self.socket.commands.append(json.dumps(command).encode())


def texts_of(data: bytes) -> list[bytes]:
    """The texts in a row of unmasked WebSocket frames."""
    found, at = [], 0
    while at < len(data):
        size, at = data[at + 1], at + 2
        if size == 126:
            size, at = int.from_bytes(data[at : at + 2], "big"), at + 2
        elif size == 127:
            size, at = int.from_bytes(data[at : at + 8], "big"), at + 8
        found.append(data[at : at + size])
        at += size
    return found
