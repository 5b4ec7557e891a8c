"""No page has an accessibility violation that axe-core finds: in light and dark, on large and small screens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Room, Site, printed_address

PHONE: ViewportSize = {"width": 360, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}

both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


@pytest.fixture
def alice(visit: Visit, site: Site, theme: str) -> Person:
    return visit(site, "alice", color_scheme=theme, reduced_motion="reduce")


@pytest.fixture
def dave(visit: Visit, site: Site, theme: str) -> Person:
    return visit(site, color_scheme=theme, reduced_motion="reduce")


@both_themes
def test_the_welcome_page(theme: str, visit: Visit, new_site: Site) -> None:
    visitor = visit(new_site, color_scheme=theme)
    visitor.goes_to(printed_address(new_site))
    visitor.reads("Welcome to Hubbub")
    assert violations(visitor.page) == []
    visitor.expects_error("status of 422")
    visitor.fills(Name_of_the_workspace="x", Your_name="x", Username="x", Password="short")
    visitor.presses("Start")
    visitor.reads(re.compile("too short", re.IGNORECASE))
    assert violations(visitor.page) == []


@both_themes
def test_pages_for_strangers(dave: Person, alice: Person) -> None:
    alice.goes_to("/invite/")
    alice.presses("Create the link")
    link = alice.page.get_by_label("Link", exact=True).input_value()
    dave.expects_error("status of (404|410)")
    for path in ("/account/login/", "/account/password/reset/", link, "/join/nonsense/", "/nowhere/"):
        dave.goes_to(path)
        assert violations(dave.page) == [], path
    dave.signs_in("bob", "not the password")
    expect(dave.page.get_by_role("alert")).to_be_visible()
    assert violations(dave.page) == []


@both_themes
def test_pages_of_the_account(alice: Person) -> None:
    alice.goes_to("/account/")
    paths = (
        "/account/",
        "/account/logins/",
        "/account/tokens/",
        "/account/activity/",
        "/audit/",
        "/account/password/change/",
        "/people/",
        "/invite/",
    )
    for path in paths:
        alice.goes_to(path)
        assert violations(alice.page) == [], path
    alice.presses("Create the link")
    expect(alice.page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    assert violations(alice.page) == []
    alice.confirms_password("/account/tokens/")
    alice.page.get_by_label("What is it for?").fill("doorbell")
    alice.presses("Create the token")
    expect(alice.page.get_by_label("Token", exact=True)).to_be_visible()
    assert violations(alice.page) == []
    alice.confirms_password("/people/?q=grace")
    alice.page.get_by_role("button", name="New password… for Grace").click()
    expect(alice.page.get_by_label("Link", exact=True)).to_be_visible()
    assert violations(alice.page) == []


@both_themes
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_room_with_every_kind_of_content(
    screen: ViewportSize, alice: Person, bob: Person, garden: Room, site: Site
) -> None:
    alice.page.set_viewport_size(screen)
    for text in (
        "plain, **bold**, _italic_, ~~struck~~, `code` and https://example.org",
        "> quoted\n\n- one\n- two\n\n1. first\n\n# Heading\n\n---",
        "```python\ndef brew(tea: str) -> str:\n    return f'hot {tea}'  # carefully\n```",
        "شكرا جزيلا",
    ):
        site.ask("bob", "message.send", room=garden.id, message=site.new_id(), text=text)
    bob.enters(garden)
    bob.says("to be edited")
    bob.edits("to be edited", into="edited")
    alice.enters(garden)
    expect(alice.timeline.get_by_text("New", exact=True)).to_be_visible()
    alice.sees("edited")
    alice.says("mine")
    bob.composer.press_sequentially("typ")
    alice.reads("Bob is typing…")
    assert violations(alice.page) == []
    alice.post("mine").focus()
    expect(alice.page.get_by_role("toolbar", name="Message actions")).to_be_visible()
    assert violations(alice.page) == []
    alice.page.keyboard.press("Enter")
    expect(alice.page.get_by_role("menu")).to_be_visible()
    assert violations(alice.page) == []
    alice.page.keyboard.press("Escape")
    alice.page.keyboard.press("e")
    expect(alice.page.get_by_role("textbox", name="Edit message")).to_be_focused()
    assert violations(alice.page) == []


@both_themes
def test_the_list_of_rooms_on_a_phone(alice: Person) -> None:
    alice.page.set_viewport_size(PHONE)
    alice.goes_to("/chat/")
    expect(alice.sidebar).to_be_visible()
    assert violations(alice.page) == []


def open_by_button(name: str) -> Callable[[Person], None]:
    return lambda person: person.page.get_by_role("button", name=name).first.click()


def open_from_user_menu(item: str) -> Callable[[Person], None]:
    return lambda person: person.chooses_in_user_menu(item)


def open_profile_of_bob(person: Person) -> None:
    person.panel.get_by_role("button", name=re.compile("^Bob ")).click()


DIALOGS = {
    "new channel": open_by_button("New channel"),
    "browse channels": open_by_button("Browse channels"),
    "new message": open_by_button("New message"),
    "go to": open_by_button("Go to…"),
    "add people": open_by_button("Add people"),
    "rename": open_by_button("Rename"),
    "archive": open_by_button("Archive"),
    "leave": open_by_button("Leave"),
    "own profile": open_from_user_menu("Your profile"),
    "appearance": open_from_user_menu("Appearance"),
    "keyboard": open_from_user_menu("Keyboard shortcuts"),
    "profile": open_profile_of_bob,
}


@both_themes
def test_dialogs(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    for name, opens in DIALOGS.items():
        opens(alice)
        expect(alice.dialog).to_be_visible()
        expect(alice.dialog.get_by_text("Loading")).to_have_count(0)
        assert violations(alice.page) == [], name
        alice.page.keyboard.press("Escape")
        expect(alice.dialog).to_have_count(0)


@both_themes
def test_a_missing_room_and_an_ended_session(alice: Person, site: Site, theme: str, visit: Visit) -> None:
    alice.goes_to("/chat/no such room/")
    alice.reads("There is no “no such room” here")
    assert violations(alice.page) == []
    judy = visit(site, color_scheme=theme)
    judy.signs_in("judy")
    expect(judy.composer).to_be_visible()
    tab = judy.another_tab()
    tab.goes_to("/account/")
    tab.presses("Sign out")
    judy.is_notified("This sign-in was ended")
    assert violations(judy.page) == []
