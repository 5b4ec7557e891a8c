"""Nobody who asks by HTTP waits for a PostgreSQL that does not answer: `unavailable` within two seconds.

A server that is frozen, or whose machine vanished, takes what it is told and says nothing. It keeps no time limit of
its own, and a limit of ours would also end what is only slow. So whoever waits for an answer asks the server now and
then whether it lives, which it tells anybody at once; if it does not, the statement is given up with its connection.

Writer and readers of the realtime side are not in a hurry: they refuse what is late by clocks of their own, and deliver
what is committed after all. Behind a pooler such as pgbouncer it is the pooler that is asked.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg

from hubbub_site.hurry import in_a_hurry

QUIET_SECONDS = 0.7
"""Without a word from the server, before it is asked whether it lives."""

ALIVE_SECONDS = 0.7
"""For that answer."""

REMEMBERED_SECONDS = 1.0
"""A server that did not answer is not asked again so soon: a page's next connection need not find it out anew."""

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""The one question of PostgreSQL's protocol that needs no name: do you encrypt? It says S or N."""


class Connection(psycopg.Connection[Any]):
    """psycopg's, whose statements are given up when the server is silent and somebody is in a hurry.

    What ended one connection has likely ended all: when one is found lost, its pool looks at those that lie idle. It
    would find them one by one, whenever somebody asks for a connection, with ever longer pauses in between.
    """

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        watched = self._watched(gen) if in_a_hurry.get() else gen
        try:
            return super().wait(watched, *args, **kwargs)
        except psycopg.OperationalError:
            if self.closed and (pool := getattr(self, "_pool", None)):
                pool.check()
            raise

    def _watched(self, gen: Any) -> Generator[Any, Any, Any]:
        """The same steps, with a look at the clock at each: psycopg takes one ten times a second if nothing comes."""
        look_at = monotonic() + (0 if _is_silent() else QUIET_SECONDS)
        ready: Any = None
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as end:
                return end.value
            ready = yield wanted
            if ready:
                look_at = monotonic() + QUIET_SECONDS
            elif monotonic() > look_at:
                if not lives(self.pgconn.host.decode(), self.pgconn.port.decode()):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server does not answer")
                look_at = monotonic() + QUIET_SECONDS


def lives(host: str, port: str) -> bool:
    """Whether the PostgreSQL server answers anybody at all. One thread asks for all that want to know."""
    global _silent_at
    with _asking:
        if not _is_silent() and not _answers(host, port):
            _silent_at = monotonic()
        return not _is_silent()


def _is_silent() -> bool:
    """Whether it was asked just now, and did not answer."""
    return monotonic() - _silent_at < REMEMBERED_SECONDS


def _answers(host: str, port: str) -> bool:
    try:
        with _line_to(host, port) as line:
            line.settimeout(ALIVE_SECONDS)
            line.sendall(SSL_REQUEST)
            return bool(line.recv(1))
    except OSError:
        return False


def _line_to(host: str, port: str) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)), ALIVE_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(ALIVE_SECONDS)
    line.connect(f"{host}/.s.PGSQL.{port}")
    return line


_silent_at = -REMEMBERED_SECONDS
_asking = threading.Lock()
