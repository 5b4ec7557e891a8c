"""Unread messages: in the sidebar, in the title, in the room, in every tab."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site


def test_unread_messages_are_counted_until_they_are_read(
    alice: Person, bob: Person, garden: Room, site: Site
) -> None:
    site.read_everything("bob")
    alice.enters(garden)
    bob.goes_to("/chat/general/")
    alice.says("one", "two")
    bob.has_unread(2, garden)
    expect(bob.page).to_have_title("(2) general · The Lighthouse")
    assert bob.font_weight_of(garden.name) > bob.font_weight_of("general")
    bob.opens_from_sidebar(garden.name)
    expect(bob.page).to_have_title(f"{garden.name} · The Lighthouse")
    bob.has_unread(0, garden)


def test_new_messages_are_below_a_line(alice: Person, bob: Person, garden: Room) -> None:
    bob.enters(garden)
    alice.enters(garden)
    alice.says("old news")
    bob.sees("old news")
    bob.opens_from_sidebar("general")
    alice.says("fresh news")
    bob.has_unread(1, garden)
    bob.opens_from_sidebar(garden.name)
    bob.sees("fresh news")
    lines = bob.timeline.get_by_role("listitem").all_inner_texts()
    place = lines.index("New")
    assert "old news" in lines[place - 1]
    assert "fresh news" in lines[place + 1]


def test_a_message_is_marked_unread(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.enters(garden)
    alice.says("first", "second", "third")
    bob.sees("third")
    bob.chooses("Mark unread from here", on="second")
    bob.has_unread(2, garden)
    bob.opens_from_sidebar("general")
    bob.has_unread(2, garden)
    bob.opens_from_sidebar(garden.name)
    bob.has_unread(0, garden)


def test_messages_read_in_one_tab_are_read_in_all(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.goes_to("/chat/general/")
    second = bob.another_tab()
    second.goes_to("/chat/general/")
    alice.says("news")
    for tab in (bob, second):
        tab.has_unread(1, garden)
    second.opens_from_sidebar(garden.name)
    bob.has_unread(0, garden)


def test_the_notification_level_of_a_room(alice: Person, bob: Person, garden: Room, site: Site) -> None:
    """Counted, shown without a count, or muted: immediately, in every tab, and after a reload."""
    site.read_everything("bob")
    alice.enters(garden)
    bob.enters(garden)
    second = bob.another_tab()
    second.goes_to("/chat/general/")
    quiet = second.font_weight_of("general")
    bob.sets_notification_level("shown")
    bob.opens_from_sidebar("general")
    alice.says("listen")
    expect(second.room_link(garden.name)).to_have_accessible_name(f"{garden.name} , new messages")
    assert second.font_weight_of(garden.name) > quiet
    expect(second.page).to_have_title("general · The Lighthouse")

    bob.opens_from_sidebar(garden.name)
    bob.sees("listen")
    bob.sets_notification_level("muted")
    bob.opens_from_sidebar("general")
    alice.says("nobody listens")
    bob.receives("nobody listens")
    for _ in ("as it comes", "and after a reload"):
        expect(second.room_link(garden.name)).to_have_accessible_name(f"{garden.name} , muted")
        assert second.font_weight_of(garden.name) == quiet
        expect(second.page).to_have_title("general · The Lighthouse")
        second.page.reload()
        expect(second.composer).to_be_visible()

    bob.opens_from_sidebar(garden.name)
    bob.sees("nobody listens")
    bob.sets_notification_level("counted")
    bob.opens_from_sidebar("general")
    alice.says("again")
    bob.has_unread(1, garden)


def test_own_messages_are_never_unread(alice: Person, garden: Room) -> None:
    alice.goes_to("/chat/general/")
    second = alice.another_tab()
    second.enters(garden)
    second.says("to myself")
    second.receives("to myself")
    alice.has_unread(0, garden)
