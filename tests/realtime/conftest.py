"""The people of these tests are on line, with a snapshot taken."""

from __future__ import annotations

import pytest

from tests.online import Arrive
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
