"""Names of messages: UUIDs of version 7, so that what is made later sorts later."""

from __future__ import annotations

import os
import time
from uuid import UUID


def make_message_id() -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits (RFC 9562 §5.7)."""
    value = int.from_bytes(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))
