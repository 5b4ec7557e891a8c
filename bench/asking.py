"""A client that sends one request after the other on `/ws/`, for scenarios about answers rather than deliveries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect


class Line:
    """An open socket. `ask` returns the answer and its time in milliseconds."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0
        self.hello = self.hear("hello")

    def ask(self, kind: str, **fields: object) -> tuple[dict[str, Any], float]:
        self._count += 1
        started = time.perf_counter()
        self._socket.send(json.dumps({"id": self._count, "type": kind, **fields}))
        while True:
            heard = json.loads(self._socket.recv(30))
            if heard.get("re") == self._count:
                if "error" in heard:
                    raise RuntimeError(f"{kind}: {heard['error']}")
                return heard["ok"], 1000 * (time.perf_counter() - started)

    def hear(self, kind: str) -> dict[str, Any]:
        """The next event of a kind."""
        while True:
            heard: dict[str, Any] = json.loads(self._socket.recv(30))
            if heard.get("type") == kind:
                return heard


@contextmanager
def line(port: int, **headers: str) -> Iterator[Line]:
    """A socket to a server on this machine; `headers` with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"ws://127.0.0.1:{port}/ws/"
    with connect(url, additional_headers=named, compression=None, max_size=None, proxy=None) as socket:
        yield Line(socket)
