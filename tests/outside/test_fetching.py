"""Fetching URLs from an attacker: the results, and the targets that a request never reaches."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from hubbub.outside import BadAnswer, FetchFailed, NotAllowed, TooLarge, TooSlow, Unreachable
from tests.outside.servers import PRIVATE, PUBLIC, Names, a_fetcher, ok, redirecting_to, saying, serving

pytestmark = pytest.mark.standalone

HELLO = ok(b"hello", "Content-Type: text/plain", "X-Two: a", "X-Two: b", "Set-Cookie: crumb=1")


async def test_it_returns_status_headers_and_body() -> None:
    async with serving(HELLO) as server:
        answer = await a_fetcher()(server.url("/a?b=c#d"), ports={server.port})
    assert (answer.status, answer.body) == (200, b"hello")
    assert (answer.headers["content-type"], answer.headers["x-two"]) == ("text/plain", "a, b")
    assert answer.url == server.url("/a?b=c")
    request = server.requests[0].decode().lower()
    assert request.startswith("get /a?b=c http/1.1\r\n")
    assert f"host: public.example:{server.port}\r\n" in request


async def test_it_posts_content() -> None:
    async def echo(request: bytes, writer: asyncio.StreamWriter) -> None:
        await ok(request)(request, writer)

    async with serving(echo) as server:
        answer = await a_fetcher()(
            server.url(), method="POST", content=b"body", headers={"TTL": "60"}, ports={server.port}
        )
    assert b"POST / HTTP/1.1" in answer.body
    assert b"ttl: 60" in answer.body and b"content-length: 4" in answer.body


async def test_a_rebound_name_is_connected_at_its_checked_address() -> None:
    """DNS rebinding: a second query would return a private address. There is no second query."""
    names = Names(**{"rebinding.example": [PUBLIC, PRIVATE]})
    async with serving(HELLO) as server, serving(HELLO, PRIVATE, port=server.port) as private:
        answer = await a_fetcher(names)(server.url(host="rebinding.example"), ports={server.port})
        assert answer.body == b"hello"
        assert names.asked == ["rebinding.example"]
        with pytest.raises(NotAllowed):
            await a_fetcher(names)(server.url(host="rebinding.example"), ports={server.port})
    assert private.connections == 0


@pytest.mark.parametrize("host", [PRIVATE, "private.example", "[::ffff:127.0.0.2]"])
async def test_a_redirect_into_the_private_network_is_not_followed(host: str) -> None:
    """A redirect must not lead to a private address."""
    async with serving(HELLO, PRIVATE) as private:
        inside = f"http://{host}:{private.port}/"
        names = Names(**{"::ffff:127.0.0.2": ["::ffff:127.0.0.2"]})
        async with serving(redirecting_to(inside)) as server:
            with pytest.raises(NotAllowed):
                await a_fetcher(names)(server.url(), ports={server.port, private.port})
    assert private.connections == 0


async def test_a_redirect_gets_none_of_the_first_requests_headers() -> None:
    async with serving(HELLO) as second, serving(redirecting_to(second.url("/next"), 307)) as first:
        answer = await a_fetcher()(
            first.url(), headers={"Authorization": "secret"}, ports={first.port, second.port}
        )
    assert (answer.body, answer.url) == (b"hello", second.url("/next"))
    assert b"secret" in first.requests[0]
    for word in (b"secret", b"authorization", b"cookie", b"referer", b"origin"):
        assert word not in second.requests[0].lower()


async def test_endless_redirects_are_given_up() -> None:
    async with serving(redirecting_to("/again")) as server:
        with pytest.raises(BadAnswer, match="redirects"):
            await a_fetcher()(server.url(), ports={server.port}, redirects=2)
    assert len(server.requests) == 3


async def test_a_post_is_not_redirected() -> None:
    async with serving(redirecting_to("/again", 308)) as server:
        answer = await a_fetcher()(server.url(), method="POST", ports={server.port})
    assert (answer.status, len(server.requests)) == (308, 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://user@public.example/",
        "http://user:password@public.example/",
        "http://@public.example/",
        "ftp://public.example/",
        "file:///etc/passwd",
        "gopher://public.example/",
        "//public.example/",
        "public.example",
        "http://",
        "http:///etc",
        "http://public.example:22/",
        "http://public.example:0/",
        "http://public.example:99999/",
        "http://public.example\\@private.example/",
        "http://public.example/ HTTP/1.1\r\nX: y",
        "http://public.example\t/",
        "http://public%2eexample/",
        "http://[::1",
        "http://public.example/" + "a" * 2048,
    ],
)
async def test_an_ambiguous_url_is_refused(url: str) -> None:
    names = Names()
    with pytest.raises(NotAllowed):
        await a_fetcher(names)(url)
    assert names.asked == []


@pytest.mark.parametrize("location", ["http://user@public.example/", "file:///etc/passwd", "http://x:22/"])
async def test_a_redirect_to_an_ambiguous_url_is_refused(location: str) -> None:
    async with serving(redirecting_to(location)) as server:
        with pytest.raises(NotAllowed):
            await a_fetcher()(server.url(), ports={server.port})


async def test_one_byte_at_a_time_ends_at_the_deadline() -> None:
    """Each byte would reset a read timeout; the deadline covers the whole request."""

    async def drip(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as server:
        with pytest.raises(TooSlow):
            await a_fetcher()(server.url(), ports={server.port}, seconds=0.5)


async def test_a_silent_server_ends_at_the_deadline() -> None:
    async def nothing(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serving(nothing) as server:
        with pytest.raises(TooSlow):
            await a_fetcher()(server.url(), ports={server.port}, seconds=0.3)


async def test_a_silent_dns_server_ends_at_the_deadline() -> None:
    async def never(host: str, port: int) -> Any:
        await asyncio.sleep(30)

    with pytest.raises(TooSlow):
        await a_fetcher(never)("http://public.example/", seconds=0.3)  # type: ignore[arg-type]


async def endless(start: bytes, piece: bytes) -> int:
    """The number of bytes that a server with an endless answer could send before the fetcher closed the connection."""
    sent = 0

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            sent += len(piece)
            await writer.drain()

    async with serving(reply) as server:
        with pytest.raises((TooLarge, BadAnswer)):
            await a_fetcher()(server.url(), ports={server.port}, most_bytes=100_000)
    return sent


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"x" * 10_000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 10_000 + b"\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 10_000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Header: ", b"x" * 10_000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
        (b"HTTP/1.1 ", b"2" * 10_000),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"X-Trailer: " + b"x" * 10_000 + b"\r\n",
        ),
    ],
    ids=[
        "body",
        "chunks",
        "chunk extensions",
        "headers",
        "one header",
        "informational",
        "status",
        "trailers",
    ],
)
async def test_an_endless_answer_is_cut_off(start: bytes, piece: bytes) -> None:
    """Each part of an answer may be endless."""
    assert await endless(start, piece) < 10_000_000  # the socket buffers of the system, and a little more


async def test_a_body_with_a_too_large_content_length_is_not_read() -> None:
    async with serving(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")) as server:
        with pytest.raises(TooLarge):
            await a_fetcher()(server.url(), ports={server.port})


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
async def test_a_compressed_answer_is_not_unpacked(coding: str) -> None:
    """10 kB can expand to 10 MB. The fetcher requests no compression and accepts none."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    async with serving(ok(bomb, f"Content-Encoding: {coding}")) as server:
        with pytest.raises(BadAnswer, match="compressed"):
            await a_fetcher()(server.url(), ports={server.port})
    assert b"accept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x01" * 10,
    ],
)
async def test_an_answer_that_is_not_http_raises_fetch_failed(answer: bytes) -> None:
    async with serving(saying(answer)) as server:
        with pytest.raises(FetchFailed):
            await a_fetcher()(server.url(), ports={server.port})


async def test_a_closed_port_is_unreachable(unused_port: int) -> None:
    with pytest.raises(Unreachable):
        await a_fetcher()(f"http://public.example:{unused_port}/", ports={unused_port})


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(HELLO) as proxy, serving(HELLO) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await a_fetcher()(server.url(), ports={server.port})
    assert proxy.connections == 0


async def test_the_operator_may_allow_a_host_of_the_private_network(settings: Any) -> None:
    async with serving(HELLO, PRIVATE) as private:
        settings.HUBBUB = {**settings.HUBBUB, "FETCH_INTERNAL": (f"private.example:{private.port}",)}
        assert (await a_fetcher()(private.url(host="private.example"))).body == b"hello"
        names = Names(**{"a.private.example": [PRIVATE]})
        for other in (private.url(host=PRIVATE), private.url(host="a.private.example")):
            with pytest.raises(NotAllowed):
                await a_fetcher(names)(other, ports={private.port})


@pytest.fixture
def unused_port() -> Iterator[int]:
    from tests.servers.process import free_port

    yield free_port()
