"""Before a socket opens: handshake rates, sign-in, and paths without a socket."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from hubbub.errors import HubbubError, SignInRequired, Unavailable
from hubbub.protocol.closing import Close
from hubbub.realtime.logins.sign_in import Login, bearer_of, login_from_session
from hubbub.realtime.rate_limits.handshake_rates import address_of
from hubbub.realtime.runtime import Runtime, runtime

log = logging.getLogger("hubbub")

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_WAIT = "hubbub.wait"

SEATS_RETRY_SECONDS = 30.0
"""When a member with too many open sockets may try again."""


def admit(scope: dict[str, Any]) -> float:
    """Count a handshake, once however often this is called: 0.0, or the seconds until a retry.

    An application may call it before it looks up sessions (`hubbub_site.asgi` does), so that strangers cost no query.
    """
    rates = runtime().rates
    if rates.lifted:
        return 0.0
    if _WAIT not in scope:
        scope[_WAIT] = rates.admit(address_of(scope))
    wait: float = scope[_WAIT]
    return wait


async def sign_in(runtime: Runtime, scope: dict[str, Any], send: Send) -> Login | None:
    """The login of a handshake, counted as one of the member's sockets. None: it was refused, and the socket closed."""
    code, reason = Close.TOO_MANY, ""
    wait = admit(scope)
    if not wait:
        try:
            login = await _login(runtime, scope)
            if not runtime.rates.lifted:
                runtime.rates.signed_in(address_of(scope))  # it does not count for its address
            if runtime.rates.seat(login.member.pk):
                return login
            wait = SEATS_RETRY_SECONDS
        except SignInRequired as refusal:
            code, reason = Close.SIGN_IN, refusal.message
        except Unavailable as refusal:
            code, wait = Close.GOING_AWAY, float(refusal.retry_after or 1)
        except HubbubError as refusal:
            code, reason = Close.REVOKED, refusal.message
        except Exception as error:
            log.warning("A sign-in could not be checked: %s", error)
            code, wait = Close.GOING_AWAY, float(Unavailable.retry_after or 1)
    await _accept_and_close(send, int(code), reason or f"retry_after={wait:.2f}")
    return None


async def refuse(receive: Receive, send: Send, wait: float) -> None:
    """Refuse a handshake that was not admitted."""
    await receive()
    await _accept_and_close(send, int(Close.TOO_MANY), f"retry_after={wait:.2f}")


async def nowhere(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of every path without a socket: 404, or 403 where the server supports no other status.

    Channels' URLRouter raises for such a path, and servers log that with a traceback for each stranger who tries.
    """
    await receive()
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"There is no socket here.\n"})


async def _login(runtime: Runtime, scope: dict[str, Any]) -> Login:
    secret = bearer_of(scope)
    if secret is None:
        return await runtime.readers.run(login_from_session, scope)
    found = await runtime.logins.get(secret)
    if not isinstance(found, Login):
        raise found or SignInRequired("This token is not valid (any more).")
    if found.token is not None:
        client = scope.get("client")
        runtime.monitor.token_uses.note(found.token, client[0] if client else "")
    return found


async def _accept_and_close(send: Send, code: int, reason: str) -> None:
    """A browser shows the close code only of a socket that was accepted."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason})
