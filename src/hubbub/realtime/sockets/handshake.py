"""Before a socket is anybody's: is there room for one more, and is there a socket at this path at all?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from hubbub.protocol.closing import Close
from hubbub.realtime.rate_limits.handshake_rates import address_of
from hubbub.realtime.runtime import runtime

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_WAIT = "hubbub.wait"


def admit(scope: dict[str, Any]) -> float:
    """Count a handshake, once, whoever asks first: 0.0, or the seconds after which to come back.

    An application may ask before it looks up sessions (`hubbub_site.asgi` does), so that strangers cost no query.
    """
    rates = runtime().rates
    if rates.lifted:
        return 0.0
    if _WAIT not in scope:
        scope[_WAIT] = rates.admit(address_of(scope))
    wait: float = scope[_WAIT]
    return wait


def signed_in(scope: dict[str, Any]) -> None:
    """A handshake that was admitted has turned out to be somebody's: it does not count for its address."""
    rates = runtime().rates
    if not rates.lifted:
        rates.signed_in(address_of(scope))


async def refuse(receive: Receive, send: Send, wait: float) -> None:
    """Refuse a handshake that was not admitted."""
    await receive()
    # Accepted first, for a browser is told the close code of an open socket only.
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(Close.TOO_MANY), "reason": f"retry_after={wait:.2f}"})


async def nowhere(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of every path without a socket: 404, or 403 where the server can say nothing else.

    Channels' URLRouter raises for such a path, and servers log that with a traceback for each stranger who tries.
    """
    await receive()
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"There is no socket here.\n"})
