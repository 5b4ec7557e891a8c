"""Guessing a password at two servers is one series of tries; and Redis, which counts them, may be away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.scale.browser import Browser
from tests.scale.conftest import NewSite, Nodes
from tests.servers import Running, running_redis
from tests.servers.fixtures import or_skipped
from tests.serving import Server, served, shell_of

PASSWORD = "a long summer day"
TRIES = 5


@pytest.fixture
def own_redis() -> Iterator[Running]:
    with or_skipped(), running_redis() as server:
        yield server


@pytest.fixture
def limited(new_home: NewSite, own_redis: Running) -> Iterator[Nodes]:
    """Two servers with their limits on. Alice and Bob have passwords."""
    site = new_home(REDIS_URL=own_redis.url)
    with shell_of(site) as shell:
        shell.run(
            "for name in ('alice', 'bob'):\n"
            "    user = User.objects.get(username=name)\n"
            "    user.set_password(password)\n"
            "    user.save()\n",
            password=PASSWORD,
        )
    with ExitStack() as stack:
        yield (
            stack.enter_context(served(site, HUBBUB_RATE_LIMITS="on")),
            stack.enter_context(served(site, HUBBUB_RATE_LIMITS="on")),
        )


def signs_in(node: Server, name: str, password: str = PASSWORD) -> str:
    """The page that follows."""
    return Browser().post(node, "/account/login/", login=name, password=password)


def test_tries_at_both_count_together_and_without_redis_nobody_is_shut_out(
    limited: Nodes, own_redis: Running
) -> None:
    for number in range(TRIES):
        assert "not correct" in signs_in(limited[number % 2], "alice", "guessed")
    for node in limited:
        assert "Too many" in signs_in(node, "alice"), "even the right one has to wait now"
    own_redis.process.kill()
    for node in limited:
        page = signs_in(node, "bob")
        assert "Too many" not in page and "not correct" not in page
        assert 'name="password"' not in page, "he is in"
        assert "each process counts by itself" in node.log.read_text()
