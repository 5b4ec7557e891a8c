"""One connection of a stranger, in an event loop that never runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hubbub_site.server.descriptors import Room
from hubbub_site.server.http import LimitedHttp
from hubbub_site.server.strangers import Strangers
from tests.limits.edge import Clock, connected


@pytest.fixture
def loop() -> Iterator[Clock]:
    loop = Clock()
    yield loop
    loop.close()


@pytest.fixture
def strangers() -> Strangers:
    return Strangers(Room(connections=1000, strangers=500, backlog=100), per_address=None)


@pytest.fixture
def http(loop: Clock, strangers: Strangers) -> LimitedHttp:
    return connected(loop, strangers)[0]  # type: ignore[no-any-return]
