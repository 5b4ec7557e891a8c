"""Limits of `fetch_untrusted`: at the limit an answer is accepted, above it is refused."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from hubbub.outside import BadAnswer, NotAllowed, TooBusy, TooLarge, fetching
from hubbub.outside.targets import target_of
from hubbub.protocol import limits
from tests.outside.servers import a_fetcher, ok, redirecting_to, saying, serving

pytestmark = pytest.mark.standalone


def usual(name: str) -> object:
    return inspect.signature(fetching.Fetcher.__call__).parameters[name].default


def test_fetch_url_characters() -> None:
    start = "http://a.example/"
    longest = start + "x" * (limits.FETCH_URL_CHARACTERS - len(start))
    assert target_of(longest).host == "a.example"
    with pytest.raises(NotAllowed, match="2048"):
        target_of(longest + "x")


async def test_fetch_header_bytes() -> None:
    rest = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \r\n\r\n"
    for more, refused in ((0, False), (1, True)):
        filling = b"x" * (limits.FETCH_HEADER_BYTES - len(rest) + more)
        async with serving(saying(rest.replace(b"X: ", b"X: " + filling))) as server:
            if refused:
                with pytest.raises(TooLarge):
                    await a_fetcher()(server.url(), ports={server.port})
            else:
                assert (await a_fetcher()(server.url(), ports={server.port})).status == 200


async def test_fetch_bytes() -> None:
    async with serving(ok(b"x" * limits.FETCH_BYTES)) as server:
        assert len((await a_fetcher()(server.url(), ports={server.port})).body) == limits.FETCH_BYTES
    async with serving(saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (limits.FETCH_BYTES + 1))) as server:
        with pytest.raises(TooLarge, match=str(int(limits.FETCH_BYTES))):
            await a_fetcher()(server.url(), ports={server.port})


def test_fetch_seconds() -> None:
    """`tests/outside` checks the deadline itself, with a shorter one."""
    assert usual("seconds") == limits.FETCH_SECONDS


async def test_fetch_connect_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Network(fetching.CheckedNetwork):
        async def connect_tcp(self, *args, timeout=None, **more):  # type: ignore[no-untyped-def]  # noqa: ASYNC109
            asked.append(timeout)
            return await super().connect_tcp(*args, timeout=timeout, **more)

    monkeypatch.setattr(fetching, "CheckedNetwork", Network)
    async with serving(ok(b"")) as server:
        await a_fetcher()(server.url(), ports={server.port})
    assert asked == [limits.FETCH_CONNECT_SECONDS]


async def test_fetch_redirects() -> None:
    async with serving(redirecting_to("/again")) as server:
        with pytest.raises(BadAnswer, match="3 redirects"):
            await a_fetcher()(server.url(), ports={server.port})
    assert len(server.requests) == limits.FETCH_REDIRECTS + 1


async def under_way(count: int, *, hosts: int, expected: int) -> int:
    """How many of `count` fetches towards `hosts` addresses reach a silent server; waits for `expected`."""
    addresses = [f"127.0.1.{n + 1}" for n in range(hosts)]
    release = asyncio.Event()

    async def wait(request: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        await ok(b"")(request, writer)

    fetch = fetching.Fetcher(why_not=lambda address: None)
    async with serving(wait, "0.0.0.0") as server:  # noqa: S104
        urls = [server.url(host=addresses[n % hosts]) for n in range(count)]
        tasks = [asyncio.create_task(fetch(url, ports={server.port})) for url in urls]
        async with asyncio.timeout(30):
            while server.connections < expected:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # time for requests that must not come
        reached = server.connections
        release.set()
        await asyncio.gather(*tasks)
    return reached


async def test_fetches_at_once() -> None:
    most = limits.FETCHES_AT_ONCE
    assert await under_way(most + 4, hosts=20, expected=most) == most


async def test_fetches_per_target() -> None:
    most = limits.FETCHES_PER_TARGET
    assert await under_way(most + 2, hosts=1, expected=most) == most


async def test_fetches_waiting() -> None:
    async def never(host: str, port: int) -> list[object]:
        await asyncio.sleep(60)
        return []

    fetch = a_fetcher(never)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(fetch("http://a.example/")) for _ in range(limits.FETCHES_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await fetch("http://a.example/")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with pytest.raises(NotAllowed):
        await fetch("ftp://a.example/")
