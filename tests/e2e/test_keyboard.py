"""Keyboard only: from signing in to sending a message and acting on it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.e2e.person import Person
from tests.e2e.site import PASSWORD, Room, Site


def test_from_signing_in_to_a_message(dave: Person, bob: Person, garden: Room) -> None:
    """Dave has Alice's password and no mouse."""
    keys = dave.page.keyboard
    dave.goes_to(garden.path)
    expect(dave.page.get_by_label("Username")).to_be_focused()
    keys.type("alice")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(dave.page.get_by_role("heading", level=1, name=garden.name)).to_be_visible()
    tabs_to(dave, dave.composer)
    keys.type("typed without a mouse")
    keys.press("Enter")
    bob.enters(garden)
    bob.sees("typed without a mouse")

    keys.press("Shift+Tab")
    tabs_to(dave, dave.post("typed without a mouse"), backwards=True)
    keys.press("Enter")
    menu = dave.page.get_by_role("menu", name="Message actions")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    keys.press("ArrowDown")
    expect(menu.get_by_role("menuitem").nth(1)).to_be_focused()
    keys.press("Escape")
    expect(dave.post("typed without a mouse")).to_be_focused()
    keys.press("e")
    expect(dave.page.get_by_role("textbox", name="Edit message")).to_be_focused()
    keys.press("Escape")
    expect(dave.composer).to_be_focused()


def test_the_tab_order_follows_the_reading_order(alice: Person, garden: Room) -> None:
    """The sidebar, the room's bar, its messages, the composer, the panel."""
    alice.enters(garden)
    alice.says("the one message")
    alice.sees("the one message")
    alice.page.evaluate("document.activeElement.blur()")
    targets = [
        alice.page.get_by_role("button", name="New message").first,
        alice.page.get_by_role("button", name="Go to…"),
        alice.room_link(garden.name),
        alice.page.get_by_role("button", name=re.compile("profile and settings$")),
        alice.page.get_by_role("button", name=re.compile("^About and people")),
        alice.post("the one message"),
        alice.composer,
        alice.panel.get_by_role("button", name="Add people"),
        alice.panel.get_by_role("button", name="Leave"),
    ]
    stops = 0
    for target in targets:
        stops += tabs_to(alice, target)
    assert stops < 60, "the way through the page is too long"


def test_arrow_keys_move_between_messages(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.says("one", "two", "three")
    alice.sees("three")
    tabs_to(alice, alice.post("three"), backwards=True)
    alice.page.keyboard.press("ArrowUp")
    expect(alice.post("two")).to_be_focused()
    alice.page.keyboard.press("Home")
    alice.page.keyboard.press("End")
    expect(alice.post("three")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(alice.composer).to_be_focused()


def test_the_quick_switcher_finds_rooms_and_people(alice: Person, garden: Room) -> None:
    alice.goes_to("/chat/general/")
    expect(alice.composer).to_be_visible()
    alice.page.keyboard.press("ControlOrMeta+k")
    field = alice.page.get_by_role("combobox", name="Channel or person")
    expect(field).to_be_focused()
    field.press_sequentially(garden.name)
    expect(alice.page.get_by_role("option", selected=True)).to_contain_text(garden.name)
    field.press("Enter")
    expect(alice.page.get_by_role("heading", level=1, name=garden.name)).to_be_visible()


def test_a_dialog_takes_and_restores_the_focus(alice: Person) -> None:
    alice.goes_to("/chat/general/")
    button = alice.page.get_by_role("button", name="Browse channels")
    button.focus()
    button.press("Enter")
    expect(alice.dialog).to_be_visible()
    for _ in range(12):
        alice.page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert alice.page.evaluate(inside), "the focus left an open dialog"
    alice.page.keyboard.press("Escape")
    expect(alice.dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_alt_and_arrow_keys_move_between_rooms(alice: Person, garden: Room, site: Site) -> None:
    site.read_everything("alice")
    alice.goes_to("/chat/general/")
    expect(alice.composer).to_be_visible()
    site.ask("bob", "message.send", room=garden.id, message=site.new_id(), text="over here")
    alice.has_unread(1, garden)
    alice.page.keyboard.press("Alt+Shift+ArrowDown")
    expect(alice.page.get_by_role("heading", level=1, name=garden.name)).to_be_visible()


def test_the_keyboard_shortcuts_are_listed(alice: Person) -> None:
    alice.goes_to("/chat/general/")
    alice.page.get_by_role("button", name=re.compile("profile and settings$")).focus()
    alice.page.keyboard.press("?")
    expect(alice.dialog.get_by_text("Edit your last message")).to_be_visible()


def tabs_to(person: Person, target: Locator, *, backwards: bool = False) -> int:
    """Presses Tab, at most sixty times, until the target has the focus. Returns the number of presses."""
    for presses in range(60):
        if target.count() and target.evaluate("element => element === document.activeElement"):
            return presses
        person.page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError("Tab does not lead there")
