"""uvicorn's HTTP protocol with limits: bytes of a request's head, deadlines, pipelined requests.

Bytes are counted as they arrive, because the parser keeps collecting a header that never ends. The class depends on
details of uvicorn's class, so pyproject pins a tested range.
"""

from __future__ import annotations

import asyncio
from enum import Enum
from math import inf
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hubbub_site.server import edge_limits as limits
from hubbub_site.server.http_refusals import (
    BAD_REQUEST,
    HEAD_TOO_LARGE,
    NO_RESPONSE,
    SERVER_FULL,
    TOO_MANY_CONNECTIONS,
    TOO_SLOW,
    URL_TOO_LONG,
    Refusal,
)
from hubbub_site.server.unauthenticated import (
    SWEEP_SECONDS,
    UnauthenticatedConnection,
    Verdict,
    address_block,
)
from hubbub_site.server.uvicorn_config import ServerConfig

HEADER_OVERHEAD = 32
"""Each header counts this many bytes more than it has, as in HTTP/2: even an empty one takes memory."""


class Phase(Enum):
    """The phase of the connection; the value names the event that ends it."""

    IDLE = "the first byte of a request"
    HEAD = "the end of its headers"
    BODY = "the end of its body"
    ANSWER = "its response"
    HANDED_OVER = "nothing: it is a WebSocket"
    REFUSED = "the client's close"


class Refused(Exception):
    """Stops the parser. The protocol already knows the response."""


class LimitedHttp(HttpToolsProtocol):
    """uvicorn's HTTP protocol with the limits of `edge_limits`."""

    config: ServerConfig
    _phase = Phase.IDLE
    _deadline = inf
    _head = 0
    """Bytes of the head (or of the trailers) that the parser has reported."""
    _raw = 0
    """Bytes received since the chunk in which the head began, reported or not."""
    _unreported = 0
    """Bytes within the body since the parser's last report: an endless chunk extension or trailer grows only here."""
    _refusal: Refusal | None = None
    _unsent = 0
    _moved = inf
    """When the client last accepted a byte of its response."""

    # Called by uvicorn and the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._deadline = self.loop.time() + limits.HEAD_SECONDS
        host = self.client[0] if self.client else ""
        address = "" if host in self.config.trusted else address_block(host)
        entry = self.config.unauthenticated.add(self, address)
        if entry is not Verdict.ACCEPTED:
            # No LINGER_SECONDS to read the response here: each such connection would hold a descriptor.
            self._refuse(TOO_MANY_CONNECTIONS if entry is Verdict.ADDRESS_FULL else SERVER_FULL)
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.config.unauthenticated.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._phase is Phase.REFUSED:
            return
        if self._phase is Phase.IDLE and self._deadline == inf:
            self._deadline = self.loop.time() + limits.HEAD_SECONDS
        self._unset_keepalive_if_required()
        self._raw += len(data)
        self._unreported += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError:
            self._refuse(self._refusal or BAD_REQUEST)
        else:
            waits_for_head = self._phase in (Phase.IDLE, Phase.HEAD)
            if (self._raw if waits_for_head else self._unreported) > limits.HEAD_BYTES:
                self._refuse(HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline == inf:
            self._deadline = self.loop.time() + limits.HEAD_SECONDS
        self._phase = Phase.HEAD
        self._head = self._raw = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._head += len(url)
        if len(self.url) > limits.URL_BYTES:
            self._stop(URL_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value) + HEADER_OVERHEAD
        if self._head > limits.HEAD_BYTES:
            self._stop(HEAD_TOO_LARGE)
        if self._phase is Phase.HEAD:  # a trailer is not a header
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= limits.PIPELINED_REQUESTS:
            self._stop(NO_RESPONSE)
        self._phase = Phase.BODY
        self._deadline = self.loop.time() + limits.BODY_SECONDS
        self._head = self._unreported = 0
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        self._unreported = 0

    def on_body(self, body: bytes) -> None:
        self._unreported = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._raw = 0
        self._deadline = inf
        self._phase = Phase.ANSWER if self._is_answering() else Phase.IDLE

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase is Phase.ANSWER and not self._is_answering():
            self._phase = Phase.IDLE

    def eof_received(self) -> None:
        if self._phase is Phase.REFUSED:
            self.transport.close()

    # Called by UnauthenticatedConnections.

    def is_overdue(self, now: float) -> bool:
        if self.flow.read_paused and self._phase is Phase.BODY:
            self._deadline += SWEEP_SECONDS  # reading is paused on our side
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self._unsent:
            self._unsent, self._moved = unsent, now
        return now > self._deadline or now - self._moved > limits.UNREAD_SECONDS

    def is_waiting(self) -> bool:
        if self.flow.write_paused or self._phase in (Phase.BODY, Phase.REFUSED):
            return True
        return self._phase in (Phase.IDLE, Phase.HEAD) and not self._is_answering()

    def expire(self) -> None:
        if self._phase in (Phase.HEAD, Phase.BODY) and not self._unsent:
            self._refuse(TOO_SLOW)
        else:
            self.cut()

    def cut(self) -> None:
        self.transport.abort()

    # Internal.

    def _upgrade(self) -> None:
        if not self._should_upgrade():
            return  # another protocol: answer the request as if it asked for no upgrade
        self._phase = Phase.HANDED_OVER
        self.handle_websocket_upgrade()
        after: Any = self.transport.get_protocol()
        self.config.unauthenticated.upgraded(self, cast(UnauthenticatedConnection, after))

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stop(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise Refused

    def _refuse(self, refusal: Refusal) -> None:
        """Answer, then close after LINGER_SECONDS or when the client closes. A response in progress is completed
        instead."""
        cycle = self.cycle
        is_its_own = self._phase is Phase.BODY
        self._phase = Phase.REFUSED
        self._deadline = self.loop.time() + limits.LINGER_SECONDS
        self.pipeline.clear()
        if self._is_answering():
            if not is_its_own or cycle.response_started:
                cycle.keep_alive = False  # closes after this response
                self._deadline = inf
                return
            cycle.disconnected = True
            cycle.message_event.set()
        if refusal.response:
            self.transport.write(refusal.response)
