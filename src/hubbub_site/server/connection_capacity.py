"""How many connections this process can have open, and how many of them strangers may take."""

from __future__ import annotations

import resource
from typing import NamedTuple

from hubbub_site.server.edge_limits import DESCRIPTORS


class Capacity(NamedTuple):
    """Connections that this process can hold, and how many of them may be unauthenticated."""

    connections: int
    unauthenticated: int
    backlog: int
    """Connections that the kernel may hold. The event loop accepts all of them at once, past any limit."""


def raise_limit() -> None:
    """Ask for as many descriptors as the system allows. Many systems start a program with 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return  # macOS allows fewer than it says; what there was stays


def capacity(backlog: int) -> Capacity:
    """What the present limit allows. A quarter stays free: for the database, files, and what was just accepted."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = DESCRIPTORS if limit == resource.RLIM_INFINITY else min(limit, DESCRIPTORS)
    spare = min(limit // 4, 2 * backlog)
    connections = limit - spare
    return Capacity(connections, connections // 2, min(backlog, spare // 2))
