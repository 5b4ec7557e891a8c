"""Where a client's WebSocket frame begins and ends (RFC 6455 §5.2), without taking it apart."""

from __future__ import annotations

from typing import NamedTuple

WHOLE_TEXT = 0x81
"""The first byte of a text message in one frame, uncompressed: nearly all that clients send."""


class Bounds(NamedTuple):
    """A masked frame in some bytes: its mask is the four bytes before `payload`, the next frame begins at `end`."""

    payload: int
    end: int


class NotAFrame(Exception):
    """The bytes cannot become a frame that we accept: not masked, or longer than allowed."""


def bounds_of(data: bytes, start: int, longest: int) -> Bounds | None:
    """The frame that begins at `start`; it may end behind `data`. None: its header is not whole yet.

    Raises NotAFrame for what no client may send, or whose payload is longer than `longest` bytes.
    """
    here = len(data) - start
    if here < 2:
        return None
    length = data[start + 1]
    if length < 0x80:
        raise NotAFrame
    length -= 0x80
    head = 6
    if length > 125:
        wide = 2 if length == 126 else 8
        head += wide
        if here < 2 + wide:
            return None
        length = int.from_bytes(data[start + 2 : start + 2 + wide], "big")
    if length > longest:
        raise NotAFrame
    return Bounds(start + head, start + head + length)


def is_control(first: int) -> bool:
    """Whether a frame's first byte makes it a close, a ping or a pong, which may stand between two fragments."""
    return bool(first & 0x08)


def is_close(first: int) -> bool:
    """Whether a frame's first byte makes it a close."""
    return first & 0x0F == 0x08


def is_final(first: int) -> bool:
    """Whether it is the last of its message."""
    return bool(first & 0x80)
