"""`fetch_untrusted`: one request to a URL that a user supplied. Each redirect is checked like the first URL."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import httpcore2

from hubbub import conf
from hubbub.outside.addresses import Address, neighbourhood, why_not_public
from hubbub.outside.failures import BadAnswer, FetchFailed, NotAllowed, TooLarge, TooSlow, Unreachable
from hubbub.outside.fetch_slots import FetchSlots
from hubbub.outside.network_backend import ByteBudget, CheckedNetwork
from hubbub.outside.resolver import resolve
from hubbub.outside.targets import USUAL_PORTS, Target, target_of
from hubbub.protocol import limits

REDIRECTS = {301, 302, 303, 307, 308}

Resolve = Callable[[str, int], Awaitable[list[Address]]]
WhyNot = Callable[[Address], str | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """The response. `url` is the last hop's; `headers` have lower-case names, repeated ones joined with commas."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """The fetcher of a process. `fetch_untrusted` is the instance in use; tests make others with their own resolver."""

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        why_not: WhyNot = why_not_public,
        tls: ssl.SSLContext | None = None,
        slots: FetchSlots | None = None,
    ) -> None:
        self._resolve, self._why_not, self._given_tls = resolve, why_not, tls
        self._slots = slots or FetchSlots(
            at_once=limits.FETCHES_AT_ONCE,
            per_target=limits.FETCHES_PER_TARGET,
            in_all=limits.FETCHES_WAITING,
        )

    async def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        most_bytes: int = limits.FETCH_BYTES,
        seconds: float = limits.FETCH_SECONDS,
        redirects: int = limits.FETCH_REDIRECTS,
        ports: Collection[int] = USUAL_PORTS,
    ) -> Answer:
        """Return the answer to one request, whatever its status. Raises only `FetchFailed`.

        Redirects are followed for GET only, at most `redirects`. Your `headers` are sent to the given URL and to no
        redirect. The deadline of `seconds` covers everything, including the wait for a slot.
        """
        try:
            with self._slots.admitted():
                async with asyncio.timeout(seconds):
                    request = _Request(method, dict(headers or {}), content, most_bytes, ports)
                    return await self._follow(url, request, redirects if method == "GET" else 0)
        except TimeoutError:
            raise TooSlow(f"No complete answer within {seconds:g} s.") from None
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise Unreachable(f"No connection: {error or 'no answer'}.") from None
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise Unreachable(f"The connection was lost: {error}.") from None
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            raise BadAnswer(f"That is not HTTP: {error}.") from None

    async def _follow(self, url: str, request: _Request, redirects: int) -> Answer:
        internal = conf.get("FETCH_INTERNAL")
        target = target_of(url, internal=internal, ports=request.ports)
        for hop in range(redirects + 1):
            answer = await self._hop(target, request, internal)
            location = answer.headers.get("location")
            if redirects == 0 or answer.status not in REDIRECTS or location is None:
                return answer
            if hop < redirects:
                target = self._next(target, location, request, internal)
                request.headers.clear()
        raise BadAnswer(f"More than {redirects} redirects.")

    def _next(self, target: Target, location: str, request: _Request, internal: Collection[str]) -> Target:
        onward = target_of(target.join(location), internal=internal, ports=request.ports)
        if target.scheme == "https" and onward.scheme == "http":
            raise NotAllowed("A redirect from https to http is not followed.")
        return onward

    async def _hop(self, target: Target, request: _Request, internal: Collection[str]) -> Answer:
        addresses = await self._resolve(target.host, target.port)
        if not target.is_named_in(internal):
            for address in addresses:
                if what := self._why_not(address):
                    raise NotAllowed(f"{target.host} is at {address}: {what}.")
        async with self._slots.at(neighbourhood(addresses[0])):
            return await self._ask(target, addresses, request)

    async def _ask(self, target: Target, addresses: list[Address], request: _Request) -> Answer:
        allowance = ByteBudget(limits.FETCH_HEADER_BYTES)
        url = httpcore2.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path
        )
        connection = httpcore2.AsyncHTTPConnection(
            url.origin, ssl_context=self._tls, network_backend=CheckedNetwork(addresses, allowance)
        )
        timeouts = {"timeout": {"connect": float(limits.FETCH_CONNECT_SECONDS)}}
        async with (
            connection,
            connection.stream(
                request.method,
                url,
                headers=request.sent_to(target),
                content=request.content,
                extensions=timeouts,
            ) as response,
        ):
            headers = _joined(response.headers)
            _check_headers(response.status, headers, request.most_bytes)
            # Chunked encoding adds at least five bytes to each chunk. Servers send large chunks, so twice is enough.
            allowance.left += 2 * request.most_bytes + limits.FETCH_HEADER_BYTES
            body = bytearray()
            async for piece in response.aiter_stream():
                body += piece
                if len(body) > request.most_bytes:
                    raise TooLarge(f"The body has more than {int(request.most_bytes)} bytes.")
        return Answer(target.url, response.status, headers, bytes(body))

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or httpcore2.default_ssl_context()


@dataclass(slots=True)
class _Request:
    method: str
    headers: dict[str, str]
    content: bytes
    most_bytes: int
    ports: Collection[int]

    def sent_to(self, target: Target) -> list[tuple[str, str]]:
        """Only these headers: no cookie, no referrer, and a user agent without a version."""
        usual = {
            "host": target.host_header,
            "user-agent": "Hubbub",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
        }
        if self.content or self.method not in ("GET", "HEAD"):
            usual["content-length"] = str(len(self.content))
        return list({**usual, **{name.lower(): value for name, value in self.headers.items()}}.items())


def _joined(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _check_headers(status: int, headers: Mapping[str, str], most_bytes: int) -> None:
    if status < 200:
        raise BadAnswer(f"Status {status} is no final answer.")
    # Nothing is decompressed, so a small answer cannot expand to a large one.
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise BadAnswer("The answer is compressed though that was not asked for.")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most_bytes:
        raise TooLarge(f"The body has {length[:20]} bytes, more than {int(most_bytes)}.")


fetch_untrusted = Fetcher()

__all__ = ["Answer", "FetchFailed", "Fetcher", "fetch_untrusted"]
