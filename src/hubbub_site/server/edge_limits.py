"""Limits for connections before sign-in. Each row has a test in `tests/limits`.

The files in `deploy/` give a proxy the same numbers.
"""

from __future__ import annotations

from hubbub.protocol.limits import Limit

HEAD_BYTES = Limit(
    32 * 1024, "bytes", "request line and headers, each header counted with 32 bytes more (431)"
)
URL_BYTES = Limit(8 * 1024, "bytes", "path and query of a request (414): what nginx takes")
HEAD_SECONDS = Limit(10, "seconds", "from the connection or the first byte to the end of the headers (408)")
BODY_SECONDS = Limit(30, "seconds", "from the end of the headers to the end of the body (408)")
SIGN_IN_SECONDS = Limit(30, "seconds", "from the upgrade to a signed-in socket")
UNREAD_SECONDS = Limit(
    60, "seconds", "in which a client takes nothing of its response; a slow one may take as little as 1 kB/s"
)
LINGER_SECONDS = Limit(2, "seconds", "in which a refused client can read the refusal")
PIPELINED_REQUESTS = Limit(16, "requests", "waiting on one connection for the response before theirs")
CONNECTIONS_PER_ADDRESS = Limit(
    256,
    "connections",
    "without a signed-in socket, of one IPv4 address or IPv6 /56 at one process; 429, lifted",
)
DESCRIPTORS = Limit(
    1024 * 1024, "descriptors", "that a server asks for at its start, if the system allows so many"
)


def table() -> dict[str, Limit]:
    """Every limit by name, in reading order."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}
