"""WebSockets with a deadline for sign-in."""

from __future__ import annotations

import asyncio

from hubbub.realtime.delivery.pipes import Receiver
from hubbub_site.server.edge_limits import SIGN_IN_SECONDS
from hubbub_site.server.push_protocol import PushProtocol
from hubbub_site.server.uvicorn_config import ServerConfig


class LimitedWebSocket(PushProtocol):
    """Reports to UnauthenticatedConnections that the application has taken over the socket, which it does after
    sign-in."""

    config: ServerConfig
    _deadline: float

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.time() + SIGN_IN_SECONDS

    def take_over(self, receiver: Receiver) -> None:
        self.config.unauthenticated.signed_in(self)
        super().take_over(receiver)

    def connection_lost(self, exc: Exception | None) -> None:
        self.config.unauthenticated.closed(self)
        super().connection_lost(exc)

    # Called by UnauthenticatedConnections.

    def is_overdue(self, now: float) -> bool:
        return now > self._deadline

    def is_waiting(self) -> bool:
        return False

    def expire(self) -> None:
        self.transport.abort()

    def cut(self) -> None:
        self.transport.abort()
