"""The workspace and its people. Alice owns it, Bob is a member, Carol a guest, Dave is not signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.person import Person
from tests.e2e.site import Room, Site
from tests.servers.browser import FLAGS

PICTURES = Path(__file__).parents[2] / "test-results" / "e2e"
SECONDS_TO_WAIT = 15  # for what must come; nothing waits longer than it has to
MEMBERS = ("alice", "bob", "carol", "erin", "frank", "grace", "heidi", "ivan", "judy", "kim")

expect.set_options(timeout=SECONDS_TO_WAIT * 1000)


Visit = Callable[..., Person]


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The workspace that all tests share; each has rooms of its own in it."""
    site = Site(tmp_path_factory.mktemp("site") / "data")
    site.populate("--annals", *MEMBERS)
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def frail_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One whose server is killed now and then. Whoever kills it starts it again."""
    site = Site(tmp_path_factory.mktemp("frail") / "data")
    site.populate("alice", "bob")
    site.start()
    yield site
    site.stop()


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Site]:
    """One that nobody has ever visited."""
    site = Site(tmp_path / "data")
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def cookies() -> dict[tuple[str, str], Any]:
    """What each person's browser keeps after signing in, by site and username: it is done once."""
    return {}


@pytest.fixture
def visit(
    browser: Browser, cookies: dict[tuple[str, str], Any], request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens a browser on a site: `visit(site, "alice")` is signed in, `visit(site)` is a stranger.

    Afterwards no browser may have complained, except where the test expected it.
    """
    visitors: list[Person] = []

    def open_browser(site: Site, username: str = "", **options: Any) -> Person:
        key = (site.url, username)
        if username and key not in cookies:
            first = Person(browser, site, username)
            first.signs_in(username)
            first.page.wait_for_url("**/chat/**")
            cookies[key] = first.context.storage_state()
            first.leaves()
        visitor = Person(browser, site, username or "stranger", storage_state=cookies.get(key), **options)
        visitor.page.set_default_timeout(SECONDS_TO_WAIT * 1000)
        visitors.append(visitor)
        return visitor

    yield open_browser
    if request.node.stash.get(FAILED, False):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for visitor in visitors:
            visitor.shows(PICTURES / re.sub(r"[^\w-]+", "-", request.node.name))
    complaints = {visitor.name: visitor.complaints for visitor in visitors if visitor.complaints}
    for visitor in visitors:
        visitor.leaves()
    assert not complaints


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def alice(visit: Visit, site: Site) -> Person:
    return visit(site, "alice")


@pytest.fixture
def bob(visit: Visit, site: Site) -> Person:
    return visit(site, "bob")


@pytest.fixture
def carol(visit: Visit, site: Site) -> Person:
    return visit(site, "carol")


@pytest.fixture
def dave(visit: Visit, site: Site) -> Person:
    return visit(site)


@pytest.fixture
def garden(site: Site) -> Iterator[Room]:
    """A channel of Alice, who opened it, and Bob. Afterwards they leave it: no test finds what another left."""
    room = site.new_room("garden", ("alice", "bob"))
    yield room
    site.leave(room, "alice", "bob")
