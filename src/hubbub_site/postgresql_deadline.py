"""Gives up a PostgreSQL statement of a request when the server stops answering: `unavailable` within two seconds.

A frozen server, or one whose machine vanished, accepts statements and sends nothing back. PostgreSQL has no time limit
for this case, and a statement timeout would also end statements that are only slow. So the connection opens a second
socket to the server and asks whether it lives, which a healthy server answers at once. Without an answer the statement
and its connection are dropped.

The realtime writer and readers have deadlines of their own: they refuse late commands, and still deliver what commits
afterwards. Behind a pooler such as pgbouncer, the pooler answers the question.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg

from hubbub.database_deadlines import (
    SERVER_CHECK_SECONDS,
    SERVER_DOWN_SECONDS,
    STATEMENT_SILENCE_SECONDS,
)
from hubbub_site.request_deadline import has_deadline

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""PostgreSQL's SSLRequest: the one message that needs no user. The server answers S or N."""


class Connection(psycopg.Connection[Any]):
    """psycopg's connection; gives up a statement of a request when the server is silent.

    The fault that ended one connection has probably ended all. So when one is lost, its pool checks the idle ones at
    once. Otherwise the pool would find them one by one, and back off after each.
    """

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        watched = self._watched(gen) if has_deadline.get() else gen
        try:
            return super().wait(watched, *args, **kwargs)
        except psycopg.OperationalError:
            if self.closed and (pool := getattr(self, "_pool", None)):
                pool.check()
            raise

    def _watched(self, gen: Any) -> Generator[Any, Any, Any]:
        """Yield the steps of `gen`, and check the clock at each: psycopg steps at least ten times a second."""
        look_at = monotonic() + (0 if _is_silent() else STATEMENT_SILENCE_SECONDS)
        ready: Any = None
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as end:
                return end.value
            ready = yield wanted
            if ready:
                look_at = monotonic() + STATEMENT_SILENCE_SECONDS
            elif monotonic() > look_at:
                if not lives(self.pgconn.host.decode(), self.pgconn.port.decode()):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server does not answer")
                look_at = monotonic() + STATEMENT_SILENCE_SECONDS


def lives(host: str, port: str) -> bool:
    """Whether the PostgreSQL server answers at all. One thread asks; the others wait for its result."""
    global _silent_at
    with _asking:
        if not _is_silent() and not _answers(host, port):
            _silent_at = monotonic()
        return not _is_silent()


def _is_silent() -> bool:
    """Whether the server failed to answer within the last SERVER_DOWN_SECONDS."""
    return monotonic() - _silent_at < SERVER_DOWN_SECONDS


def _answers(host: str, port: str) -> bool:
    try:
        with _line_to(host, port) as line:
            line.settimeout(SERVER_CHECK_SECONDS)
            line.sendall(SSL_REQUEST)
            return bool(line.recv(1))
    except OSError:
        return False


def _line_to(host: str, port: str) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)), SERVER_CHECK_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SERVER_CHECK_SECONDS)
    line.connect(f"{host}/.s.PGSQL.{port}")
    return line


_silent_at = -SERVER_DOWN_SECONDS
_asking = threading.Lock()
