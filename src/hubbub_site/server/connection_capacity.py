"""Calculates how many connections this process can have open, and how many of them may be unauthenticated."""

from __future__ import annotations

import resource
from typing import NamedTuple

from hubbub_site.server.edge_limits import DESCRIPTORS


class Capacity(NamedTuple):
    """Connections that this process can hold, and how many of them may be unauthenticated."""

    connections: int
    unauthenticated: int
    backlog: int
    """Length of the kernel's accept queue. The event loop accepts the whole queue at once, before any limit applies."""


def raise_limit() -> None:
    """Raise the limit of open file descriptors to the system's maximum. Many systems start a program with 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return  # macOS allows fewer than it reports; the old limit stays


def capacity(backlog: int) -> Capacity:
    """The capacity under the current limit. A quarter stays free for the database, files and just accepted sockets."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = DESCRIPTORS if limit == resource.RLIM_INFINITY else min(limit, DESCRIPTORS)
    spare = min(limit // 4, 2 * backlog)
    connections = limit - spare
    return Capacity(connections, connections // 2, min(backlog, spare // 2))
