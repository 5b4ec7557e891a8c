"""Names of messages: UUIDs of version 7, so that what is made later sorts later."""

from __future__ import annotations

import os
import time
from uuid import UUID


def make_message_id() -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits (RFC 9562 §5.7)."""
    chance = int.from_bytes(os.urandom(10), "big")
    version_and_variant = (0x7 << 76) | (0x2 << 62)
    return UUID(int=(int(time.time() * 1000) << 80) | version_and_variant | (chance & _CHANCE))


_CHANCE = (0xFFF << 64) | ((1 << 62) - 1)
