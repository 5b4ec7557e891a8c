"""A phone with 360 pixels: one column, and every control can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Room, Site

PHONE = {"viewport": {"width": 360, "height": 640}}
TARGET_SIZE = 24  # pixels: the minimum size of a control (WCAG 2.5.8)


@pytest.fixture
def alice(visit: Visit, site: Site) -> Person:
    return visit(site, "alice", **PHONE)


@pytest.fixture
def phone(visit: Visit, site: Site) -> Iterator[Person]:
    """Alice's phone with a touch screen and no mouse."""
    yield visit(site, "alice", **PHONE, has_touch=True, is_mobile=True)


def test_from_the_sidebar_to_a_room_and_back(alice: Person, bob: Person, garden: Room) -> None:
    alice.goes_to("/chat/")
    expect(alice.sidebar).to_be_visible()
    expect(alice.composer).not_to_be_visible()
    alice.room_link(garden.name).click()
    expect(alice.sidebar).not_to_be_visible()
    alice.says("from my pocket")
    bob.enters(garden)
    bob.sees("from my pocket")
    assert alice.overflow() == 0
    alice.page.get_by_role("link", name="All channels and people").click()
    expect(alice.sidebar).to_be_visible()
    alice.page.go_back()
    alice.sees("from my pocket")


def test_the_panel_is_a_sheet_over_the_room(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.page.get_by_role("button", name=re.compile("^About and people")).click()
    expect(alice.dialog.get_by_role("button", name=re.compile("^Alice"))).to_be_visible()
    alice.dialog.get_by_role("button", name="Close").click()
    expect(alice.dialog).to_have_count(0)
    alice.says("back in the room")
    alice.sees("back in the room")


def test_all_controls_are_large_enough_for_touch(phone: Person, garden: Room) -> None:
    phone.enters(garden)
    phone.types("typed with a thumb")
    phone.composer.press("Enter")
    expect(phone.composer).to_have_value("typed with a thumb\n")
    phone.page.get_by_role("button", name="Send").tap()
    phone.sees("typed with a thumb")
    assert_within_reach(phone.page.get_by_role("button"))
    phone.page.get_by_role("link", name="All channels and people").tap()
    assert_within_reach(phone.page.get_by_role("button"))
    assert_within_reach(phone.page.get_by_role("link"))


def test_a_tap_shows_the_message_actions(phone: Person, garden: Room) -> None:
    phone.enters(garden)
    phone.types("hold me")
    phone.page.get_by_role("button", name="Send").tap()
    phone.post("hold me").tap()
    phone.page.get_by_role("button", name="More actions").tap()
    expect(phone.page.get_by_role("menuitem", name="Delete")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/logins/",
        "/account/tokens/",
        "/account/activity/",
        "/audit/",
        "/account/password/change/",
        "/invite/",
        "/people/",
        "/chat/history/",
    ],
)
def test_no_page_is_wider_than_the_screen(path: str, alice: Person) -> None:
    alice.goes_to(path)
    expect(alice.page.get_by_role("main")).to_be_visible()
    assert alice.overflow() == 0


def test_arabic_runs_from_right_to_left(alice: Person, bob: Person, site: Site) -> None:
    """An Arabic room in a right-to-left page, on a small and on a large screen."""
    room = site.new_room("غرفة الشاي", ("alice", "bob"))
    texts = ["مرحبا بالجميع، كيف حالكم اليوم؟", "hello, كيف الحال؟ `make tea` **مهم جدا**", "- شاي\n- قهوة"]
    for text in texts:
        site.ask("bob", "message.send", room=room.id, message=site.new_id(), text=text)
    for reader in (alice, bob):
        reader.enters(room)
        reader.page.evaluate("document.documentElement.dir = 'rtl'")
        reader.sees("مرحبا بالجميع")
        assert reader.overflow() == 0
        words = reader.post("مرحبا بالجميع").get_by_text("مرحبا بالجميع")
        assert words.evaluate("element => getComputedStyle(element).direction") == "rtl"
        picture, words_box = reader.post("مرحبا بالجميع").bounding_box(), words.bounding_box()
        assert picture and words_box and words_box["x"] >= picture["x"]
    heading = bob.page.get_by_role("heading", name=room.name).first.bounding_box()
    sidebar = bob.sidebar.bounding_box()
    assert heading and sidebar and sidebar["x"] > heading["x"], "the sidebar is on the right"
    site.leave(room, "alice", "bob")


def assert_within_reach(controls: Locator) -> None:
    """Every visible control is inside the viewport and at least 24 pixels high and wide.

    Skips controls that are no tab stops, because they duplicate others, and those one pixel wide, which are for
    screen readers.
    """
    for control in controls.filter(visible=True).all():
        box = control.bounding_box()
        if box is None or box["width"] <= 1 or control.evaluate("element => element.tabIndex < 0"):
            continue
        name = control.evaluate("element => element.ariaLabel || element.innerText")
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360.5, f"{name} is cut off: {box}"
        assert box["height"] >= TARGET_SIZE and box["width"] >= TARGET_SIZE, f"{name} is too small: {box}"
