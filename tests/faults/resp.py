"""The Redis protocol (RESP2 and RESP3), as a proxy needs it: where a reply ends, and which is a message."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgpack  # type: ignore[import-untyped]

LINES, BULKS, LISTS, MAP, ATTRIBUTE = b"+-:_#,(", b"$!=", b"*~>", b"%", b"|"
GROUP = "__group__"
"""channels_redis names the Redis channel of a group `asgi__group__<group>`."""


@dataclass(frozen=True)
class PubSubMessage:
    """One message that Redis pushes to a subscriber. `raw`: its bytes on the wire."""

    channel: str
    data: bytes
    raw: bytes

    @property
    def group(self) -> str:
        """The group of the channel layer, such as `hubbub.room.7`; the channel if it is no group's."""
        return self.channel.partition(GROUP)[2] or self.channel

    @cached_property
    def content(self) -> dict[str, Any]:
        """What the channel layer sent; empty if it is no msgpack of a dict."""
        try:
            found = msgpack.unpackb(self.data)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def kind(self) -> str:
        """`frames`, `notice`, `beat` or `gossip` if Hubbub sent it (see hubbub.realtime.bus.envelopes), else empty."""
        return str(self.content.get("type", "")).removeprefix("hubbub.")


class Replies:
    """Splits a stream into whole replies, however its bytes are cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The replies that `data` completes. ValueError if this is not RESP."""
        data, found, start = self._rest + data, [], 0
        while (end := end_of_reply(data, start)) is not None:
            found.append(data[start:end])
            start = end
        self._rest = data[start:]
        return found


def end_of_reply(data: bytes, start: int = 0) -> int | None:
    """Where the reply that begins at `start` ends; None if more bytes are needed. ValueError if this is not RESP."""
    at, expected = start, 1
    while expected:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        kind, head = data[at : at + 1], data[at + 1 : end]
        at = end + 2
        expected -= 1
        if kind in BULKS:
            at += int(head) + 2 if head != b"-1" else 0  # a null has no body
        elif kind in LISTS:
            expected += max(int(head), 0)
        elif kind == MAP:
            expected += 2 * int(head)
        elif kind == ATTRIBUTE:
            expected += 2 * int(head) + 1  # what it describes follows
        elif kind not in LINES:
            raise ValueError(f"no RESP: {data[at - 2 : at + 20]!r}")
        if at > len(data):
            return None
    return at


def message_of(reply: bytes) -> PubSubMessage | None:
    """The pub/sub message that a whole reply is, as RESP3's push or RESP2's array; None for any other reply."""
    if not reply.startswith((b">3\r\n$7\r\nmessage\r\n", b"*3\r\n$7\r\nmessage\r\n")):
        return None
    _, channel, data = _texts(reply)
    return PubSubMessage(channel.decode(), data, reply)


def _texts(reply: bytes) -> list[bytes]:
    """The items of a flat list of bulk strings."""
    at = reply.index(b"\r\n") + 2
    found = []
    while at < len(reply):
        end = reply.index(b"\r\n", at)
        start, size = end + 2, int(reply[at + 1 : end])
        found.append(reply[start : start + size])
        at = start + size + 2
    return found
