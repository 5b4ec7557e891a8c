"""Connections for httpcore that use checked addresses only and read a bounded number of bytes."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2

from hubbub.outside.addresses import Address
from hubbub.outside.failures import TooLarge

ADDRESSES_TRIED = 3


class ByteBudget:
    """The bytes that a connection may still read, counted as they arrive (after TLS, before HTTP)."""

    def __init__(self, left: int) -> None:
        self.left = left


class CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the given addresses and ignores the host name, so no name is resolved a second time."""

    def __init__(self, addresses: Sequence[Address], allowance: ByteBudget) -> None:
        self._addresses = addresses[:ADDRESSES_TRIED]
        self._allowance = allowance
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failed: Exception | None = None
        for address in self._addresses:
            try:
                stream = await self._network.connect_tcp(str(address), port, timeout=timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Metered(stream, self._allowance)
        raise failed or httpcore2.ConnectError("no address")


class _Metered(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: httpcore2.AsyncNetworkStream, allowance: ByteBudget) -> None:
        self._stream, self._allowance = stream, allowance

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if self._allowance.left <= 0:
            raise TooLarge("The answer is longer than allowed.")
        data = await self._stream.read(min(max_bytes, self._allowance.left), timeout=timeout)
        self._allowance.left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout=timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Metered(secured, self._allowance)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
