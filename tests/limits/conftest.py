"""An unauthenticated connection, in an event loop that never runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubbub_site.server.connection_capacity import Capacity
from hubbub_site.server.http_protocol import LimitedHttp
from hubbub_site.server.unauthenticated import UnauthenticatedConnections
from tests.limits.edge import Clock, connected


@pytest.fixture
def loop() -> Iterator[Clock]:
    loop = Clock()
    yield loop
    loop.close()


@pytest.fixture
def unauthenticated() -> UnauthenticatedConnections:
    return UnauthenticatedConnections(
        Capacity(connections=1000, unauthenticated=500, backlog=100), per_address=None
    )


@pytest.fixture
def http(loop: Clock, unauthenticated: UnauthenticatedConnections) -> LimitedHttp:
    return connected(loop, unauthenticated)[0]  # type: ignore[no-any-return]
