"""A signed-in user with helper methods that read like sentences: alice.says("hello"), bob.sees("hello")."""

from __future__ import annotations

import contextlib
import re
import time

from playwright.sync_api import Error, Locator, expect

from tests.e2e.reader import Reader
from tests.e2e.site import Room

LOST = re.compile("No connection|Reconnecting")
SECONDS_TO_RECONNECT = 30


class Person(Reader):
    """A reader with an account, who can write."""

    # ── parts of the page ──

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
        # The name must match exactly: “garden 1” is not “garden 12”, “Alice” is not “Alice, Bob”. A suffix may follow.
        return self.sidebar.get_by_role("link", name=re.compile(rf"\b{re.escape(name)}(?!\d|, \w)"))

    def font_weight_of(self, name: str) -> int:
        """The font weight of a room in the sidebar: unread rooms are bold."""
        return int(self.room_link(name).evaluate("link => getComputedStyle(link).fontWeight"))

    # ── navigation ──

    def enters(self, room: Room, number: int | None = None) -> None:
        """Opens a room by its URL; with a number, at that message."""
        self.goes_to(room.path + (f"{number}/" if number else ""))
        expect(self.timeline).to_be_visible()

    def has_unread(self, count: int, room: Room) -> None:
        """The sidebar shows this unread count; with 0, none."""
        unread = f" , {count} unread message{'s' if count > 1 else ''}" if count else ""
        expect(self.room_link(room.name)).to_have_accessible_name(room.name + unread)

    def opens_from_sidebar(self, name: str) -> None:
        self.room_link(name).click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def opens_direct_room_with(self, *usernames: str) -> None:
        """Opens the direct room with these people through the dialog."""
        self.page.get_by_role("button", name="New message").first.click()
        field = self.dialog.get_by_role("combobox", name="To: name or handle")
        for username in usernames:
            field.fill(username)
            expect(self.dialog.get_by_role("option")).to_have_count(1)
            field.press("Enter")
        self.presses("Go to messages")
        expect(self.dialog).to_have_count(0)

    def chooses_in_user_menu(self, item: str) -> None:
        self.page.get_by_role("button", name=re.compile("profile and settings$")).click()
        self.page.get_by_role("menu", name="You").get_by_role("menuitem", name=item).click()

    def sets_notification_level(self, how: str) -> None:
        """For the open room: `counted`, `shown` or `muted`."""
        choice = self.panel.get_by_role("radio", name=how)
        choice.press("Space")
        expect(choice).to_be_checked()

    # ── writing ──

    def types(self, text: str) -> None:
        self.composer.fill(text)

    def says(self, *texts: str) -> None:
        for text in texts:
            self.types(text)
            self.composer.press("Enter")
            expect(self.composer).to_have_value("")

    def is_notified(self, text: str | re.Pattern[str]) -> None:
        """The connection bar or a toast shows this."""
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()

    def is_connected_again(self) -> None:
        """The connection bar is gone. Presses “Try now” while it is there, to save waiting for the next attempt."""
        bar = self.page.get_by_role("status").filter(has_text=LOST)
        deadline = time.monotonic() + SECONDS_TO_RECONNECT
        while bar.count():
            assert time.monotonic() < deadline, f"{self.name} does not reconnect"
            with contextlib.suppress(Error):
                self.page.get_by_role("button", name="Try now").click(timeout=500)

    # ── acting on a message ──

    def chooses(self, action: str, *, on: str) -> None:
        """Chooses a menu item of the message with this text."""
        self.post(on).hover()
        self.post(on).get_by_role("button", name="More actions").click()
        self.page.get_by_role("menu", name="Message actions").get_by_role("menuitem", name=action).click()

    def edits(self, text: str, *, into: str) -> None:
        """Edits the last own message by keyboard: ArrowUp in the empty composer opens it."""
        self.composer.press("ArrowUp")
        editor = self.page.get_by_role("textbox", name="Edit message")
        expect(editor).to_have_value(text)
        editor.fill(into)
        editor.press("Enter")
        expect(editor).to_have_count(0)

    # ── presence ──

    def hides_tab(self) -> None:
        self._sets_hidden(True)

    def returns_to_tab(self) -> None:
        self._sets_hidden(False)

    def _sets_hidden(self, hidden: bool) -> None:
        """Simulates switching tabs: a headless browser cannot hide a page."""
        self.page.evaluate(
            """hidden => {
                Object.defineProperty(document, "hidden", {value: hidden, configurable: true})
                document.dispatchEvent(new Event("visibilitychange"))
            }""",
            hidden,
        )

    def sees_presence(self, name: str, state: str = "Active") -> None:
        """The member list shows this person as `Active`, `Away` or `Not connected`."""
        person = self.panel.get_by_role("button", name=re.compile(f"^{name}\\b.*{state}$"))
        expect(person).to_be_visible()
