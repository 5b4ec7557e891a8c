"""Two servers side by side, `hubbub serve` on two ports, with one PostgreSQL: with Redis between them, or without.

`nodes` are the two of a test's module. Alice, Bob, Carol and Dave are the site's; `comes("bob", at=nodes[1])` opens a
socket of Bob's at the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.serving import Person, Server, Shell, Site, new_site, newcomer, served, settle, shell_of

HERE = Path(__file__).parent
Nodes = tuple[Server, Server]
NewSite = Callable[..., Site]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These bring their own PostgreSQL and Redis: no need to run them twice."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.standalone)


@pytest.fixture(scope="session")
def new_home(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> NewSite:
    """`new_home(REDIS_URL=…)`: a site with its people, in a PostgreSQL database and a directory of its own."""
    server = postgres_url.rpartition("/")[0]
    first = new_site(tmp_path_factory.mktemp("first"), DATABASE_URL=_database(server))
    with shell_of(first) as shell:
        settle(first, shell)

    def make(**environment: str) -> Site:
        copied = _database(server, template=first.environment["DATABASE_URL"].rpartition("/")[2])
        data = tmp_path_factory.mktemp("site", numbered=True)
        (data / "secret-key").write_text((first.data / "secret-key").read_text())
        return Site(data, {"DATABASE_URL": copied, **environment}, first.people)

    return make


def _database(server: str, template: str = "template1") -> str:
    name = f"scale_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


@contextmanager
def two_nodes(site: Site) -> Iterator[Nodes]:
    with ExitStack() as stack:
        yield stack.enter_context(served(site)), stack.enter_context(served(site))


@pytest.fixture(scope="module")
def bus(redis_url: str) -> str:
    """REDIS_URL of the module's nodes; a module may override it."""
    return redis_url


@pytest.fixture(scope="module")
def nodes(new_home: NewSite, bus: str) -> Iterator[Nodes]:
    with two_nodes(new_home(REDIS_URL=bus) if bus else new_home()) as pair:
        yield pair


@pytest.fixture(scope="module")
def module_shell(nodes: Nodes) -> Iterator[Shell]:
    with shell_of(nodes[0].site) as shell:
        yield shell


@pytest.fixture
def shell(module_shell: Shell) -> Shell:
    """A third process with the same database and bus."""
    return module_shell


@pytest.fixture
def serving(nodes: Nodes) -> Server:
    """The node that people connect to by default."""
    return nodes[0]


@pytest.fixture
def erin(shell: Shell) -> Person:
    """A member whom only this test knows."""
    return newcomer(shell, f"erin-{uuid4().hex[:8]}")
