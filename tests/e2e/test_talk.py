"""Conversations in channels and direct rooms."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from hubbub.protocol.limits import MESSAGE_BYTES
from tests.e2e.conftest import Visit
from tests.e2e.person import Person
from tests.e2e.site import Room, Site


def test_two_people_talk_in_a_room(alice: Person, bob: Person, garden: Room) -> None:
    """A message reaches both with its author, and is there after a reload."""
    alice.enters(garden)
    bob.enters(garden)
    alice.says("hello Bob")
    bob.sees("Alice hello Bob")
    bob.says("hello Alice")
    alice.sees("Bob hello Alice")
    alice.page.reload()
    alice.sees_only("hello Bob", "hello Alice")


def test_shift_enter_inserts_a_new_line(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.types("roses")
    alice.composer.press("Shift+Enter")
    alice.composer.press_sequentially("tulips")
    alice.composer.press("Enter")
    bob.sees_only("tulips")
    assert bob.post("tulips").get_by_role("paragraph").last.inner_text() == "roses\ntulips"


@pytest.mark.parametrize("name", ["设计", "غرفة الشاي", "Tea & biscuits? 100%", "Æther ☕"])
def test_a_room_may_have_any_name(name: str, alice: Person, bob: Person, site: Site) -> None:
    """Names beyond ASCII letters also work in the URL."""
    room = site.new_room(name, ("alice", "bob"))
    alice.enters(room)
    bob.enters(room)
    alice.says("well named")
    bob.sees("well named")
    expect(bob.page.get_by_role("heading", level=1, name=room.name)).to_be_visible()
    site.leave(room, "alice", "bob")


def test_a_direct_message(alice: Person, bob: Person) -> None:
    """It reaches the other person in whichever room they are."""
    alice.goes_to("/chat/general/")
    bob.goes_to("/chat/general/")
    alice.opens_direct_room_with("bob")
    alice.says("between you and me")
    bob.opens_from_sidebar("Alice")
    bob.sees("between you and me")
    bob.says("my lips are sealed")
    alice.sees("my lips are sealed")
    expect(alice.page).to_have_url(re.compile(r"/chat/~\d+/$"))


def test_a_direct_message_to_several(alice: Person, bob: Person, visit: Visit, site: Site) -> None:
    """The same people always share the same direct room."""
    erin = visit(site, "erin")
    alice.goes_to("/chat/general/")
    alice.opens_direct_room_with("bob", "erin")
    alice.says("the three of us")
    for other, title in ((bob, "Alice, Erin"), (erin, "Alice, Bob")):
        other.goes_to("/chat/general/")
        other.opens_from_sidebar(title)
        other.sees("the three of us")
    erin.opens_direct_room_with("alice", "bob")
    erin.sees("the three of us")


def test_notes_to_oneself(alice: Person) -> None:
    alice.goes_to("/chat/general/")
    alice.panel.get_by_role("button", name="Actions for Alice").click()
    alice.page.get_by_role("menuitem", name="Notes to yourself").click()
    alice.reads("A place for your own notes.")
    alice.says("buy lamp oil")
    alice.sees("buy lamp oil")
    alice.receives("buy lamp oil")


def test_somebody_is_typing(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.composer.press_sequentially("I was thi")
    bob.reads("Alice is typing…")
    alice.says("I was thinking")
    bob.sees("I was thinking")
    expect(bob.page.get_by_text("Alice is typing…")).to_have_count(0)


def test_a_draft_is_kept_for_its_room(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.types("half a sent")
    alice.opens_from_sidebar("general")
    expect(alice.composer).to_have_value("")
    expect(alice.room_link(garden.name)).to_contain_text("Draft")
    alice.page.reload()
    alice.opens_from_sidebar(garden.name)
    expect(alice.composer).to_have_value("half a sent")


def test_a_message_that_is_too_long_is_not_sent(alice: Person, garden: Room) -> None:
    alice.enters(garden)
    alice.types("x" * (MESSAGE_BYTES + 1))
    alice.is_notified("1 byte too long: split it into several messages")
    expect(alice.page.get_by_role("button", name="Send")).to_be_disabled()
    alice.composer.press("Enter")
    expect(alice.composer).not_to_have_value("")
    alice.composer.press("Backspace")
    alice.composer.press("Enter")
    expect(alice.composer).to_have_value("")
    expect(alice.posts).to_have_count(1)
