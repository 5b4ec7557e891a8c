"""Members with an open socket and a snapshot, or without: then they connect by `dial`, in the test's event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from hubbub import actions
from hubbub.models import Member, Room
from hubbub.realtime import runtime
from tests.online import Arrive
from tests.people import somebody
from tests.realtime.wires import Dial, Wire
from tests.sockets import Online


@pytest.fixture
def alice(comes: Arrive) -> Online:
    return comes("alice")


@pytest.fixture
def bob(comes: Arrive) -> Online:
    return comes("bob")


@pytest.fixture
def carol(comes: Arrive) -> Online:
    return comes("carol")


@pytest.fixture
def dave(comes: Arrive) -> Online:
    """On the site, and in none of the rooms that a test is about."""
    return comes("dave")


@pytest.fixture
def people(db: None, no_first_room: None) -> dict[str, tuple[Member, str]]:
    found = {}
    for name in ("alice", "bob"):
        member = somebody(name)
        found[name] = (member, actions.create_token(member=member)[1])
    return found


@pytest.fixture
def room(people: dict[str, tuple[Member, str]]) -> Room:
    made = actions.create_room(by=people["alice"][0], name="square")
    return actions.invite_members(by=people["alice"][0], room=made, members=[people["bob"][0]])


@pytest.fixture
async def dial(people: dict[str, tuple[Member, str]]) -> AsyncIterator[Dial]:
    """`dial("bob")`: Bob's socket in this event loop. All is stopped after the test."""
    wires: list[Wire] = []

    def make(name: str, **how: Any) -> Wire:
        wires.append(Wire(people[name][1], **how))
        return wires[-1]

    yield make
    for wire in wires:
        await wire.leaves()
    await runtime.stop()
