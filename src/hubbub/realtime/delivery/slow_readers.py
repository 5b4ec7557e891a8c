"""When a client reads too slowly: both reasons to close its connection (code 4008).

A connection whose transport is full keeps events in a `SendBuffer`. Over its bound the buffer first drops what can be
dropped and replaces a room's frames by one `lag`. The connection is closed

- when the buffer is still over its bound after that, or
- when the client has taken nothing of it for STALLED_SECONDS.

The client may reconnect and resume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubbub.protocol import limits
from hubbub.protocol.closing import Close

if TYPE_CHECKING:
    from hubbub.realtime.delivery.connection import Connection


def is_over_bound(size: int, frames: int) -> bool:
    """Whether a send buffer with so many bytes and frames has to drop something."""
    return size > limits.OUTBOX_BYTES or frames > limits.OUTBOX_FRAMES


def is_stalled(connection: Connection, now: float) -> bool:
    """Whether the client has taken nothing for STALLED_SECONDS while something waits for it.

    Counts from the first call that finds something waiting. Events that are held back for a snapshot do not count.
    """
    if not connection.has_backlog or connection.held:
        return False
    if connection.stalled_since is None:
        connection.stalled_since = now
    return now - connection.stalled_since >= limits.STALLED_SECONDS


def close_slow(connection: Connection) -> None:
    connection.close(Close.SLOW, "You read too slowly.")
