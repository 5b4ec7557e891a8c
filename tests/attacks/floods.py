"""One client sends as fast as it can, in a process of its own, while two others talk: what the two of them notice.

An instrument for tests of any length: `flooding` starts the attack, `talk` measures. As a program it attacks a server:

    python -m tests.attacks.floods PORT TOKEN KIND SECONDS CONNECTIONS
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from websockets.frames import Frame, Opcode

from tests.serving import Person, Server
from tests.sockets import Online, new_id

READ_BYTES = 256 * 1024
PATIENCE = 60.0


def _frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def _command(**fields: Any) -> bytes:
    return _frame(json.dumps(fields).encode())


FIRST = {
    "empty fragments": _frame(b"", fin=False),
    "after the goodbye": _frame(b"not the protocol"),
    "no JSON": b"",
}
"""Sent once, before what is repeated."""

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
    """What became of a flood: bytes that the server took, and with which codes it closed. None: it cut the line."""

    taken: int = 0
    closed: list[int | None] = field(default_factory=list)
    open: int = 0
    """Connections that the server had not closed at the end."""


@dataclass
class Latencies:
    """Seconds from a post until somebody else hears it, and until /healthz answers."""

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
    """An attack that is going on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def outcome(self) -> Outcome:
        """Wait for its end."""
        said, _ = self._process.communicate(timeout=PATIENCE)
        return Outcome(**json.loads(said))


@contextlib.contextmanager
def flooding(
    server: Server, person: Person | None, kind: str, *, seconds: float = 5.0, connections: int = 1
) -> Iterator[Flood]:
    """Flood from another process; `person` None floods without signing in. It begins when this returns."""
    token = person.token if person else ""
    command = [sys.executable, "-m", "tests.attacks.floods", str(server.port), token, kind]
    process = subprocess.Popen(
        [*command, str(seconds), str(connections)],
        stdin=subprocess.PIPE,
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


def talk(server: Server, speaker: Online, listener: Online, room: int, until: Callable[[], bool]) -> Latencies:
    """Post, hear and load /healthz one after the other until told to stop; at least once."""
    found = Latencies()
    while True:
        text = f"still here {new_id()}"
        began = time.perf_counter()
        request = speaker.ask("message.send", room=room, message=new_id(), text=text)
        listener.hears(text)
        found.posts.append(time.perf_counter() - began)
        speaker.reply_to(request)
        began = time.perf_counter()
        with urllib.request.urlopen(f"{server.origin}/healthz", timeout=PATIENCE) as page:  # noqa: S310  loopback
            page.read()
        found.pages.append(time.perf_counter() - began)
        if until():
            return found


# The attacking process.


def attack(port: int, token: str, kind: str, seconds: float, connections: int) -> Outcome:
    """Open so many sockets and write to each whatever it takes, until the time is over or all are closed."""
    outcome = Outcome()
    once = FIRST.get(kind, b"")
    chunk = REPEATED[kind] * (READ_BYTES // len(REPEATED[kind]) + 1)
    waiting = selectors.DefaultSelector()
    for _ in range(connections):
        line = _opened(port, token)
        waiting.register(line, selectors.EVENT_READ | selectors.EVENT_WRITE, once + chunk)
    print("begins", file=sys.stderr, flush=True)
    end = time.monotonic() + seconds
    while waiting.get_map() and time.monotonic() < end:
        for key, events in waiting.select(0.1):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            try:
                if events & selectors.EVENT_WRITE:
                    sent = line.send(key.data)
                    outcome.taken += sent
                    waiting.modify(line, selectors.EVENT_READ | selectors.EVENT_WRITE, key.data[sent:] or chunk)
                if events & selectors.EVENT_READ and (ended := _ended(line)):
                    outcome.closed.append(ended.code)
                    waiting.unregister(line)
                    line.close()
            except OSError:
                outcome.closed.append(_last_code(line))
                waiting.unregister(line)
                line.close()
    outcome.open = len(waiting.get_map())
    return outcome


@dataclass
class _Ended:
    code: int | None


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


def _ended(line: socket.socket) -> _Ended | None:
    """Whether the server has said goodbye or hung up. What else it says is thrown away."""
    data = line.recv(READ_BYTES)
    return _Ended(_code_in(data)) if not data or _code_in(data) is not None else None


def _last_code(line: socket.socket) -> int | None:
    """The code of a goodbye that had come before the line was cut."""
    try:
        return _code_in(line.recv(READ_BYTES))
    except OSError:
        return None


def _code_in(data: bytes) -> int | None:
    """The code of a close frame, which is the last that a server sends. Its other frames are ASCII."""
    place = data.rfind(b"\x88")
    code = int.from_bytes(data[place + 2 : place + 4], "big")
    return code if place >= 0 and 1000 <= code < 5000 else None


def main() -> None:
    port, token, kind, seconds, connections = sys.argv[1:]
    print(json.dumps(vars(attack(int(port), token, kind, float(seconds), int(connections)))))


if __name__ == "__main__":
    main()
