"""Resolves a host name once per hop, in its own threads, so a slow DNS server blocks no other work."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from hubbub.outside.addresses import Address
from hubbub.outside.failures import NotAllowed, Unreachable

THREADS = 4
_threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="hubbub-names")


async def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a host, in the order in which the system would try them.

    The system's resolver also reads `127.1`, `2130706433` and `0x7f000001`, so the check applies to what it returns.
    """
    try:
        found = await asyncio.get_running_loop().run_in_executor(_threads, _look_up, host, port)
    except socket.gaierror as error:
        raise Unreachable(f"The name {host} does not resolve: {error.strerror}.") from None
    except (UnicodeError, ValueError):
        raise NotAllowed(f"{host!r} is not a host name.") from None
    if not found:
        raise Unreachable(f"The name {host} has no address.")
    return found


def _look_up(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
