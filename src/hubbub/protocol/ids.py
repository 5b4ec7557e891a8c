"""Ids of messages: UUIDs of version 7, so that later ids sort later."""

from __future__ import annotations

import os
import time
from uuid import UUID


def make_message_id() -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits (RFC 9562 §5.7)."""
    return UUID(int=(int(time.time() * 1000) << 80) | _VERSION_AND_VARIANT | (_chance() & _CHANCE))


def is_message_id(made: UUID) -> bool:
    """Whether a client's id is a UUID of version 7. Its time is not checked: a wrong clock must not lose messages."""
    return made.int & _VERSION_AND_VARIANT_BITS == _VERSION_AND_VARIANT


_VERSION_AND_VARIANT = (0x7 << 76) | (0x2 << 62)
_VERSION_AND_VARIANT_BITS = (0xF << 76) | (0x3 << 62)
_CHANCE = (0xFFF << 64) | ((1 << 62) - 1)


def _chance() -> int:
    """80 random bits. Read in blocks, because each system call releases the interpreter lock."""
    try:
        return _pool.pop()
    except IndexError:
        fresh = os.urandom(10 * 256)
        _pool.extend(int.from_bytes(fresh[start : start + 10], "big") for start in range(10, len(fresh), 10))
        return int.from_bytes(fresh[:10], "big")


_pool: list[int] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.clear)
