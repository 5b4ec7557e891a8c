"""Running servers and connected people: one server of each kind for all tests that need one.

`server` is `hubbub serve`, `any_server` each way to serve in turn; `comes("bob")` opens a socket for Bob.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.raw_socket import RawSocket
from tests.serving import WAYS, Person, Server, Shell, Site, new_site, newcomer, served, settle, shell_of
from tests.sockets import Lines, Online, dial

Arrive = Callable[..., Online]
ByHand = Callable[..., Awaitable[RawSocket]]
Enter = Callable[..., Lines]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with its people. Tests copy it; no server runs on it."""
    site = new_site(tmp_path_factory.mktemp("home"))
    with shell_of(site) as shell:
        settle(site, shell)
    return site


@pytest.fixture(scope="session")
def a_copy_of(home: Site, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """Makes a copy of `home` with the same people."""

    def copy() -> Site:
        data = tmp_path_factory.mktemp("site", numbered=True) / "data"
        shutil.copytree(home.data, data)
        return Site(data, people=home.people)

    return copy


@pytest.fixture(scope="session")
def _servers(a_copy_of: Callable[[], Site]) -> Iterator[Callable[[str], Server]]:
    """Each kind of server, started when it is first needed."""
    started: dict[str, Server] = {}
    with ExitStack() as stack:

        def server(way: str) -> Server:
            if way not in started:
                started[way] = stack.enter_context(served(a_copy_of(), way))
            return started[way]

        yield server


@pytest.fixture
def server(_servers: Callable[[str], Server]) -> Server:
    """`hubbub serve`."""
    return _servers("hubbub serve")


@pytest.fixture(params=WAYS)
def any_server(request: pytest.FixtureRequest, _servers: Callable[[str], Server]) -> Server:
    """Each way to serve in turn: the test runs on all of them."""
    return _servers(request.param)


@pytest.fixture
def home_with_limits(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """A server for one test, with the default limits on rates and connections."""
    with served(a_copy_of(), HUBBUB_RATE_LIMITS="on") as server:
        yield server


@pytest.fixture(scope="session")
def _shells() -> Iterator[Callable[[Site], Shell]]:
    started: dict[Path, Shell] = {}
    with ExitStack() as stack:

        def shell(site: Site) -> Shell:
            if site.data not in started:
                started[site.data] = stack.enter_context(shell_of(site))
            return started[site.data]

        yield shell


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Server:
    """The server of this test: `any_server` if the test uses it, else `server`."""
    name = "any_server" if "any_server" in request.fixturenames else "server"
    found: Server = request.getfixturevalue(name)
    return found


@pytest.fixture
def shell(serving: Server, _shells: Callable[[Site], Shell]) -> Shell:
    """A shell: another process with the same database."""
    return _shells(serving.site)


@pytest.fixture
def comes(serving: Server) -> Iterator[Arrive]:
    """`comes("bob")`: Bob opens a socket and takes a snapshot. All sockets are closed after the test."""
    here: list[Online] = []

    def arrive(who: str | Person, *, snapshot: bool = True, at: Server | None = None, **how: Any) -> Online:
        at = at or serving
        person = at.site.people[who] if isinstance(who, str) else who
        online = Online(dial(at, person=person, **how), person)
        here.append(online)
        if snapshot:
            online.takes_snapshot()
        return online

    yield arrive
    for online in here:
        online.closes()


@pytest.fixture
def enters(serving: Server) -> Iterator[Enter]:
    """`enters("garden", "bob")`: Bob opens the room socket of that room."""
    here: list[Lines] = []

    def enter(room: str, who: str | Person = "bob", **how: Any) -> Lines:
        person = serving.site.people[who] if isinstance(who, str) else who
        lines = Lines(dial(serving, f"/ws/chat/{quote(room, safe='')}/", person=person, **how))
        here.append(lines)
        return lines

    yield enter
    for lines in here:
        lines.closes()


@pytest.fixture
def by_hand(serving: Server) -> Iterator[ByHand]:
    """`await by_hand("bob")`: a connection of Bob's that has sent nothing yet, not even the handshake."""
    made: list[RawSocket] = []

    async def make(who: str = "", *, path: str = "/ws/", **how: Any) -> RawSocket:
        token = serving.site.people[who].token if who else ""
        made.append(RawSocket(serving.socket_url(path), token, **how))
        await made[-1].connect()
        return made[-1]

    yield make
    for raw in made:
        raw.close()


@pytest.fixture
def erin(shell: Shell) -> Person:
    """A member of this test only: a change of her account affects no other test."""
    return newcomer(shell, f"erin-{uuid.uuid4().hex[:8]}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with a site of its own chooses its database: no need to run it again on another one."""
    for item in items:
        if "home" in getattr(item, "fixturenames", ()):
            item.add_marker("standalone")
