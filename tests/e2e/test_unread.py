"""What one has not read: in the sidebar, in the title, in the room, in every tab."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.person import Person
from tests.e2e.site import Room, Site


def test_what_is_unread_is_counted_until_it_is_read(
    alice: Person, bob: Person, garden: Room, site: Site
) -> None:
    site.read_everything("bob")
    alice.enters(garden)
    bob.goes_to("/chat/general/")
    alice.says("one", "two")
    bob.has_unread(2, garden)
    expect(bob.page).to_have_title("(2) general · The Lighthouse")
    assert bob.weight_of(garden.name) > bob.weight_of("general")
    bob.goes_by_sidebar_to(garden.name)
    expect(bob.page).to_have_title(f"{garden.name} · The Lighthouse")
    bob.has_unread(0, garden)


def test_what_is_new_stands_below_a_line(alice: Person, bob: Person, garden: Room) -> None:
    bob.enters(garden)
    alice.enters(garden)
    alice.says("old news")
    bob.sees("old news")
    bob.goes_by_sidebar_to("general")
    alice.says("fresh news")
    bob.has_unread(1, garden)
    bob.goes_by_sidebar_to(garden.name)
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
    bob.goes_by_sidebar_to("general")
    bob.has_unread(2, garden)
    bob.goes_by_sidebar_to(garden.name)
    bob.has_unread(0, garden)


def test_what_is_read_in_one_tab_is_read_in_all(alice: Person, bob: Person, garden: Room) -> None:
    alice.enters(garden)
    bob.goes_to("/chat/general/")
    second = bob.another_tab()
    second.goes_to("/chat/general/")
    alice.says("news")
    for tab in (bob, second):
        tab.has_unread(1, garden)
    second.goes_by_sidebar_to(garden.name)
    bob.has_unread(0, garden)


def test_a_room_is_as_loud_as_one_wishes(alice: Person, bob: Person, garden: Room, site: Site) -> None:
    """Counted, shown without a count, or muted: at once, in every tab, and after a reload."""
    site.read_everything("bob")
    alice.enters(garden)
    bob.enters(garden)
    second = bob.another_tab()
    second.goes_to("/chat/general/")
    quiet = second.weight_of("general")
    bob.wants_new_messages("shown")
    bob.goes_by_sidebar_to("general")
    alice.says("listen")
    expect(second.room_link(garden.name)).to_have_accessible_name(f"{garden.name} , new messages")
    assert second.weight_of(garden.name) > quiet
    expect(second.page).to_have_title("general · The Lighthouse")

    bob.goes_by_sidebar_to(garden.name)
    bob.sees("listen")
    bob.wants_new_messages("muted")
    bob.goes_by_sidebar_to("general")
    alice.says("nobody listens")
    bob.hears("nobody listens")
    for _ in ("as it comes", "and after a reload"):
        expect(second.room_link(garden.name)).to_have_accessible_name(f"{garden.name} , muted")
        assert second.weight_of(garden.name) == quiet
        expect(second.page).to_have_title("general · The Lighthouse")
        second.page.reload()
        expect(second.composer).to_be_visible()

    bob.goes_by_sidebar_to(garden.name)
    bob.sees("nobody listens")
    bob.wants_new_messages("counted")
    bob.goes_by_sidebar_to("general")
    alice.says("again")
    bob.has_unread(1, garden)


def test_what_one_says_oneself_is_never_unread(alice: Person, garden: Room) -> None:
    alice.goes_to("/chat/general/")
    second = alice.another_tab()
    second.enters(garden)
    second.says("to myself")
    second.hears("to myself")
    alice.has_unread(0, garden)
