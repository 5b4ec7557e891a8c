"""Somebody who chats, in the words of the tests: alice.says("hello"), bob.sees("hello")."""

from __future__ import annotations

import contextlib
import re
import time

from playwright.sync_api import Error, Locator, expect

from tests.e2e.reader import Reader
from tests.e2e.site import Room

LOST = re.compile("No connection|Reconnecting")
SECONDS_TO_COME_BACK = 30


class Person(Reader):
    """A reader with an account, who takes part."""

    # ── where things are ──

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile("^Message "))

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_role("navigation", name="Channels and people")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name="About and people")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def room_link(self, name: str) -> Locator:
        # “garden 1” is not “garden 12”, “Alice” is not “Alice, Bob”, whatever else is told of it.
        return self.sidebar.get_by_role("link", name=re.compile(rf"\b{re.escape(name)}(?!\d|, \w)"))

    def weight_of(self, name: str) -> int:
        """How bold a room stands in the sidebar."""
        return int(self.room_link(name).evaluate("link => getComputedStyle(link).fontWeight"))

    # ── going places ──

    def enters(self, room: Room, number: int | None = None) -> None:
        """Opens a room by its address, as from a bookmark; with a number, one of its messages."""
        self.goes_to(room.path + (f"{number}/" if number else ""))
        expect(self.timeline).to_be_visible()

    def has_unread(self, count: int, room: Room) -> None:
        """The sidebar says so. With 0 it says nothing."""
        unread = f" , {count} unread message{'s' if count > 1 else ''}" if count else ""
        expect(self.room_link(room.name)).to_have_accessible_name(room.name + unread)

    def goes_by_sidebar_to(self, name: str) -> None:
        self.room_link(name).click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def writes_to(self, *usernames: str) -> None:
        """Opens the direct room with these people, by the dialog."""
        self.page.get_by_role("button", name="New message").first.click()
        field = self.dialog.get_by_role("combobox", name="To: name or handle")
        for username in usernames:
            field.fill(username)
            expect(self.dialog.get_by_role("option")).to_have_count(1)
            field.press("Enter")
        self.presses("Go to messages")
        expect(self.dialog).to_have_count(0)

    def chooses_of_own_menu(self, item: str) -> None:
        self.page.get_by_role("button", name=re.compile("profile and settings$")).click()
        self.page.get_by_role("menu", name="You").get_by_role("menuitem", name=item).click()

    def wants_new_messages(self, how: str) -> None:
        """Of the room on the screen: `counted`, `shown` or `muted`."""
        choice = self.panel.get_by_role("radio", name=how)
        choice.press("Space")
        expect(choice).to_be_checked()

    # ── talking ──

    def types(self, text: str) -> None:
        self.composer.fill(text)

    def says(self, *texts: str) -> None:
        for text in texts:
            self.types(text)
            self.composer.press("Enter")
            expect(self.composer).to_have_value("")

    def is_notified(self, text: str | re.Pattern[str]) -> None:
        """The connection bar or a notice says this."""
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()

    def is_connected_again(self) -> None:
        """The bar is gone. Whoever waits for a planned try presses its button rather than wait."""
        trouble = self.page.get_by_role("status").filter(has_text=LOST)
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while trouble.count():
            assert time.monotonic() < deadline, f"{self.name} does not come back"
            with contextlib.suppress(Error):
                self.page.get_by_role("button", name="Try now").click(timeout=500)

    # ── doing something with a message ──

    def chooses(self, deed: str, *, on: str) -> None:
        """A deed of the menu of the message with this text."""
        self.post(on).hover()
        self.post(on).get_by_role("button", name="More actions").click()
        self.page.get_by_role("menu", name="Message actions").get_by_role("menuitem", name=deed).click()

    def edits(self, text: str, *, into: str) -> None:
        """By keyboard: ArrowUp in the empty composer opens one's last message."""
        self.composer.press("ArrowUp")
        editor = self.page.get_by_role("textbox", name="Edit message")
        expect(editor).to_have_value(text)
        editor.fill(into)
        editor.press("Enter")
        expect(editor).to_have_count(0)

    # ── who is here ──

    def looks(self, *, elsewhere: bool) -> None:
        """At another window, or back at this one. No browser without a screen can do it, so it is only told so."""
        self.page.evaluate(
            """hidden => {
                Object.defineProperty(document, "hidden", {value: hidden, configurable: true})
                document.dispatchEvent(new Event("visibilitychange"))
            }""",
            elsewhere,
        )

    def sees_here(self, name: str, state: str = "Active") -> None:
        """The roster shows this person as `Active`, `Away` or `Not connected`."""
        person = self.panel.get_by_role("button", name=re.compile(f"^{name}\\b.*{state}$"))
        expect(person).to_be_visible()
