"""Finds where a client's WebSocket frame begins and ends (RFC 6455 §5.2), without decoding it."""

from __future__ import annotations

from typing import NamedTuple

WHOLE_TEXT = 0x81
"""First byte of a text message in one uncompressed frame: nearly all frames from clients."""


class Bounds(NamedTuple):
    """A masked frame in a buffer: its mask is the four bytes before `payload`, the next frame begins at `end`."""

    payload: int
    end: int


class NotAFrame(Exception):
    """The bytes cannot become an acceptable frame: not masked, or too long."""


def bounds_of(data: bytes, start: int, longest: int) -> Bounds | None:
    """The frame that begins at `start`; `end` may lie behind `data`. None: its header is incomplete.

    Raises NotAFrame if clients may not send it, or if its payload is longer than `longest` bytes.
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
    """Whether the first byte marks a close, a ping or a pong, which may come between two fragments."""
    return bool(first & 0x08)


def is_close(first: int) -> bool:
    """Whether the first byte marks a close frame."""
    return first & 0x0F == 0x08


def is_final(first: int) -> bool:
    """Whether the frame is the last of its message."""
    return bool(first & 0x80)
