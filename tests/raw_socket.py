"""A WebSocket made by hand, for what a library would not send."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

from websockets.frames import Frame, Opcode

from tests.serving import Person, Server
from tests.sockets import PATIENCE


class Raw:
    """A WebSocket made by hand: half frames, wrong frames, sudden ends, a peer that never reads."""

    def __init__(
        self,
        server: Server,
        person: Person | None = None,
        *,
        path: str = "/ws/",
        headers: list[tuple[str, str]] | None = None,
        buffer: int | None = None,
    ) -> None:
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", server.port))
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        if person is not None:
            lines.append(f"Authorization: Bearer {person.token}")
        lines += [f"{name}: {value}" for name, value in headers or ()]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()

    def opens(self) -> str:
        """Send the handshake; the status line of the answer."""
        self.socket.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += (part := self.socket.recv(1))
            if not part:
                break
        return answer.split(b"\r\n", 1)[0].decode()

    def send(self, document: dict[str, Any]) -> None:
        self.socket.sendall(frame(json.dumps(document).encode()))

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reads_until(self, needle: bytes) -> bytes:
        data = b""
        while needle not in data:
            data += (part := self.socket.recv(65536))
            if not part:
                raise AssertionError(f"the end came before {needle!r}")
        return data

    def is_closed(self, *codes: int) -> None:
        """The server says goodbye with one of these codes."""
        data = b""
        while not any(b"\x88" in data and int(code).to_bytes(2, "big") in data for code in codes):
            data += (part := self.socket.recv(65536))
            assert part, f"the end came without a goodbye after {data[-200:]!r}"

    def reads_to_the_end(self) -> bytes:
        data = b""
        try:
            while part := self.socket.recv(65536):
                data += part
        except ConnectionResetError:
            pass
        return data

    def resets(self) -> None:
        """Gone without a goodbye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def frame(data: bytes, *, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """A client's (masked) frame."""
    return Frame(opcode, data, fin).serialize(mask=True)
