"""One client floods from its own process while two others talk; measures the effect on the two.

For tests of any length: `flooding` starts the attack, `talk` measures. As a program it attacks:

    python -m tests.attacks.floods PORT '[["TOKEN", "pings"]]' SECONDS
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.frames import Frame, Opcode

from hubbub.protocol import limits
from tests.serving import Person, Server
from tests.sockets import Online, new_id

READ_BYTES = 256 * 1024
TIMEOUT_SECONDS = 60.0

PAUSE = 1.2 / limits.MESSAGES_PER_SECOND / 2
"""Time between two posts of those who talk, so that both stay within the rates."""


def _frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def _command(**fields: Any) -> bytes:
    return _frame(json.dumps(fields).encode())


FIRST = {
    "empty fragments": _frame(b"", fin=False),
    "after the goodbye": _frame(b"not the protocol"),
    "no JSON": b"",
}
"""Sent once, before the repeated bytes."""

REPEATED: dict[str, bytes] = {
    "beats": _command(type="beat"),
    "beats with answers": _command(id=1, type="beat"),
    "pings": _frame(b"", Opcode.PING),
    "pongs": _frame(b"", Opcode.PONG),
    "unknown commands": _command(id=1, type="nonsense"),
    "invalid commands": _command(id=1, type="room.get", room="x"),
    "commands over the rate": _command(id=1, type="room.get", room=1),
    "no JSON": _frame(b"not the protocol"),
    "empty messages": _frame(b"", Opcode.BINARY),
    "empty fragments": _frame(b"", Opcode.CONT, fin=False),
    "longest frames": _command(id=1, type="x" * 65_000),
    "after the goodbye": _frame(b"", Opcode.PING),
}
KINDS = tuple(REPEATED)


@dataclass
class Outcome:
    """The result of one flooding connection."""

    kind: str
    taken: int = 0
    """Bytes that the server, or the network before it, accepted."""
    code: int | None = None
    """The server's close code; None: not closed, or without a close frame."""
    is_open: bool = True
    """Whether the server was still connected at the end: a flood goes on after a close frame."""


@dataclass
class Latencies:
    """Seconds from a post to its delivery to the other client, and until /healthz answers."""

    posts: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)

    @staticmethod
    def p99(seconds: list[float]) -> float:
        return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * 0.99))]

    def __str__(self) -> str:
        p99, worst = self.p99(self.posts) * 1000, max(self.posts) * 1000
        pages = max(self.pages, default=0) * 1000
        return f"{len(self.posts)} posts: p99 {p99:.1f} ms, longest {worst:.1f} ms; /healthz longest {pages:.1f} ms"


class Flood:
    """A running attack."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def outcomes(self) -> list[Outcome]:
        """Wait for its end and return the result of each connection."""
        said, _ = self._process.communicate(timeout=TIMEOUT_SECONDS)
        return [Outcome(**line) for line in json.loads(said)]


@contextlib.contextmanager
def flooding(
    server: Server, attackers: Sequence[tuple[Person | None, str]], *, seconds: float = 5.0
) -> Iterator[Flood]:
    """Flood from another process: a connection for each person and kind; None floods without signing in.

    The attack begins when this is entered, and ends after so many seconds or when the server has cut all connections.
    """
    lines = [(person.token if person else "", kind) for person, kind in attackers]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.attacks.floods", str(server.port), json.dumps(lines), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "begins\n", process.stderr.read()
        yield Flood(process)
    finally:
        process.kill()
        process.communicate()


def talk(server: Server, one: Online, other: Online, room: int, until: Callable[[], bool]) -> Latencies:
    """Post alternately as fast as the limits allow, wait for each delivery, and load /healthz; at least once."""
    found = Latencies()
    speaker, listener = one, other
    while True:
        due = time.monotonic() + PAUSE
        text = f"still here {new_id()}"
        began = time.perf_counter()
        request = speaker.ask("message.send", room=room, message=new_id(), text=text)
        listener.hears(text)
        found.posts.append(time.perf_counter() - began)
        speaker.reply_to(request)
        began = time.perf_counter()
        with urllib.request.urlopen(f"{server.origin}/healthz", timeout=TIMEOUT_SECONDS) as page:  # noqa: S310  loopback
            page.read()
        found.pages.append(time.perf_counter() - began)
        if until():
            return found
        time.sleep(max(0.0, due - time.monotonic()))
        speaker, listener = listener, speaker


# The attacking process.


class Line:
    """One connection: it writes as much as is accepted, and discards input except the code of a close frame."""

    def __init__(self, port: int, token: str, kind: str) -> None:
        self.outcome = Outcome(kind)
        self.socket = _opened(port, token)
        self._chunk = REPEATED[kind] * (READ_BYTES // len(REPEATED[kind]) + 1)
        self._next = FIRST.get(kind, b"") + self._chunk

    def writes(self) -> None:
        sent = self.socket.send(self._next)
        self.outcome.taken += sent
        self._next = self._next[sent:] or self._chunk

    def reads(self) -> None:
        """Raises OSError at the end."""
        data = self.socket.recv(READ_BYTES)
        if not data:
            raise ConnectionResetError
        self.outcome.code = self.outcome.code or _code_in(data)

    def ends(self) -> None:
        self.outcome.is_open = False
        with contextlib.suppress(OSError):
            while True:
                self.reads()
        self.socket.close()


def attack(port: int, attackers: list[tuple[str, str]], seconds: float) -> list[Outcome]:
    """Open a socket for each token and kind, and write until the time is over or the server has cut all of them."""
    lines = [Line(port, token, kind) for token, kind in attackers]
    waiting = selectors.DefaultSelector()
    for line in lines:
        waiting.register(line.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, line)
    print("begins", file=sys.stderr, flush=True)
    end = time.monotonic() + seconds
    while waiting.get_map() and time.monotonic() < end:
        for key, events in waiting.select(0.1):
            line = key.data
            try:
                if events & selectors.EVENT_READ:
                    line.reads()
                if events & selectors.EVENT_WRITE:
                    line.writes()
            except OSError:
                waiting.unregister(line.socket)
                line.ends()
    return [line.outcome for line in lines]


def _opened(port: int, token: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    line.sendall(
        f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{authorization}\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += line.recv(1)
    line.setblocking(False)
    return line


def _code_in(data: bytes) -> int | None:
    """The code of a close frame, which is the last that a server sends. Its other frames are ASCII."""
    place = data.rfind(b"\x88")
    code = int.from_bytes(data[place + 2 : place + 4], "big")
    return code if place >= 0 and 1000 <= code < 5000 else None


def main() -> None:
    port, attackers, seconds = sys.argv[1:]
    print(json.dumps([vars(outcome) for outcome in attack(int(port), json.loads(attackers), float(seconds))]))


if __name__ == "__main__":
    main()
