"""Alice owns the workspace, Bob is a member, Carol is a guest; Dave has no account. Each has a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub import actions
from hubbub.protocol.objects import Role
from hubbub_site.accounts.joining import claim_workspace, create_account
from hubbub_site.accounts.models import User

PASSWORD = "a long summer day"


@pytest.fixture(autouse=True)
def nobody_has_tried_before() -> Iterator[None]:
    """Rate limits count in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    return claim_workspace(workspace="The Lighthouse", username="alice", name="Alice", password=PASSWORD)


@pytest.fixture
def bob(alice: User) -> User:
    return create_account(username="bob", name="Bob", password=PASSWORD)


@pytest.fixture
def carol(alice: User) -> User:
    carol = create_account(username="carol", name="Carol", password=PASSWORD, role=Role.GUEST)
    host = actions.member_for(alice)
    room = actions.create_room(by=host, name="guests")
    actions.invite_members(by=host, room=room, members=[actions.member_for(carol)])
    return carol


@pytest.fixture
def dave() -> Client:
    """A stranger's browser."""
    return Client()


@pytest.fixture
def alices(alice: User) -> Client:
    """Alice's browser, signed in."""
    return signed_in(alice)


@pytest.fixture
def bobs(bob: User) -> Client:
    """Bob's browser, signed in."""
    return signed_in(bob)


@pytest.fixture
def carols(carol: User) -> Client:
    """Carol's browser, signed in."""
    return signed_in(carol)


def signed_in(user: User, browser: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") -> Client:
    """A browser that has signed in on the page, as people do."""
    client = Client(headers={"User-Agent": browser})
    response = client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client
