"""Alice owns the workspace, Bob is a member, Carol is a guest; Dave has no account. Each has a browser."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from hubbub import actions
from hubbub.protocol.objects import Role
from hubbub_site.accounts.account_creation import claim_workspace, create_account
from hubbub_site.accounts.models import User
from tests.serving import Site, new_site
from tests.site.sites import a_database, add_people_and_messages

PASSWORD = "a long summer day"


@pytest.fixture(autouse=True)
def remove_log_handlers() -> Iterator[None]:
    """Commands that run in this process configure logging. Their handlers write to a stream that ends with the test."""
    before = {id(handler) for logger in loggers() for handler in logger.handlers}
    yield
    for logger in loggers():
        for handler in logger.handlers[:]:
            if type(handler) is logging.StreamHandler and id(handler) not in before:
                logger.removeHandler(handler)


def loggers() -> list[logging.Logger]:
    return [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]


@pytest.fixture(autouse=True)
def clear_rate_limits() -> Iterator[None]:
    """Clear the cache, which holds rate limits across tests."""
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
    """The browser of a visitor without an account."""
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
    """A browser that has signed in on the page."""
    client = Client(headers={"User-Agent": browser})
    response = client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with people and messages. Tests copy it and never change it."""
    site = new_site(tmp_path_factory.mktemp("lived-in") / "data")
    add_people_and_messages(site)
    return site


@pytest.fixture
def house(lived_in: Site, tmp_path: Path) -> Site:
    """A copy of that site for one test."""
    shutil.copytree(lived_in.data, tmp_path / "house")
    return Site(tmp_path / "house", people=lived_in.people)


@pytest.fixture
def other(tmp_path: Path) -> Site:
    """An empty data directory."""
    return Site(tmp_path / "other")


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database for this test."""
    with a_database(postgres_url) as url:
        yield url
