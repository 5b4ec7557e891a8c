"""The Channels tutorial's pages, unchanged, in two browsers of two people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.online import Arrive
from tests.servers.browser import FLAGS
from tests.serving import Server, Site, served
from tests.sockets import new_id

ROOT = Path(__file__).parents[2]
MILLISECONDS_TO_WAIT = 20_000

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="module")
def project(a_copy_of: Callable[[], Site]) -> Iterator[Server]:
    """Under Daphne, as `runserver` has it in the tutorial."""
    variables = {"DJANGO_SETTINGS_MODULE": "tests.tutorial.settings", "PYTHONPATH": str(ROOT)}
    with served(a_copy_of(), "daphne", **variables) as server:
        yield server


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield chromium
        await chromium.close()


async def page_of(browser: Browser, server: Server, who: str, path: str) -> Page:
    """A browser of one's own, signed in, that shows this page."""
    context = await browser.new_context()
    cookie = {"name": "sessionid", "value": server.site.people[who].session, "url": server.origin}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    page.set_default_timeout(MILLISECONDS_TO_WAIT)
    await page.goto(server.origin + path)
    return page


async def in_room(browser: Browser, server: Server, who: str, room: str) -> Page:
    page = await page_of(browser, server, who, f"/tutorial/{quote(room)}/")
    await expect(page.locator("body[data-state=open]")).to_be_attached(timeout=MILLISECONDS_TO_WAIT)
    return page


async def says(page: Page, text: str) -> None:
    await page.fill("#chat-message-input", text)
    await page.press("#chat-message-input", "Enter")


async def log_ends_with(page: Page, *lines: str) -> None:
    ended = "wanted => document.querySelector('#chat-log').value.endsWith(wanted)"
    await page.wait_for_function(ended, arg="".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("name", ["lobby", "大厅", "غرفة الجلوس", "🎉 a party"])
async def test_two_people_talk_in_two_windows(project: Server, browser: Browser, name: str) -> None:
    room = f"{name} {new_id()[-6:]}"
    alice = await in_room(browser, project, "alice", room)
    bob = await in_room(browser, project, "bob", room)
    await log_ends_with(alice, "Bob joined")
    await says(alice, "hello, Bob")
    await log_ends_with(bob, "hello, Bob")
    await says(bob, "مرحبا 你好 👋")
    await log_ends_with(alice, "hello, Bob", "مرحبا 你好 👋")
    await log_ends_with(bob, "hello, Bob", "مرحبا 你好 👋")


async def test_the_lobby_leads_to_a_room(project: Server, browser: Browser) -> None:
    room = f"garden-{new_id()[-6:]}"
    bob = await page_of(browser, project, "bob", "/tutorial/")
    await bob.fill("#room-name-input", room)
    await bob.click("#room-name-submit")
    await bob.wait_for_url(f"**/tutorial/{room}/")
    await expect(bob.locator("body[data-state=open]")).to_be_attached(timeout=MILLISECONDS_TO_WAIT)
    await says(bob, "is this the garden?")
    await log_ends_with(bob, "is this the garden?")


async def test_another_room_hears_nothing(project: Server, browser: Browser) -> None:
    here = await in_room(browser, project, "alice", f"here {new_id()[-6:]}")
    there = await in_room(browser, project, "alice", f"there {new_id()[-6:]}")
    await says(here, "only here")
    await log_ends_with(here, "only here")
    await says(there, "only there")
    await log_ends_with(there, "only there")
    assert "only here" not in await there.input_value("#chat-log")


async def test_what_is_said_there_is_read_in_the_chat(
    project: Server, browser: Browser, comes: Arrive
) -> None:
    """The learner's page and the product are one conversation."""
    room = f"mixed {new_id()[-6:]}"
    page = await in_room(browser, project, "alice", room)
    await says(page, "from the tutorial")
    await log_ends_with(page, "from the tutorial")
    alice = comes("alice", at=project)
    (found,) = [r for r in alice.state["rooms"] if r["name"] == room]
    history = alice.command("timeline", room=found["id"])["messages"]
    assert [m["text"] for m in history][-1] == "from the tutorial"
    alice.says(found["id"], "from the chat")
    await log_ends_with(page, "from the tutorial", "from the chat")


async def test_whoever_is_not_signed_in_is_told_by_onclose(project: Server, browser: Browser) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{project.origin}/tutorial/lobby/")
    await expect(page.locator("body[data-state=closed]")).to_be_attached(timeout=MILLISECONDS_TO_WAIT)


async def test_the_end_of_the_server_is_told_by_onclose(
    a_copy_of: Callable[[], Site], browser: Browser
) -> None:
    """Closed unexpectedly → the user is told."""
    variables = {"DJANGO_SETTINGS_MODULE": "tests.tutorial.settings", "PYTHONPATH": str(ROOT)}
    with served(a_copy_of(), "uvicorn", **variables) as server:
        page = await in_room(browser, server, "bob", "lobby")
        server.process.kill()
        await expect(page.locator("body[data-state=closed]")).to_be_attached(timeout=MILLISECONDS_TO_WAIT)
