"""Attacks on an HTTP server with plain sockets, and their cost for the server, read from /proc.

Each attack takes a `Target`. Each has a limit of time or bytes, so a test can run it for seconds and a campaign for
minutes. `source` is the address that the attack comes from: every address in 127.0.0.0/8 is this machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 30.0
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Target:
    """A server of this machine."""

    port: int
    pid: int

    @property
    def host(self) -> bytes:
        return f"127.0.0.1:{self.port}".encode()


# Cost for the server.


def resident_bytes(pid: int) -> int:
    """Memory of the process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def descriptors(pid: int) -> int:
    """Open files and sockets of the process."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def written_bytes(pid: int) -> int:
    """Bytes that the process has written to the disk since its start."""
    found = re.search(r"^write_bytes: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.MULTILINE)
    assert found is not None
    return int(found.group(1))


def spooled_bytes(pid: int) -> int:
    """Bytes in open files without a name, into which Django spools a body."""
    total = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(entry.readlink()).endswith("(deleted)"):
                total += entry.stat().st_size
    return total


# Connections.


def connect(target: Target, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", target.port), timeout=TIMEOUT_SECONDS, source_address=(source, 0)
    )


@contextlib.contextmanager
def connections(target: Target, number: int, *, sources: tuple[str, ...]) -> Iterator[list[socket.socket]]:
    """This many silent connections, from these addresses in rotation."""
    opened: list[socket.socket] = []
    try:
        for n in range(number):
            with contextlib.suppress(OSError):
                opened.append(connect(target, sources[n % len(sources)]))
        yield opened
    finally:
        for each in opened:
            each.close()


def is_open(connection: socket.socket) -> bool:
    """Whether the server has neither closed nor refused it."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)  # something to read: an answer, or the end
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def exchange(target: Target, request: bytes, source: str = "127.0.0.1") -> bytes:
    """Send a request and return everything until the server closes or is silent for a second."""
    with connect(target, source) as connection:
        connection.sendall(request)
        return answer(connection, silence=1.0)


def answer(connection: socket.socket, *, silence: float = TIMEOUT_SECONDS) -> bytes:
    connection.settimeout(silence)
    said = b""
    with contextlib.suppress(OSError):
        while part := connection.recv(CHUNK):
            said += part
    return said


def status(said: bytes) -> int:
    """The status of the first response; 0 without one."""
    found = re.match(rb"HTTP/1\.[01] (\d{3})", said)
    return int(found.group(1)) if found else 0


# Attacks that send as fast as they can.


def pour(target: Target, head: bytes, filling: bytes, megabytes: int) -> bytes:
    """Send a head and then repeated filling, until the size is reached or the server answers. Returns the answer."""
    with connect(target) as connection:
        connection.setblocking(False)
        to_send, left = head, megabytes * 1024 * 1024
        ends = time.monotonic() + TIMEOUT_SECONDS
        while left > 0 and time.monotonic() < ends:
            try:
                sent = connection.send(to_send or filling)
            except BlockingIOError:
                time.sleep(0.001)
                sent = 0
            except OSError:
                break
            left -= sent
            to_send = to_send[sent:] if to_send else filling[sent:]
            if _has_answer(connection):
                break
        return answer(connection)


def declared_body(target: Target, path: str, megabytes: int) -> bytes:
    """A POST with a truthful Content-Length."""
    length = megabytes * 1024 * 1024
    return pour(target, _post(target, path, f"Content-Length: {length}"), b"x" * CHUNK, megabytes)


def chunked_body(target: Target, path: str, megabytes: int) -> bytes:
    """A POST without a Content-Length."""
    head = _post(target, path, "Transfer-Encoding: chunked")
    return pour(target, head, b"10000\r\n" + b"x" * 0x10000 + b"\r\n", megabytes)


def endless_header(target: Target, megabytes: int) -> bytes:
    """One header that never ends: no parser reports it."""
    return pour(target, b"GET / HTTP/1.1\r\nHost: " + target.host + b"\r\nX: ", b"x" * CHUNK, megabytes)


def many_headers(target: Target, megabytes: int) -> bytes:
    head = b"GET / HTTP/1.1\r\nHost: " + target.host + b"\r\n"
    return pour(target, head, b"a:\r\n" * (CHUNK // 4), megabytes)


def endless_url(target: Target, megabytes: int) -> bytes:
    return pour(target, b"GET /", b"x" * CHUNK, megabytes)


def endless_trailer(target: Target, megabytes: int) -> bytes:
    """A header after the body, which never ends."""
    head = _post(target, "/", "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\nX: "
    return pour(target, head, b"x" * CHUNK, megabytes)


def endless_chunk_extension(target: Target, megabytes: int) -> bytes:
    head = _post(target, "/", "Transfer-Encoding: chunked") + b"1;x="
    return pour(target, head, b"x" * CHUNK, megabytes)


# Attacks that send as slowly as they can: what each sends, and the byte that it repeats.

SLOW: dict[str, tuple[bytes, bytes]] = {
    "silent": (b"", b""),
    "half a request line": (b"GET / HT", b""),
    "dripping headers": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"x"),
    "dripping line ends": (b"", b"\r\n"),
    "no body": (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n", b""),
    "dripping body": (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n", b"x"),
    "dripping chunks": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    ),
}
LATE_BODIES = {"no body", "dripping body", "dripping chunks"}
"""Attacks that the deadline of the body ends, not the one of the headers."""


def lives(target: Target, attack: str, *, at_most: float) -> float:
    """Seconds until the server closes such a connection; at least `at_most` if it is still open then."""
    beginning, drip = SLOW[attack]
    with connect(target) as connection:
        started = time.monotonic()
        connection.sendall(beginning)
        while (age := time.monotonic() - started) < at_most and not _has_answer(connection):
            with contextlib.suppress(OSError):
                connection.sendall(drip)
            time.sleep(0.2)
        return age


def _post(target: Target, path: str, header: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: {target.host.decode()}\r\n{header}\r\n\r\n".encode()


def _has_answer(connection: socket.socket) -> bool:
    return not is_open(connection)
