"""The site and people of the browser tests. Alice owns it, Bob is a member, Carol a guest, Dave is not signed in."""

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
SECONDS_TO_WAIT = 15  # deadline of every expectation; a test goes on as soon as it is met
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
    """The workspace that all tests share. Each test uses its own rooms in it."""
    site = Site(tmp_path_factory.mktemp("site") / "data")
    site.populate("--history", *MEMBERS)
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def crashing_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for tests that kill its server. Each such test must start it again."""
    site = Site(tmp_path_factory.mktemp("crashing") / "data")
    site.populate("alice", "bob")
    site.start()
    yield site
    site.stop()


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Site]:
    """A site without an owner."""
    site = Site(tmp_path / "data")
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def cookies() -> dict[tuple[str, str], Any]:
    """The browser storage of each person after signing in, by site and username, so that each signs in once."""
    return {}


@pytest.fixture
def visit(
    browser: Browser, cookies: dict[tuple[str, str], Any], request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens a browser on a site: `visit(site, "alice")` is signed in, `visit(site)` is not.

    After the test, no browser may have reported an error that the test did not expect.
    """
    visitors: list[Person] = []

    def open_browser(site: Site, username: str = "", **options: Any) -> Person:
        key = (site.url, username)
        if username and key not in cookies:
            first = Person(browser, site, username)
            first.signs_in(username)
            first.page.wait_for_url("**/chat/**")
            cookies[key] = first.context.storage_state()
            first.closes_browser()
        visitor = Person(browser, site, username or "stranger", storage_state=cookies.get(key), **options)
        visitor.page.set_default_timeout(SECONDS_TO_WAIT * 1000)
        visitors.append(visitor)
        return visitor

    yield open_browser
    if request.node.stash.get(FAILED, False):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for visitor in visitors:
            visitor.saves_screenshots(PICTURES / re.sub(r"[^\w-]+", "-", request.node.name))
    errors = {visitor.name: visitor.errors for visitor in visitors if visitor.errors}
    for visitor in visitors:
        visitor.closes_browser()
    assert not errors


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
    """A channel that Alice created, with Bob. Both leave it after the test, so that tests do not affect each other."""
    room = site.new_room("garden", ("alice", "bob"))
    yield room
    site.leave(room, "alice", "bob")
